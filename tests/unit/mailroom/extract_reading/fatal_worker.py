"""A worker of an OCR pool whose library dies of pages 13 pixels wide, and hangs on those of 17."""

import os
import signal
import sys
from collections.abc import Sequence

from PIL import Image

from mailroom.extract.child_side import serve
from mailroom.extract.ocr.engine import OcrPage
from mailroom.extract.reading.messages import decode_request, encode_answer
from mailroom.extract.reading.worker import answers


class Fatal:
    """An engine in native code with faults."""

    name = "fatal 1"

    def read(self, page: Image.Image, *, languages: Sequence[str] = ()) -> OcrPage:  # noqa: ARG002 - the protocol's
        """Read, or do worse."""
        if page.width == 13:
            os.kill(os.getpid(), signal.SIGSEGV)
        if page.width == 17:
            signal.pause()
        return OcrPage("read", 1.0, 0)


if __name__ == "__main__":
    raise SystemExit(
        serve(
            lambda frame: map(encode_answer, answers(decode_request(frame), lambda _: Fatal())),
            int(sys.argv[1]),
        )
    )
