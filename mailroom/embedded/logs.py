"""What services wrote: the line that explains an end."""

from pathlib import Path

TAIL_BYTES = 16_384
SILENT = "it wrote nothing"


def last_line(file: Path) -> str:
    """The last line of a log that says something, for a message of one line.

    Lines that go on from the one before (stack traces) are passed over.
    """
    lines = [line for line in tail(file).splitlines() if line.strip()]
    said = [line.strip() for line in lines if not line.startswith(("\t", " ", "Caused by"))]
    return said[-1].removeprefix("mailroom: ") if said else SILENT


def tail(file: Path) -> str:
    """The end of a log, at most 16 KiB; empty when there is none."""
    if not file.is_file():
        return ""
    with file.open("rb") as stream:
        stream.seek(max(file.stat().st_size - TAIL_BYTES, 0))
        return stream.read().decode("utf-8", errors="replace")
