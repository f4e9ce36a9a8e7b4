"""Tesseract in this process, through tesserocr."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.ocr.engine import LANGUAGES, OcrPage
from mailroom.extract.ocr.tessdata import OcrUnavailable, find_tessdata, language_argument


def tesseract(*, tessdata: Path | None = None, page_seconds: float = 30.0) -> "Tesseract":
    """An engine on Tesseract, ready to read the four languages.

    Args:
        tessdata: The folder of language data; found by `find_tessdata` when not given.
        page_seconds: What recognising one page may take.

    Raises:
        OcrUnavailable: tesserocr, or data for a language, is missing; the message says how to install it.
    """
    place = tessdata or find_tessdata()
    language_argument(LANGUAGES, place)
    return Tesseract(_library(), place, page_seconds)


@dataclass(slots=True)
class Tesseract:
    """Reads pages with Tesseract; keeps one loaded model per set of languages.

    Not safe to share between threads: make one per thread, or per process.
    """

    library: Any
    tessdata: Path
    page_seconds: float
    _readers: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Engine and version, for the record."""
        return " ".join(self.library.tesseract_version().split()[:2])

    def read(self, page: Image.Image, *, languages: Sequence[str] = LANGUAGES) -> OcrPage:
        """Read one page.

        Raises:
            MalformedRecord: It took longer than `page_seconds` (reason too-slow).
            OcrUnavailable: Data for a language is not installed.
        """
        reader = self._reader(language_argument(languages, self.tessdata))
        reader.SetImage(prepared(page))
        if not reader.Recognize(int(self.page_seconds * 1000)):
            raise MalformedRecord(Reason.TOO_SLOW, f"a page took longer than {self.page_seconds:g} s to read")
        text = reader.GetUTF8Text().strip()
        if not has_letters(text):
            return OcrPage("", 0.0, 0)
        return OcrPage(text, weighted_confidence(reader.MapWordConfidences()), 0)

    def _reader(self, languages: str) -> Any:
        if languages not in self._readers:
            psm = self.library.PSM.SINGLE_BLOCK
            self._readers[languages] = self.library.PyTessBaseAPI(
                path=f"{self.tessdata}/", lang=languages, psm=psm
            )
        return self._readers[languages]


def prepared(page: Image.Image) -> Image.Image:
    """The page in grey, a small one enlarged: Tesseract wants letters about 30 pixels high."""
    grey = page.convert("L")
    factor = min(3.0, 1500 / min(grey.size))
    if factor <= 1:
        return grey
    return grey.resize((round(grey.width * factor), round(grey.height * factor)), Image.Resampling.LANCZOS)


def has_letters(text: str) -> bool:
    """Whether a reading is more than the dots and bars that dirt gives."""
    return any(character.isalpha() for character in text)


def weighted_confidence(words: Sequence[tuple[str, int]]) -> float:
    """The mean confidence (0 to 1) of words with their percentages, each weighted by its length."""
    letters = sum(len(word) for word, _ in words)
    return sum(len(word) * percent for word, percent in words) / (100 * letters) if letters else 0.0


def _library() -> Any:
    # A Tesseract built with OpenMP starts four threads per page that mostly wait for one another. OpenMP
    # reads its limit once, when the library is loaded, which is the import below.
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    try:
        import tesserocr  # noqa: PLC0415
    except ImportError as error:
        raise OcrUnavailable("tesserocr is not installed: install Mailroom with its `ocr` extra") from error
    tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)
    return tesserocr
