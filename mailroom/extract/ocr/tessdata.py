"""Where Tesseract's language data is, and which languages are installed."""

import os
from collections.abc import Sequence
from pathlib import Path

from mailroom.contracts.errors import MailroomError

INSTALL = "apt-get install tesseract-ocr tesseract-ocr-deu tesseract-ocr-fra tesseract-ocr-spa"
"""The command that installs every language that Mailroom reads by default (English comes with the first)."""

TESSERACT_CODES = {"en": "eng", "de": "deu", "fr": "fra", "es": "spa"}
"""ISO 639-1 code to the name of Tesseract's data file; any other name is used as it is given."""

ORIENTATION = "osd"
"""Tesseract's data for telling which way up a page is; `tesseract-ocr` brings it."""

DEBIAN_ROOT = Path("/usr/share/tesseract-ocr")


class OcrUnavailable(MailroomError):
    """Tesseract or its data for a language is not installed."""


def find_tessdata(root: Path = DEBIAN_ROOT) -> Path:
    """The folder of `*.traineddata`: `TESSDATA_PREFIX` if set, else the newest that Debian's package made.

    Raises:
        OcrUnavailable: There is none.
    """
    prefix = os.environ.get("TESSDATA_PREFIX")
    places = [Path(prefix), Path(prefix) / "tessdata"] if prefix else sorted(root.glob("*/tessdata"))[::-1]
    for place in places:
        if any(place.glob("*.traineddata")):
            return place
    looked = " and ".join(map(str, places)) or f"{root}/*/tessdata"
    raise OcrUnavailable(f"no Tesseract language data in {looked}; {_mend()}")


def installed_languages(tessdata: Path) -> tuple[str, ...]:
    """The languages of a tessdata folder as ISO 639-1 codes (Tesseract's own name for the others)."""
    codes = {tesseract_code: code for code, tesseract_code in TESSERACT_CODES.items()}
    names = {path.stem for path in tessdata.glob("*.traineddata")} - {ORIENTATION, "equ"}
    return tuple(sorted(codes.get(name, name) for name in names))


def language_argument(languages: Sequence[str], tessdata: Path) -> str:
    """Tesseract's name for a set of languages, such as `eng+deu`.

    Raises:
        OcrUnavailable: One of them is not installed.
    """
    names = [TESSERACT_CODES.get(code, code) for code in languages]
    missing = [name for name in names if not (tessdata / f"{name}.traineddata").is_file()]
    if missing:
        raise OcrUnavailable(f"no Tesseract data for {', '.join(missing)} in {tessdata}; {_mend()}")
    return "+".join(names)


def _mend() -> str:
    return f"run: {INSTALL} (or set TESSDATA_PREFIX to where it is)"
