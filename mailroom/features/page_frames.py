"""What a `PageLooker`'s child answers: a byte that tells what follows, then pixels, or a refusal as JSON."""

import json

import numpy as np

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.features.pages import HEIGHT, WIDTH, Pixels

_PIXELS, _REFUSED = b"p", b"r"


def encode_pixels(pixels: Pixels) -> bytes:
    """(pages, HEIGHT, WIDTH) as one frame."""
    return _PIXELS + pixels.tobytes()


def encode_refusal(refusal: MalformedRecord) -> bytes:
    """A refusal as one frame."""
    return _REFUSED + json.dumps({"reason": refusal.reason, "message": str(refusal)}).encode()


def decode(frame: bytes) -> Pixels:
    """The pixels out of a frame: (pages, HEIGHT, WIDTH).

    Raises:
        MalformedRecord: The document was refused.
    """
    if frame[:1] == _REFUSED:
        said = json.loads(frame[1:])
        raise MalformedRecord(Reason(said["reason"]), said["message"])
    return np.frombuffer(frame, dtype=np.uint8, offset=1).reshape(-1, HEIGHT, WIDTH)
