"""A worker whose library dies of the document `deadly`, and hangs on `endless`."""

import os
import signal
import sys
from collections.abc import Iterator

from mailroom.extract.child_side import serve
from mailroom.extract.frames import Frame
from mailroom.features.page_frames import encode_pixels
from mailroom.features.pages import no_pages


def answer(request: Frame) -> Iterator[Frame]:
    """No page, or worse."""
    if request == [b"deadly"]:
        os.kill(os.getpid(), signal.SIGSEGV)
    if request == [b"endless"]:
        signal.pause()
    yield encode_pixels(no_pages())


if __name__ == "__main__":
    raise SystemExit(serve(answer, int(sys.argv[1])))
