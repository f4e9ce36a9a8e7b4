"""What travels between an OCR pool and its workers: JSON, and a document's bytes beside it.

JSON rather than pickle, because a worker that a hostile document took over must not be able to run code in its parent.
A worker answers with one frame for each page, and a last one.
"""

import json
from dataclasses import asdict, dataclass

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.frames import Frame
from mailroom.extract.ocr.engine import OcrPage


@dataclass(frozen=True, slots=True)
class Request:
    """A document to read.

    Attributes:
        data: Its bytes.
        media_type: Its true media type.
        seconds: After which no further page is begun.
        page_seconds: What recognising one page may take.
    """

    data: bytes
    media_type: str
    seconds: float
    page_seconds: float


@dataclass(frozen=True, slots=True)
class PageRead:
    """One page, and the seconds that it took."""

    page: OcrPage
    seconds: float


@dataclass(frozen=True, slots=True)
class Finished:
    """No page follows; the engine's name."""

    engine: str


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The worker cannot read any document, and how to mend that."""

    message: str


Answer = PageRead | Finished | Unavailable


def encode_request(request: Request) -> Frame:
    """A request as one frame: JSON, and the document."""
    head = {
        "media_type": request.media_type,
        "seconds": request.seconds,
        "page_seconds": request.page_seconds,
    }
    return [json.dumps(head).encode(), request.data]


def decode_request(frame: Frame) -> Request:
    """The request out of a frame."""
    head, data = frame
    return Request(data, **json.loads(head))


def encode_answer(answer: Answer | MalformedRecord) -> Frame:
    """A part of an answer, or the document's refusal, as one frame."""
    match answer:
        case PageRead(page, seconds):
            return [json.dumps({"page": asdict(page), "seconds": seconds}).encode()]
        case Finished(engine):
            return [json.dumps({"engine": engine}).encode()]
        case Unavailable(message):
            return [json.dumps({"unavailable": message}).encode()]
        case MalformedRecord() as refusal:
            return [json.dumps({"refused": refusal.reason, "message": str(refusal)}).encode()]


def decode_answer(frame: Frame) -> Answer:
    """A part of an answer out of a frame.

    Raises:
        MalformedRecord: The document was refused.
    """
    match json.loads(frame[0]):
        case {"page": page, "seconds": seconds}:
            return PageRead(OcrPage(**page), seconds)
        case {"engine": engine}:
            return Finished(engine)
        case {"unavailable": message}:
            return Unavailable(message)
        case {"refused": reason, "message": message}:
            raise MalformedRecord(Reason(reason), message)
        case _:
            raise ValueError("no answer of a worker")
