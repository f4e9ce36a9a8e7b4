import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import Limits, PagesFound, Part, PartsFound, TextFound, frames
from mailroom.extract.results import Extracted
from mailroom.extract.sniffing import Kind


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


_PARTS = st.lists(
    st.builds(Part, st.binary(max_size=99), st.none() | st.text(max_size=9), st.none() | st.text(max_size=9)),
    max_size=3,
).map(tuple)


@given(
    st.builds(TextFound, st.text(max_size=9), st.text(max_size=99), st.none() | st.text(max_size=9), _PARTS)
    | st.builds(PagesFound, st.text(max_size=9), st.integers(0, 2**31))
    | st.builds(PartsFound, st.text(max_size=9), _PARTS)
)
def test_whatever_was_found_travels_whole(found: Extracted) -> None:
    """Any result comes out of a frame as it went in."""
    assert frames.decode_answer(frames.encode_answer(found)) == found


@given(st.binary(max_size=99), st.text(max_size=9), st.none() | st.text(max_size=9), st.integers(0, 2**40))
def test_any_document_travels_whole(data: bytes, media_type: str, encoding: str | None, limit: int) -> None:
    """So does any document, with what it is and the limits on it; line ends in it mean nothing."""
    sent = (data, Kind(media_type, encoding), Limits(max_bytes=limit))

    assert frames.decode_request(frames.encode_request(*sent)) == sent


def test_a_refusal_travels_whatever_it_quotes() -> None:
    """A message with half a character in it is sent all the same."""
    frame = frames.encode_answer(MalformedRecord(Reason.UNPARSABLE, "not read: \ud83d"))

    with pytest.raises(MalformedRecord, match="not read: \ufffd") as refusal:
        frames.decode_answer(frame)
    assert refusal.value.reason is Reason.UNPARSABLE
