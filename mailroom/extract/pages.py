"""Documents as page images, for OCR."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import image, pdf
from mailroom.extract.registry import IMAGES
from mailroom.extract.results import Limits

if TYPE_CHECKING:
    from PIL import Image

_POINTS_PER_INCH = 72
_MAX_PIXELS = Limits().max_pixels
# A poster as PDF is rendered smaller: letters on it are large.
_MAX_RENDERED_PIXELS = 40_000_000
_DEEP_GREY = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N", "F"})


def render_pages(
    data: bytes,
    media_type: str,
    *,
    dpi: int = 200,
    max_pages: int = 10,
) -> Iterator["Image.Image"]:
    """Render a document page by page.

    Frames of a TIFF are pages; of other images the first frame is the page. Rotation marks of cameras are applied,
    transparency lies on white, every page is greyscale or RGB with 8 bits.

    Args:
        data: The document's bytes.
        media_type: An image type or `application/pdf`.
        dpi: Resolution for PDF; images keep their own.
        max_pages: Later pages are left out.

    Yields:
        Images in mode `L` or `RGB`, one per page.

    Raises:
        MalformedRecord: As `mailroom.extract.extract` for these types; `UNSUPPORTED_MEDIA_TYPE` for others.
    """
    if media_type == "application/pdf":
        return _render_pdf(data, dpi, max_pages)
    if media_type in IMAGES:
        return _load_image(data, media_type, max_pages)
    raise MalformedRecord(
        Reason.UNSUPPORTED_MEDIA_TYPE, f"{media_type} has no pages to render: send PDF or an image"
    )


def render_page(data: bytes, media_type: str, number: int, *, dpi: int = 100) -> "Image.Image | None":
    """One page, as `render_pages` gives it, without what rendering the others of a PDF would take.

    Args:
        data: The document's bytes.
        media_type: An image type or `application/pdf`.
        number: Of the page, from 1.
        dpi: Resolution for PDF; images keep their own.

    Returns:
        The page; None where the document has fewer.

    Raises:
        MalformedRecord: As `render_pages`.
    """
    if media_type != "application/pdf":
        pages = render_pages(data, media_type, max_pages=number)
        return next(islice(pages, number - 1, None), None)
    with pdf.opened(data) as document:
        return _render_page(document[number - 1], dpi) if 0 < number <= len(document) else None


def pages_to_read(
    data: bytes, media_type: str, *, dpi: int = 200, max_pages: int = 10
) -> Iterator["Image.Image | str"]:
    """The pages of a document as they are to be read: pictures, or the text of pages that have their own.

    Args:
        data: The document's bytes.
        media_type: An image type or `application/pdf`.
        dpi: Resolution for PDF; images keep their own.
        max_pages: Pictures beyond are left out; in a PDF their pages are empty.

    Raises:
        MalformedRecord: As `render_pages`.
    """
    if media_type != "application/pdf":
        yield from render_pages(data, media_type, max_pages=max_pages)
        return
    pictures = 0
    for index, layer in enumerate(pdf.layers(data)):
        pictures += layer is None
        if layer is not None or pictures > max_pages:
            yield layer or ""
            continue
        with pdf.opened(data) as document:
            rendered = _render_page(document[index], dpi)
        yield rendered


def _render_pdf(data: bytes, dpi: int, max_pages: int) -> Iterator["Image.Image"]:
    with pdf.opened(data) as document:
        count = min(len(document), max_pages)
    # Reopened per page: the lock is not held while a page is being read, and nothing stays open if reading stops.
    for index in range(count):
        with pdf.opened(data) as document:
            rendered = _render_page(document[index], dpi)
        yield rendered


def _render_page(page: Any, dpi: int) -> "Image.Image":
    scale = dpi / _POINTS_PER_INCH
    pixels = page.get_width() * page.get_height() * scale**2
    scale *= min(1.0, (_MAX_RENDERED_PIXELS / max(1.0, pixels)) ** 0.5)
    picture: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
    page.close()
    return picture


def _load_image(data: bytes, media_type: str, max_pages: int) -> Iterator["Image.Image"]:
    with image.opened(data, media_type, _MAX_PIXELS) as picture:
        count = min(image.frame_count(picture, media_type), max_pages)
    for index in range(count):
        with image.opened(data, media_type, _MAX_PIXELS) as picture:
            picture.seek(index)
            image.require_pixels(picture, _MAX_PIXELS)
            upright = _upright(picture)
        yield upright


def _upright(picture: "Image.Image") -> "Image.Image":
    from PIL import ImageOps  # noqa: PLC0415

    turned = ImageOps.exif_transpose(picture)
    if turned.mode in _DEEP_GREY:
        return _eight_bits(turned)
    if turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info:
        return _on_white(turned.convert("RGBA"))
    return turned.convert("L" if turned.mode in {"1", "L"} else "RGB")


def _on_white(picture: "Image.Image") -> "Image.Image":
    from PIL import Image  # noqa: PLC0415

    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")


def _eight_bits(picture: "Image.Image") -> "Image.Image":
    low, high = (float(value) for value in picture.convert("F").getextrema())  # type: ignore[arg-type]
    scale = 255 / ((high - low) or 1)
    return picture.convert("F").point(lambda value: value * scale - low * scale).convert("L")
