"""A part of a mail whose dead letter is sent again: by itself, under its own id, with its parent."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Position, Record
from mailroom.contracts.topics import Topic
from mailroom.dead_letters.copying import copy_of
from mailroom.extract import TextFound
from mailroom.extract.results import Part, PartsFound
from stream_processing.routing import Router

RawRecord = Callable[..., Record]


@pytest.mark.parametrize("inline_limit", [1_000, 3])
def test_a_part_goes_its_own_way_again(
    router: Router, raw: RawRecord, extractor: Any, inline_limit: int
) -> None:
    """Its mail is not opened again; also where only a reference to its bytes is in the dead letter."""
    router = replace(router, inline_limit=inline_limit)
    extractor.by_content = {
        b"mail": PartsFound("message/rfc822", (Part(b"fine"), Part(b"locked", "c.pdf"))),
        b"locked": MalformedRecord(Reason.ENCRYPTED, "the PDF needs a password"),
    }
    mail = raw(b"mail", ce_id=b"m")
    letter = router.route(mail)[1].record
    assert (letter.topic, letter.key) == (Topic.DEAD_LETTER, b"m~2")

    found = copy_of(replace(letter, position=Position(Topic.DEAD_LETTER, 0, 0), timestamp=0.0), mail)
    assert (found.taken_from, found.lost) == ("dead-letter", ())
    extractor.by_content[b"locked"] = TextFound("application/pdf", "Open now", None)
    [again] = router.route(replace(found.record, position=Position(Topic.RAW, 0, 99)))
    assert (again.id, again.record.topic, again.record.header("ce_redrive")) == ("m~2", Topic.TEXT, b"1")
    source = json.loads(again.record.value or b"")["source"]
    assert (source["parent"], source["file_name"]) == ("m", "c.pdf")
