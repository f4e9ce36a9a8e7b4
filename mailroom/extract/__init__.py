"""Media types, and the text of each.

`sniff` names the true media type of bytes, `extract` finds their text or says that they are pages to be read by OCR,
`text_of` adds the cleansing; `Sandbox` (in `mailroom.extract.sandbox`) does the same as `extract` with parsers of
hostile input in a child process.
"""

from mailroom.extract.extraction import extract, single, text_of
from mailroom.extract.results import Extracted, Limits, PagesFound, Part, PartsFound, TextFound
from mailroom.extract.sniffing import sniff

__all__ = [
    "Extracted",
    "Limits",
    "PagesFound",
    "Part",
    "PartsFound",
    "TextFound",
    "extract",
    "single",
    "sniff",
    "text_of",
]
