"""Spreadsheets (xlsx, xlsm, xlsb, xls, ods) by calamine: values as they were last computed, a row a line."""

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import archive, text
from mailroom.extract.hostile import refusing
from mailroom.extract.opendocument import require_open
from mailroom.extract.results import Limits, TextFound
from mailroom.extract.sniffing import Kind
from mailroom.extract.zip_kinds import ODS

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def parse(data: bytes, kind: Kind, limits: Limits) -> TextFound:
    """The values of all sheets, each under its name, with a tab between two cells that hold something.

    Formulas are not looked at.

    Raises:
        MalformedRecord: `TRUNCATED`, `ENCRYPTED`, `OVERSIZED`, `NO_TEXT` or `UNPARSABLE`.
    """
    import python_calamine  # noqa: PLC0415

    with refusing(kind.media_type):
        if data.startswith(b"PK"):
            # calamine unpacks whatever it is given.
            with archive.opened(data, kind.media_type, limits) as opened:
                if kind.media_type == ODS:
                    require_open(opened, limits)
        try:
            workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
            found = "".join(_until_enough(_lines(workbook), limits.max_characters))
        except python_calamine.PasswordError as error:
            message = "the spreadsheet needs a password: send it without one"
            raise MalformedRecord(Reason.ENCRYPTED, message) from error
    return text.found(found, kind, limits)


def _lines(workbook: object) -> Iterator[str]:
    for name in workbook.sheet_names:  # type: ignore[attr-defined]
        rows = workbook.get_sheet_by_name(name).iter_rows()  # type: ignore[attr-defined]
        lines = (line for line in map(_line, rows) if line)
        first = next(lines, None)
        if first is not None:
            yield f"{name}\n{first}\n"
            yield from (f"{line}\n" for line in lines)
            yield "\n"


def _line(row: Sequence[Value]) -> str:
    cells = [value if isinstance(value, str) else _shown(value) for value in row]
    # One look at a row: cells of several lines are few.
    if not "".join(cells).isprintable():
        cells = [cell if cell.isprintable() else " ".join(cell.split()) for cell in cells]
    # The text rules make one blank of several tabs anyway, and of thousands at some cost.
    return "\t".join(filter(None, cells))


def _shown(value: Value) -> str:
    """A value as a sheet shows it: whole numbers without a point."""
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return str(value)


def _until_enough(lines: Iterable[str], enough: int) -> Iterator[str]:
    characters = 0
    for line in lines:
        yield line
        characters += len(line)
        if characters > enough:
            return
