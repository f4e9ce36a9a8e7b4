import random
import zlib
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import Limits, PagesFound, PartsFound, TextFound, extract, text_of

Make = Callable[..., bytes]


def _refusal(data: bytes, limits: Limits | None = None) -> MalformedRecord:
    with pytest.raises(MalformedRecord) as caught:
        extract(data, limits=limits or Limits())
    return caught.value


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n"])
def test_empty(data: bytes) -> None:
    """A file without a byte that means something is empty."""
    assert _refusal(data).reason is Reason.EMPTY


@pytest.mark.parametrize(
    "data",
    [
        "\ufeff\u200b\u2060".encode(),
        b"<html><body><p> </p></body></html>",
        b"<html><script>alert(1)</script></html>",
    ],
)
def test_no_text(data: bytes) -> None:
    """Text in which nothing is visible has its own reason."""
    assert _refusal(data).reason is Reason.NO_TEXT


def test_a_blank_pdf_has_no_text(make_pdf: Make) -> None:
    """A PDF whose pages hold nothing at all is not sent to OCR."""
    assert _refusal(make_pdf("", "")).reason is Reason.NO_TEXT


def test_larger_than_allowed() -> None:
    """A 50 MB file is refused, and the message says both sizes."""
    refusal = _refusal(b"x" * 50_000_000)

    assert refusal.reason is Reason.OVERSIZED
    assert "50,000,000 bytes are more than the limit of 20,971,520" in str(refusal)


def test_a_decompression_bomb_is_not_decoded(make_image: Make) -> None:
    """An image of a few kilobytes with too many pixels is refused by its header."""
    bomb = make_image("PNG", size=(400, 300))
    header = bytearray(bomb)
    header[16:24] = (60_000).to_bytes(4, "big") * 2
    header[29:33] = zlib.crc32(header[12:29]).to_bytes(4, "big")

    assert _refusal(bytes(header)).reason is Reason.OVERSIZED
    assert _refusal(bomb, Limits(max_pixels=100_000)).reason is Reason.OVERSIZED


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_truncated_images(make_image: Make, file_format: str, share: float) -> None:
    """An image that ends early is refused as truncated, wherever it was cut."""
    data = make_image(file_format)

    assert _refusal(data[: int(len(data) * share)]).reason is Reason.TRUNCATED


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_truncated_photographs_of_telephones(make_heic: Make, share: float) -> None:
    """So is a HEIC."""
    data = make_heic()

    assert extract(data) == PagesFound("image/heic", 1)
    assert _refusal(data[: int(len(data) * share)]).reason is Reason.TRUNCATED


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_deflate", "group4", "jpeg"])
def test_truncated_compressed_tiff(make_image: Make, compression: str) -> None:
    """So is a TIFF from a fax or a scanner."""
    data = make_image("TIFF", mode="1" if compression == "group4" else "RGB", compression=compression)

    assert _refusal(data[: len(data) // 2]).reason is Reason.TRUNCATED


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_truncated_pdf(make_pdf: Make, share: float) -> None:
    """A PDF without its end is refused as truncated."""
    data = make_pdf()

    assert _refusal(data[: int(len(data) * share)]).reason is Reason.TRUNCATED


def test_a_pdf_that_needs_a_password(make_pdf: Make) -> None:
    """A PDF that nobody can open without a password is refused as encrypted."""
    data = make_pdf(user_password="secret", owner_password="owner")  # noqa: S106

    assert _refusal(data).reason is Reason.ENCRYPTED


def test_a_pdf_with_an_owner_password_is_read(make_pdf: Make) -> None:
    """One whose password only protects against changes is read as any other."""
    found = extract(make_pdf(owner_password="owner"))  # noqa: S106

    assert isinstance(found, TextFound)
    assert found.text.startswith("Dear Sir or Madam")


def test_random_bytes() -> None:
    """Bytes without any structure are of unknown type."""
    assert _refusal(random.Random(7).randbytes(5000)).reason is Reason.UNKNOWN_MEDIA_TYPE


def test_a_broken_pdf() -> None:
    """A PDF with a head and an end and nonsense between cannot be parsed."""
    assert _refusal(b"%PDF-1.7\nnonsense\nstartxref\n0\n%%EOF").reason is Reason.UNPARSABLE


def test_a_broken_image(make_image: Make) -> None:
    """A whole image whose data are damaged cannot be parsed."""
    data = bytearray(make_image("PNG"))
    data[200:220] = b"\0" * 20

    assert _refusal(bytes(data)).reason is Reason.UNPARSABLE


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_unicode_with_and_without_mark(encoding: str) -> None:
    """Text in any Unicode encoding is read, and the mark is no part of it."""
    clean = text_of("Bitte senden Sie uns die Größenliste für alle Artikel.".encode(encoding))

    assert not isinstance(clean, PagesFound)
    assert (clean.text, clean.language) == ("Bitte senden Sie uns die Größenliste für alle Artikel.", "de")


@settings(deadline=None)
@given(
    st.sampled_from(
        [
            b"",
            b"%PDF-1.7\n",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff",
            b"II*\0",
            b"GIF89a",
            b"<html>",
            b"RIFF",
            b"BM",
        ]
    ),
    st.binary(max_size=400),
    st.sampled_from([b"", b"\n%%EOF", b"IEND\xaeB`\x82", b"\xff\xd9", b"</html>"]),
)
def test_any_bytes_are_read_or_refused(head: bytes, body: bytes, tail: bytes) -> None:
    """Extraction raises nothing but a refusal with its reason, whatever lies between a known head and end."""
    with suppress(MalformedRecord):
        assert isinstance(extract(head + body + tail), TextFound | PagesFound | PartsFound)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_damaged_documents_are_read_or_refused(data: st.DataObject) -> None:
    """A real document with bytes overwritten raises nothing but a refusal."""
    document = bytearray(data.draw(st.sampled_from(_whole_documents())))
    for _ in range(data.draw(st.integers(1, 8))):
        document[data.draw(st.integers(0, len(document) - 1))] = data.draw(st.integers(0, 255))
    with suppress(MalformedRecord):
        assert isinstance(extract(bytes(document)), TextFound | PagesFound | PartsFound)


def _whole_documents() -> list[bytes]:
    from fpdf import FPDF  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=11)
    pdf.cell(text="An invoice for goods")
    documents = [bytes(pdf.output())]
    for file_format in ("PNG", "JPEG", "TIFF", "GIF", "WEBP", "BMP"):
        out = BytesIO()
        Image.linear_gradient("L").resize((24, 24)).save(out, file_format)
        documents.append(out.getvalue())
    return documents
