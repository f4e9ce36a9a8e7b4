"""CSV and its kin as readable text: a record a line, fields with a tab between them, quotes undone."""

import csv
from collections.abc import Iterator

from mailroom.extract import text
from mailroom.extract.results import Limits, TextFound
from mailroom.extract.sniffing import Kind

TSV = "text/tab-separated-values"
MEDIA_TYPES = frozenset({"text/csv", TSV})
"""Media types that are read as tables."""

_DELIMITERS = ",;\t|"
_LINES_LOOKED_AT = 20
LONGEST_FIELD = 100_000
"""Characters; a longer one shows that the file is no table."""
_DELIMITER_NAMED = "sep="


def parse(data: bytes, kind: Kind, limits: Limits) -> TextFound:
    """The records; a file that is no table after all, as it stands.

    Raises:
        MalformedRecord: There is no visible character in it (`Reason.NO_TEXT`).
    """
    # The longest text with quotes that a cut can need; what is beyond is not looked at anyway.
    whole = text.decode(data, kind.encoding)[: 2 * limits.max_characters]
    delimiter, rows = _delimiter(whole, kind)
    try:
        found = "\n".join(_lines(rows, delimiter))
    except csv.Error:
        found = whole
    return text.found(found, kind, limits)


def _delimiter(whole: str, kind: Kind) -> tuple[str, str]:
    """The delimiter, and the records: Excel may name it in a line of its own before them."""
    first, _, rest = whole.lstrip("\ufeff").partition("\n")
    named = first.strip().removeprefix(_DELIMITER_NAMED)
    if first.startswith(_DELIMITER_NAMED) and named in set(_DELIMITERS):
        return named, rest
    if kind.media_type == TSV:
        return "\t", whole
    lines = [line for line in whole[:100_000].splitlines()[:_LINES_LOOKED_AT] if line.strip()]
    # That which most lines have, not that which is most frequent: commas stand in amounts and sentences too.
    return max(_DELIMITERS, key=lambda mark: sum(mark in line for line in lines)), whole


def _lines(rows: str, delimiter: str) -> Iterator[str]:
    for row in csv.reader(rows.splitlines(keepends=True), delimiter=delimiter):
        if any(len(field) > LONGEST_FIELD for field in row):
            raise csv.Error("that is no field of a table")  # csv's own limit is anybody's to raise, for all
        yield "\t".join(" ".join(field.split()) for field in row).strip("\t")
