"""Text out of page images: what a reading is, and the engine that reads.

    engine = tesseract()
    document = read_document(data, "application/pdf", engine)

`engine.py` holds the contract, `tesseract.py` the engine, `tessdata.py` finds its language data.
"""

from mailroom.extract.ocr.engine import LANGUAGES, OcrDocument, OcrEngine, OcrPage, read_document
from mailroom.extract.ocr.tessdata import OcrUnavailable, find_tessdata, installed_languages
from mailroom.extract.ocr.tesseract import tesseract

__all__ = [
    "LANGUAGES",
    "OcrDocument",
    "OcrEngine",
    "OcrPage",
    "OcrUnavailable",
    "find_tessdata",
    "installed_languages",
    "read_document",
    "tesseract",
]
