import pytest

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import Part, PartsFound, TextFound, frames
from mailroom.extract.results import Extracted


@pytest.mark.parametrize(
    "found",
    [
        TextFound("message/rfc822", "Größe \U0001f600", None, (Part(b"\0\xff", "a.pdf", "application/pdf"),)),
        PartsFound("application/zip", (Part(b""),)),
    ],
)
def test_what_was_found_travels_whole(found: Extracted) -> None:
    """Texts, parts and their bytes come out of a frame as they went in."""
    assert frames.decode_answer(frames.encode_answer(found)) == found


def test_a_refusal_travels_whatever_it_quotes() -> None:
    """A message with half a character in it is sent all the same."""
    frame = frames.encode_answer(MalformedRecord(Reason.UNPARSABLE, "not read: \ud83d"))

    with pytest.raises(MalformedRecord, match="not read: \ufffd") as refusal:
        frames.decode_answer(frame)
    assert refusal.value.reason is Reason.UNPARSABLE
