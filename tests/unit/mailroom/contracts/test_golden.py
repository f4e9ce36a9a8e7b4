"""The bytes of every record of schema version 1, and the schemas that describe them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import mailroom.contracts
from mailroom.contracts import codec
from mailroom.contracts.records import (
    Candidate,
    Classification,
    Duplicate,
    Feedback,
    ModelReference,
    Position,
    Source,
    TextDocument,
)

SCHEMAS = Path(mailroom.contracts.__file__).parent / "schemas"
SOURCE = Source(
    topic="documents.raw",
    partition=1,
    offset=42,
    media_type="application/pdf",
    size=2048,
    sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    received_at="2026-01-02T03:04:05.678Z",
    file_name="Rechnung März.pdf",
)
SOURCE_JSON = (
    '{"topic":"documents.raw","partition":1,"offset":42,"media_type":"application/pdf","size":2048,'
    '"sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",'
    '"received_at":"2026-01-02T03:04:05.678Z","file_name":"Rechnung März.pdf","dataref":null}'
)
TEXT = TextDocument(
    id="a-1",
    text="Grüße\nSumme 12,00 €",
    language="de",
    steps=("unicode", "blanks"),
    prep_version=1,
    source=SOURCE,
    cleansed_at="2026-01-02T03:04:06.000Z",
)
TEXT_JSON = (
    '{"id":"a-1","text":"Grüße\\nSumme 12,00 €","language":"de","steps":["unicode","blanks"],"prep_version":1,'
    f'"source":{SOURCE_JSON},"cleansed_at":"2026-01-02T03:04:06.000Z","schema_version":1}}'
)
CLASSIFIED = Classification(
    id="a-1",
    label="invoice",
    confidence=0.875,
    candidates=(Candidate("invoice", 0.875), Candidate("offer", 0.125)),
    decision="auto",
    department="accounts-payable",
    language="de",
    model=ModelReference("mailroom", "1", "sha256:00ff"),
    source=SOURCE,
    cleansed_at="2026-01-02T03:04:06.000Z",
    classified_at="2026-01-02T03:04:07.000Z",
)
CLASSIFIED_JSON = (
    '{"id":"a-1","label":"invoice","confidence":0.875,"candidates":[{"label":"invoice","score":0.875},'
    '{"label":"offer","score":0.125}],"decision":"auto","department":"accounts-payable","language":"de",'
    '"model":{"name":"mailroom","version":"1","digest":"sha256:00ff"},'
    f'"source":{SOURCE_JSON},"cleansed_at":"2026-01-02T03:04:06.000Z",'
    '"classified_at":"2026-01-02T03:04:07.000Z","schema_version":1}'
)
ATTACHED = replace(SOURCE, dataref="file:///objects/9f/9f86", parent="mail-1")
ATTACHED_JSON = SOURCE_JSON.replace('"dataref":null', '"dataref":"file:///objects/9f/9f86","parent":"mail-1"')
PART = replace(TEXT, id="mail-1~2", text='a,"parent":null,"duplicate_of":null}', source=ATTACHED)
PART_JSON = (
    TEXT_JSON.replace('"a-1"', '"mail-1~2"')
    .replace("Grüße\\nSumme 12,00 €", r"a,\"parent\":null,\"duplicate_of\":null}")
    .replace(SOURCE_JSON, ATTACHED_JSON)
)
AGAIN = replace(CLASSIFIED, duplicate_of="a-0")
AGAIN_JSON = CLASSIFIED_JSON.removesuffix("}") + ',"duplicate_of":"a-0"}'
PAGED = replace(CLASSIFIED, deciding_page=2)
PAGED_JSON = CLASSIFIED_JSON.removesuffix("}") + ',"deciding_page":2}'
DUPLICATE = Duplicate("a-1", Position("documents.raw", 0, 1), Position("documents.raw", 1, 9))
DUPLICATE_JSON = (
    '{"id":"a-1","first":{"topic":"documents.raw","partition":0,"offset":1},'
    '"repeated":{"topic":"documents.raw","partition":1,"offset":9},"schema_version":1}'
)
DROPPED = replace(DUPLICATE, duplicate_of="a-0")
DROPPED_JSON = DUPLICATE_JSON.removesuffix("}") + ',"duplicate_of":"a-0"}'
FEEDBACK = Feedback(
    id="a-1", label="offer", predicted="invoice", actor="clerk", at="2026-01-03T00:00:00.000Z", source=SOURCE
)
FEEDBACK_JSON = (
    '{"id":"a-1","label":"offer","predicted":"invoice","actor":"clerk","at":"2026-01-03T00:00:00.000Z",'
    f'"source":{SOURCE_JSON},"text_ref":null,"text_sha256":null,"schema_version":1}}'
)
TAKEN_BACK = replace(FEEDBACK, withdrawn=True)
TAKEN_BACK_JSON = FEEDBACK_JSON.removesuffix("}") + ',"withdrawn":true}'
GOLDEN = [
    pytest.param("documents.text.v1.json", TEXT, TEXT_JSON, id="text"),
    pytest.param("documents.classified.v1.json", CLASSIFIED, CLASSIFIED_JSON, id="classified"),
    pytest.param("documents.classified.v1.json", PAGED, PAGED_JSON, id="classified-by-page"),
    pytest.param("documents.text.v1.json", PART, PART_JSON, id="text-of-a-part"),
    pytest.param("documents.classified.v1.json", AGAIN, AGAIN_JSON, id="classified-content-again"),
    pytest.param("documents.duplicates.v1.json", DUPLICATE, DUPLICATE_JSON, id="duplicate"),
    pytest.param("documents.duplicates.v1.json", DROPPED, DROPPED_JSON, id="duplicate-content"),
    pytest.param("documents.feedback.v1.json", FEEDBACK, FEEDBACK_JSON, id="feedback"),
    pytest.param("documents.feedback.v1.json", TAKEN_BACK, TAKEN_BACK_JSON, id="feedback-withdrawn"),
]


@pytest.mark.parametrize(("schema", "value", "expected"), GOLDEN)
def test_a_value_has_the_golden_bytes(schema: str, value: Any, expected: str) -> None:
    """The bytes of version 1 never change while version 1 is written."""
    assert codec.encode(value) == expected.encode()


@pytest.mark.parametrize(("schema", "value", "expected"), GOLDEN)
def test_golden_bytes_are_read_back(schema: str, value: Any, expected: str) -> None:
    """A reader makes of the golden bytes the value that wrote them."""
    assert codec.decode(type(value), expected.encode()) == value


@pytest.mark.parametrize(("schema", "value", "expected"), GOLDEN)
def test_golden_bytes_obey_the_committed_schema(schema: str, value: Any, expected: str) -> None:
    """The committed schema accepts the golden bytes and refuses them without their id."""
    validator = jsonschema.Draft202012Validator(json.loads((SCHEMAS / schema).read_text()))
    document = json.loads(expected)
    assert validator.is_valid(document)
    del document["id"]
    assert not validator.is_valid(document)
