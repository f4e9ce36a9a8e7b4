"""The child that draws pages of documents: what a hostile file does to PDFium or Pillow leaves the console alone.

Started as `python -m console.page_worker MEMORY_BYTES`; ends when its input ends. A request is a media type, a page's
number and the document's bytes; the answer is one of `OK` and a JPEG, `NO_PAGE`, or a reason and a message.
"""

import sys
from collections.abc import Iterator
from io import BytesIO

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.child_side import serve
from mailroom.extract.frames import Frame
from mailroom.extract.pages import render_page

OK, NO_PAGE = b"ok", b"no-page"
MOST_PIXELS = 1600
"""Of the longer side: as large as a page is shown."""


def main(arguments: list[str]) -> int:
    """Serve until the input ends.

    Args:
        arguments: Bytes of address space.
    """
    return serve(_answer, int(arguments[0]))


def _answer(request: Frame) -> Iterator[Frame]:
    media_type, number, data = request
    try:
        yield _drawn(data, media_type.decode(), int(number))
    except MalformedRecord as refusal:
        yield (refusal.reason.value.encode(), str(refusal).encode())
    except MemoryError:
        yield (Reason.OVERSIZED.value.encode(), b"a page takes more memory than is allowed")


def _drawn(data: bytes, media_type: str, number: int) -> Frame:
    picture = render_page(data, media_type, number)
    if picture is None:
        return (NO_PAGE, b"")
    picture.thumbnail((MOST_PIXELS, MOST_PIXELS))
    drawn = BytesIO()
    picture.save(drawn, "JPEG", quality=80)
    return (OK, drawn.getvalue())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
