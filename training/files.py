"""The text of a document file, whatever its media type; pages are read by OCR, once."""

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mailroom.contracts.errors import MalformedRecord, UsageError
from mailroom.contracts.reasons import Reason
from training.cache import cached

if TYPE_CHECKING:
    from mailroom.extract.ocr import OcrEngine


def text_of_file(path: Path) -> str:
    """Read a file's text as the stream would: text, HTML, born-digital PDF, else OCR.

    Returns:
        Its text; empty where the file has pages but no letter on them.

    Raises:
        UsageError: The file cannot be read or is no document.
    """
    try:
        return text_of_bytes(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error


def text_of_bytes(data: bytes, name: str) -> str:
    """Read a file's text, given its content, as `text_of_file` does.

    Args:
        data: The file.
        name: For messages; its suffix helps where the bytes do not tell the media type.

    Raises:
        UsageError: It is no document.
    """
    # The parsers load PDFium and more; documents that bring their text need none of them.
    from mailroom.extract import PagesFound, extract, single  # noqa: PLC0415

    try:
        found = single(extract(data, file_name=Path(name).name))
        return _read_pages(data, found.media_type) if isinstance(found, PagesFound) else found.text
    except MalformedRecord as error:
        if error.reason is Reason.NO_TEXT:
            return ""
        raise UsageError(f"{name}: {error}; mend the file or leave it out") from error


def _read_pages(data: bytes, media_type: str) -> str:
    from mailroom.extract.ocr import read_document  # noqa: PLC0415

    engine = _engine()
    kind = f"ocr-{engine.name}-{_reading_rules()}".replace(" ", "-")

    def read() -> bytes:
        return read_document(data, media_type, engine).text.encode()

    return cached(kind, data, read).decode()


@cache
def _reading_rules() -> str:
    """Digest of the code that stands around the engine: what it read under other rules is read anew."""
    from mailroom.extract import ocr, pages  # noqa: PLC0415

    files = [Path(pages.__file__), *sorted(Path(ocr.__path__[0]).glob("*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


@cache
def _engine() -> "OcrEngine":
    from mailroom.extract.ocr import tesseract  # noqa: PLC0415

    return tesseract()
