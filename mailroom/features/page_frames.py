"""What a `PageLooker`'s child answers: a piece that tells what follows, then pixels, or a refusal as JSON."""

import json

import numpy as np

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.frames import Frame
from mailroom.features.pages import HEIGHT, WIDTH, Pixels

_PIXELS, _REFUSED = b"p", b"r"


def encode_pixels(pixels: Pixels) -> Frame:
    """(pages, HEIGHT, WIDTH) as one frame."""
    return [_PIXELS, pixels.tobytes()]


def encode_refusal(refusal: MalformedRecord) -> Frame:
    """A refusal as one frame."""
    return [_REFUSED, json.dumps({"reason": refusal.reason, "message": str(refusal)}).encode()]


def decode(frame: Frame) -> Pixels:
    """The pixels out of a frame: (pages, HEIGHT, WIDTH).

    Raises:
        MalformedRecord: The document was refused.
    """
    kind, content = frame
    if kind == _REFUSED:
        said = json.loads(content)
        raise MalformedRecord(Reason(said["reason"]), said["message"])
    return np.frombuffer(content, dtype=np.uint8).reshape(-1, HEIGHT, WIDTH)
