import io
from collections.abc import Callable

import pillow_heif
import pytest
from PIL import Image

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.pages import render_pages

Make = Callable[..., bytes]


def _saved(picture: Image.Image, file_format: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, file_format, **options)
    return out.getvalue()


def test_pdf_pages_at_a_resolution(make_pdf: Make) -> None:
    """A4 at 100 dpi has 827 by 1169 pixels."""
    pages = list(render_pages(make_pdf("one", "two"), "application/pdf", dpi=100))

    assert [(page.mode, page.size) for page in pages] == [("RGB", (827, 1170)), ("RGB", (827, 1170))]


def test_no_more_pages_than_asked_for(make_pdf: Make) -> None:
    """Later pages are left out."""
    assert (
        len(list(render_pages(make_pdf("one", "two", "three"), "application/pdf", dpi=50, max_pages=2))) == 2
    )


def test_every_frame_of_a_tiff_is_a_page() -> None:
    """Frames come in order."""
    frames = [Image.new("L", (10, 10 + index)) for index in range(3)]
    data = _saved(frames[0], "TIFF", save_all=True, append_images=frames[1:])

    assert [page.height for page in render_pages(data, "image/tiff")] == [10, 11, 12]


def test_only_the_first_frame_of_a_moving_picture() -> None:
    """A GIF is one page."""
    frames = [Image.new("L", (10, 10), index * 90) for index in range(3)]
    data = _saved(frames[0], "GIF", save_all=True, append_images=frames[1:])

    assert len(list(render_pages(data, "image/gif"))) == 1


def test_the_rotation_mark_of_a_camera_is_applied() -> None:
    """Orientation 6 is turned upright."""
    picture = Image.new("RGB", (40, 20), "white")
    exif = picture.getexif()
    exif[0x0112] = 6

    (page,) = render_pages(_saved(picture, "JPEG", exif=exif.tobytes()), "image/jpeg")

    assert page.size == (20, 40)


def test_a_photograph_of_a_telephone() -> None:
    """HEIC is decoded, and turned upright as its maker marked it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 32), "white")).save(out, exif=exif.tobytes())

    (page,) = render_pages(out.getvalue(), "image/heic")

    assert (page.mode, page.size) == ("RGB", (32, 64))


def test_transparency_lies_on_white() -> None:
    """What is transparent is paper, not ink."""
    (page,) = render_pages(_saved(Image.new("RGBA", (4, 4), (0, 0, 0, 0)), "PNG"), "image/png")

    assert (page.mode, page.getpixel((0, 0))) == ("RGB", (255, 255, 255))


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("1", "L"), ("L", "L"), ("P", "RGB"), ("RGB", "RGB"), ("CMYK", "RGB"), ("I;16", "L")],
)
def test_every_mode_becomes_eight_bits(mode: str, expected: str) -> None:
    """OCR gets greyscale or RGB."""
    (page,) = render_pages(_saved(Image.new(mode, (8, 8)), "TIFF"), "image/tiff")

    assert page.mode == expected


def test_deep_greyscale_keeps_its_contrast() -> None:
    """Sixteen bits are scaled to eight, not clipped."""
    picture = Image.new("I;16", (2, 1))
    picture.putpixel((0, 0), 1000)
    picture.putpixel((1, 0), 60000)

    (page,) = render_pages(_saved(picture, "TIFF"), "image/tiff")

    assert [page.getpixel((x, 0)) for x in (0, 1)] == [0, 255]


@pytest.mark.parametrize(
    ("data", "media_type", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png", Reason.TRUNCATED),
        (b"%PDF-1.4", "application/pdf", Reason.TRUNCATED),
        (b"text", "text/plain", Reason.UNSUPPORTED_MEDIA_TYPE),
    ],
)
def test_what_cannot_be_rendered_is_refused(data: bytes, media_type: str, reason: Reason) -> None:
    """The same refusals as in extraction."""
    with pytest.raises(MalformedRecord) as refusal:
        list(render_pages(data, media_type))

    assert refusal.value.reason is reason
