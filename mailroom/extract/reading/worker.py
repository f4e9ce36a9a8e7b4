"""A worker of an OCR pool: reads documents from standard input, writes their pages to standard output.

Started as `python -m mailroom.extract.reading.worker MEMORY_BYTES`; ends when its input ends.
"""

import sys
import time
from collections.abc import Callable, Iterator

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.child_side import serve
from mailroom.extract.ocr.engine import OcrEngine
from mailroom.extract.ocr.tessdata import OcrUnavailable
from mailroom.extract.ocr.tesseract import tesseract
from mailroom.extract.reading.messages import (
    Answer,
    Finished,
    PageRead,
    Request,
    Unavailable,
    decode_request,
    encode_answer,
)
from mailroom.extract.reading.reader import EngineReader

MakeEngine = Callable[[float], OcrEngine]
"""Seconds for a page to an engine."""


def main(arguments: list[str]) -> int:
    """Serve until the input ends.

    Args:
        arguments: Bytes of address space.
    """
    engines: dict[float, OcrEngine] = {}

    def engine(page_seconds: float) -> OcrEngine:
        if page_seconds not in engines:
            engines[page_seconds] = tesseract(page_seconds=page_seconds)
        return engines[page_seconds]

    return serve(lambda frame: map(encode_answer, answers(decode_request(frame), engine)), int(arguments[0]))


def answers(request: Request, make_engine: MakeEngine) -> Iterator[Answer | MalformedRecord]:
    """A document's pages as they are read; what it is refused for is the last."""
    try:
        engine = make_engine(request.page_seconds)
        yield from _pages(EngineReader(engine), request)
        yield Finished(engine.name)
    except MalformedRecord as refusal:
        yield refusal
    except OcrUnavailable as error:
        yield Unavailable(str(error))
    except MemoryError:
        message = "its pages need more memory to be read than is allowed: send it at a lower resolution"
        yield MalformedRecord(Reason.UNPARSABLE, message)
    except Exception as error:  # noqa: BLE001 - whatever a library raises concerns this document; its text may quote it
        message = f"the pages could not be read ({type(error).__name__}): send another copy"
        yield MalformedRecord(Reason.UNPARSABLE, message)


def _pages(reader: EngineReader, request: Request) -> Iterator[PageRead]:
    begin = time.monotonic()
    for page in reader.pages(request.data, request.media_type, seconds=request.seconds):
        yield PageRead(page, time.monotonic() - begin)
        begin = time.monotonic()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
