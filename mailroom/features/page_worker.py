"""A child of `PageLooker`: documents from standard input, their first pages made small to standard output.

Started as `python -m mailroom.features.page_worker MEMORY_BYTES`; ends when its input ends.
"""

import sys
from collections.abc import Iterator

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.child_side import serve
from mailroom.extract.frames import Frame
from mailroom.features.page_frames import encode_pixels, encode_refusal
from mailroom.features.pages import document_pixels


def answer(request: Frame) -> Iterator[Frame]:
    """The pixels of a document, or its refusal, as one frame."""
    try:
        yield encode_pixels(document_pixels(request[0]))
    except MalformedRecord as refusal:
        yield encode_refusal(refusal)
    except MemoryError:
        message = "its pages need more memory to be rendered than is allowed: send it at a lower resolution"
        yield encode_refusal(MalformedRecord(Reason.UNPARSABLE, message))


if __name__ == "__main__":
    raise SystemExit(serve(answer, int(sys.argv[1])))
