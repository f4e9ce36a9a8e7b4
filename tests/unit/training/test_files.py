"""Document files of any type as text."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from mailroom.contracts.errors import UsageError
from mailroom.extract.ocr import OcrPage
from training import files
from training.files import text_of_file


class OneWord:
    """An OCR engine that reads the same word on every page, and counts them."""

    name = "one word"

    def __init__(self) -> None:
        self.reads = 0

    def read(self, page: Image.Image, *, languages: Sequence[str] = ()) -> OcrPage:  # noqa: ARG002 - the protocol
        """Read nothing, say `invoice`."""
        self.reads += 1
        return OcrPage("invoice", 1.0, 0)


def test_text_and_html_are_read_as_what_they_are(tmp_path: Path) -> None:
    """Encodings and tags are gone when training sees the text."""
    (tmp_path / "a.txt").write_bytes("Grüße".encode("utf-16"))
    (tmp_path / "b.html").write_text("<html><body><p>Bill &amp; <b>due</b></p></body></html>")
    assert text_of_file(tmp_path / "a.txt").strip() == "Grüße"
    assert text_of_file(tmp_path / "b.html").strip() == "Bill & due"


def test_a_page_image_is_read_by_ocr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image has no text of its own: the engine's is taken."""
    picture = io.BytesIO()
    Image.new("L", (60, 80), 255).save(picture, "PNG")
    (tmp_path / "page.png").write_bytes(picture.getvalue())
    monkeypatch.setattr(files, "_engine", OneWord)
    assert text_of_file(tmp_path / "page.png") == "invoice"


def test_a_page_is_read_once(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes under another name are not read again; a damaged result is."""
    for name, shade in (("a.png", 255), ("copy.png", 255), ("other.png", 254)):
        Image.new("L", (60, 80), shade).save(tmp_path / name)
    engine = OneWord()
    monkeypatch.setattr(files, "_engine", lambda: engine)
    texts = [text_of_file(tmp_path / name) for name in ("a.png", "copy.png", "other.png")]
    assert (texts, engine.reads) == (["invoice"] * 3, 2)
    for result in cache.rglob("*"):
        if result.is_file():
            result.write_bytes(result.read_bytes()[:-1])
    assert (text_of_file(tmp_path / "a.png"), engine.reads) == ("invoice", 3)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04" + bytes(40), b"\x89PNG\r\n\x1a\n\x00\x00"])
def test_what_is_no_document_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    """The message names the file and says what to do; one bad file is not silently left out."""
    (tmp_path / "bad.bin").write_bytes(content)
    with pytest.raises(UsageError, match=r"bad\.bin: .*; mend the file or leave it out"):
        text_of_file(tmp_path / "bad.bin")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A file that cannot be opened is named."""
    with pytest.raises(UsageError, match=r"absent\.txt: cannot be read"):
        text_of_file(tmp_path / "absent.txt")
