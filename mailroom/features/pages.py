"""Page images as a network sees them: small, grey, upright proportions, paper white and ink black.

Training and serving share this code; its rules have a version, which packages name. A change to any of them is a new
version: a network that learnt on other pixels would answer wrongly without a word.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason

if TYPE_CHECKING:
    from PIL import Image

PAGES_VERSION = 1
SUPPORTED_PAGES_VERSIONS = (1,)
WIDTH, HEIGHT = 160, 224
"""Pixels: the proportions of A4, at which headings and tables are seen and words are not."""
MAX_PAGES = 3
"""Pages of a document that are looked at: what it is shows at its beginning."""
DPI = 100
"""Resolution at which PDF is rendered before it is made small."""

_INK_PERCENTILE = 1
_LEAST_SPAN = 32.0
"""Grey levels between paper and ink; a page with less is blank, and stretching it would show its grain alone."""
_DARK = 96
_WHITE = 255

Pixels = npt.NDArray[np.uint8]


def page_pixels(page: "Image.Image") -> Pixels:
    """One page, made small.

    It is shrunk by averaging, proportions kept, and laid in the middle of a white field: a landscape page stays
    landscape. The median grey becomes white and the darkest hundredth black; a page that is mostly dark is turned
    into its negative first.

    Args:
        page: Any size and mode.

    Returns:
        (HEIGHT, WIDTH): 255 is paper, 0 is ink.
    """
    from PIL import Image  # noqa: PLC0415 - texts need no imaging library

    scale = min(WIDTH / page.width, HEIGHT / page.height)
    size = (max(1, round(page.width * scale)), max(1, round(page.height * scale)))
    small = page.convert("L").resize(size, Image.Resampling.BOX)
    shades = _stretched(np.asarray(small, dtype=np.float32))
    field = np.full((HEIGHT, WIDTH), _WHITE, dtype=np.uint8)
    top, left = (HEIGHT - size[1]) // 2, (WIDTH - size[0]) // 2
    field[top : top + size[1], left : left + size[0]] = shades
    return field


def document_pixels(data: bytes) -> Pixels:
    """The first pages of a PDF or an image.

    Args:
        data: The document's bytes.

    Returns:
        (pages, HEIGHT, WIDTH), at most MAX_PAGES; no page of a document that has none, such as a text or a mail.

    Raises:
        MalformedRecord: The bytes are no document, or its pages cannot be rendered.
    """
    from mailroom.extract import sniff  # noqa: PLC0415 - loads PDFium
    from mailroom.extract.pages import render_pages  # noqa: PLC0415

    try:
        pages = [page_pixels(page) for page in render_pages(data, sniff(data), dpi=DPI, max_pages=MAX_PAGES)]
    except MalformedRecord as error:
        if error.reason is Reason.UNSUPPORTED_MEDIA_TYPE:
            return no_pages()
        raise
    return np.stack(pages) if pages else no_pages()


def no_pages() -> Pixels:
    """What a document without pages has."""
    return np.zeros((0, HEIGHT, WIDTH), dtype=np.uint8)


def _stretched(shades: npt.NDArray[np.float32]) -> Pixels:
    paper = float(np.median(shades))
    if paper < _DARK:
        return _stretched(_WHITE - shades)
    span = max(_LEAST_SPAN, paper - float(np.percentile(shades, _INK_PERCENTILE)))
    return np.asarray(np.clip(_WHITE * (1 - (paper - shades) / span), 0, _WHITE).round(), dtype=np.uint8)
