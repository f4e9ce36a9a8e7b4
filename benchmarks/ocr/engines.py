"""The engines that are compared, and the ways to prepare a page that were tried."""

from collections.abc import Callable
from typing import Any

from PIL import Image, ImageFilter, ImageOps

from mailroom.extract.ocr import LANGUAGES, tesseract
from mailroom.extract.ocr.tesseract import Tesseract, recognise

Read = Callable[[Image.Image], str]

_NARROW_SIDE = 1500


def default() -> Read:
    """Tesseract as Mailroom uses it: the four languages, the background made white."""
    engine = tesseract()
    return lambda page: engine.read(page).text


def english() -> Read:
    """With the English model alone."""
    engine = tesseract()
    return lambda page: engine.read(page, languages=["en"]).text


def latin() -> Read:
    """With the one model of Latin script (`apt-get install tesseract-ocr-script-latn`, 89 MB)."""
    engine = tesseract()
    return lambda page: engine.read(page, languages=["Latin"]).text


def automatic_layout() -> Read:
    """With Tesseract's own analysis of the layout instead of one block."""
    engine = tesseract()
    engine.segmentation = "AUTO"
    return lambda page: engine.read(page).text


def enlarged() -> Read:
    """Narrow pages enlarged to 1,500 pixels, as is often advised."""
    engine = tesseract()
    return lambda page: engine.read(_enlarged(page)).text


def despeckled() -> Read:
    """After a median filter."""
    engine = tesseract()
    return lambda page: engine.read(page.convert("L").filter(ImageFilter.MedianFilter(3))).text


def stretched() -> Read:
    """With the contrast stretched to the full range."""
    engine = tesseract()
    return lambda page: engine.read(ImageOps.autocontrast(page.convert("L"), cutoff=1)).text


def as_it_came() -> Read:
    """With the background as it is."""
    engine = tesseract()
    return lambda page: recognised(engine, page.convert("L"))


def rapidocr() -> Read:
    """RapidOCR with the models in its package (PP-OCRv4), on one thread as Tesseract."""
    import numpy as np  # noqa: PLC0415
    from rapidocr_onnxruntime import RapidOCR  # noqa: PLC0415

    engine = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)

    def read(page: Image.Image) -> str:
        found: list[Any] | None = engine(np.asarray(page.convert("RGB"))[:, :, ::-1])[0]
        return "\n".join(line[1] for line in found or [])

    return read


ENGINES: dict[str, Callable[[], Read]] = {"tesseract": default, "rapidocr": rapidocr}

VARIANTS: dict[str, Callable[[], Read]] = {
    "english": english,
    "latin": latin,
    "automatic-layout": automatic_layout,
    "enlarged": enlarged,
    "as-it-came": as_it_came,
    "despeckled": despeckled,
    "stretched": stretched,
}


def recognised(engine: Tesseract, page: Image.Image) -> str:
    """A page read upright without any preparation."""
    found = recognise(engine.reader(LANGUAGES), page, engine.page_seconds)
    return found.text if found else ""


def _enlarged(page: Image.Image) -> Image.Image:
    factor = min(3.0, max(1.0, _NARROW_SIDE / min(page.size)))
    size = (round(page.width * factor), round(page.height * factor))
    return page.convert("L").resize(size, Image.Resampling.LANCZOS)
