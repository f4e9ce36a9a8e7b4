"""Tesseract in this process, through tesserocr.

A page is handed over in grey with its background made white, and otherwise as it came: enlarging, a median filter and
stretched contrast were measured and brought nothing on the whole (`benchmarks/ocr/README.md`).
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

from PIL import Image

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.ocr.background import whitened, without_grain
from mailroom.extract.ocr.engine import LANGUAGES, OcrPage
from mailroom.extract.ocr.tessdata import ORIENTATION, OcrUnavailable, find_tessdata, language_argument

# Of eleven pages tried, the upright were read with a confidence of 0.82 and more, the turned with 0.7 and less.
_SURE = 0.75
# Tesseract's names for the ways to tell ink from paper.
_OTSU, _ADAPTIVE_OTSU = "0", "1"
# Reading a turned page takes several times longer than an upright one: what takes so long is looked at first.
_FIRST_LOOK = 1 / 3


def tesseract(*, tessdata: Path | None = None, page_seconds: float = 30.0) -> "Tesseract":
    """An engine on Tesseract, ready to read the four languages.

    Args:
        tessdata: The folder of language data; found by `find_tessdata` when not given.
        page_seconds: What recognising one page may take.

    Raises:
        OcrUnavailable: tesserocr, or data for a language, is missing; the message says how to install it.
    """
    place = tessdata or find_tessdata()
    language_argument((*LANGUAGES, ORIENTATION), place)
    return Tesseract(_library(), place, page_seconds)


@dataclass(slots=True)
class Tesseract:
    """Reads pages with Tesseract; keeps one loaded model per set of languages.

    Not safe to share between threads: make one per thread, or per process.

    Attributes:
        library: The tesserocr module.
        tessdata: The folder of language data.
        page_seconds: What recognising one page may take. Finding the lines before that is not under the limit: it takes
            time in proportion to the page's pixels, which rendering caps.
        segmentation: Tesseract's page segmentation mode. One block for the whole page keeps the cells of a table's
            row side by side, as a person reads them; the automatic layout reads a table column by column.
    """

    library: Any
    tessdata: Path
    page_seconds: float
    segmentation: str = "SINGLE_BLOCK"
    _readers: dict[tuple[str, str], "Reader"] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Engine and version, for the record."""
        return " ".join(self.library.tesseract_version().split()[:2])

    def read(self, page: Image.Image, *, languages: Sequence[str] = LANGUAGES) -> OcrPage:
        """Read one page, turning it upright if it reads badly as it lies.

        Raises:
            MalformedRecord: It took longer than `page_seconds` (reason too-slow).
            OcrUnavailable: Data for a language is not installed.
        """
        grey = without_grain(whitened(page))
        reader = self.reader(languages)
        first = recognise(reader, grey, self.page_seconds * _FIRST_LOOK)
        if first is not None and not first.text:
            return read_faded(reader, grey, self.page_seconds) or first
        if first is not None and first.confidence >= _SURE:
            return first
        rotation = self._rotation(grey)
        if first is not None and rotation == 0:
            return first
        second = recognise(reader, grey.rotate(rotation, expand=True), self.page_seconds, rotation)
        if second is None:
            raise MalformedRecord(Reason.TOO_SLOW, f"a page took longer than {self.page_seconds:g} s to read")
        return second if first is None or second.confidence > first.confidence else first

    def reader(self, languages: Sequence[str]) -> "Reader":
        """The loaded model of a set of languages, for `recognise`."""
        return self._loaded(language_argument(languages, self.tessdata), self.segmentation)

    def _rotation(self, grey: Image.Image) -> int:
        reader = self._loaded(ORIENTATION, "OSD_ONLY")
        reader.SetImage(grey)
        found = reader.DetectOrientationScript()
        return int(found["orient_deg"]) if found else 0

    def _loaded(self, languages: str, segmentation: str) -> "Reader":
        key = (languages, segmentation)
        if key not in self._readers:
            psm = getattr(self.library.PSM, segmentation)
            loaded = self.library.PyTessBaseAPI(path=f"{self.tessdata}/", lang=languages, psm=psm)
            self._readers[key] = cast("Reader", loaded)
        return self._readers[key]


class Reader(Protocol):
    """What of `tesserocr.PyTessBaseAPI` is used."""

    def SetImage(self, image: Image.Image) -> None: ...  # noqa: N802

    def SetVariable(self, name: str, value: str) -> bool: ...  # noqa: N802

    def Recognize(self, timeout: int) -> bool: ...  # noqa: N802

    def GetUTF8Text(self) -> str: ...  # noqa: N802

    def MapWordConfidences(self) -> list[tuple[str, int]]: ...  # noqa: N802

    def DetectOrientationScript(self) -> dict[str, Any] | None: ...  # noqa: N802


def recognise(reader: Reader, page: Image.Image, seconds: float, rotation: int = 0) -> OcrPage | None:
    """One reading of an image as it lies; None if it took too long."""
    reader.SetImage(page)
    # Tesseract takes 0 for no limit.
    if not reader.Recognize(max(1, int(seconds * 1000))):
        return None
    text = reader.GetUTF8Text().strip()
    if not has_letters(text):
        return OcrPage("", 0.0, rotation)
    return OcrPage(text, weighted_confidence(reader.MapWordConfidences()), rotation)


def read_faded(reader: Reader, page: Image.Image, seconds: float) -> OcrPage | None:
    """A page on which one threshold found nothing, read with a threshold for each of its regions (adaptive Otsu).

    Faint print beside black margins needs it. It is no first choice: on other pages it costs words and time.
    """
    reader.SetVariable("thresholding_method", _ADAPTIVE_OTSU)
    try:
        return recognise(reader, page, seconds)
    finally:
        reader.SetVariable("thresholding_method", _OTSU)


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
