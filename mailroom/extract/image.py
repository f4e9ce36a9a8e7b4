"""Images: are they whole, and how many pages are there."""

import functools
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.image_ends import cut_short
from mailroom.extract.results import Limits, PagesFound
from mailroom.extract.sniffing import Kind

if TYPE_CHECKING:
    from PIL import Image

HEIC = "image/heic"
MEDIA_TYPES = frozenset(
    {"image/png", "image/jpeg", "image/tiff", "image/webp", "image/bmp", "image/gif", HEIC},
)
"""Media types of images that can be decoded."""

# Only TIFF holds pages; the frames of the others are moving pictures, whose first is looked at.
_PAGED = "image/tiff"
_DRAFT_SIDE = 256


def parse(data: bytes, kind: Kind, limits: Limits) -> PagesFound:
    """Decode an image to see that it is whole, and count its pages.

    Raises:
        MalformedRecord: Cut short (`TRUNCATED`), too many pixels (`OVERSIZED`), or broken (`UNPARSABLE`).
    """
    with opened(data, kind.media_type, limits.max_pixels) as picture:
        pages = frame_count(picture, kind.media_type)
        for index in range(min(pages, limits.max_pages)):
            picture.seek(index)
            require_pixels(picture, limits.max_pixels)
            # JPEG can be decoded at an eighth of its size: enough to see that all of it is there.
            picture.draft(None, (_DRAFT_SIDE, _DRAFT_SIDE))
            picture.load()
    return PagesFound(kind.media_type, pages)


@contextmanager
def opened(data: bytes, media_type: str, max_pixels: int) -> Iterator["Image.Image"]:
    """Open an image, and translate whatever its decoder raises inside the block.

    Raises:
        MalformedRecord: As `parse`.
    """
    from PIL import Image  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            # Pillow warns of odd metadata; only the pixels matter here.
            warnings.simplefilter("ignore")
            if media_type == HEIC:
                _know_heic()
            picture = Image.open(io.BytesIO(data), formats=[_format(media_type)])
            require_pixels(picture, max_pixels)
            with picture:
                yield picture
    except MalformedRecord:
        raise
    except Image.DecompressionBombError as error:
        raise MalformedRecord(Reason.OVERSIZED, f"{error}: send it at a lower resolution") from error
    except Exception as error:  # decoders raise nearly anything on hostile bytes; all of it means the same
        raise _translated(error, data, media_type) from error


def frame_count(picture: "Image.Image", media_type: str) -> int:
    """Number of pages: frames of a TIFF, else one."""
    return int(getattr(picture, "n_frames", 1)) if media_type == _PAGED else 1


def require_pixels(picture: "Image.Image", max_pixels: int) -> None:
    """Refuse an image with too many pixels, before any is decoded.

    Raises:
        MalformedRecord: `Reason.OVERSIZED`.
    """
    width, height = picture.size
    if width * height > max_pixels:
        message = f"{width} x {height} pixels are more than the limit of {max_pixels:,}: send it at a lower resolution"
        raise MalformedRecord(Reason.OVERSIZED, message)


@functools.cache
def _know_heic() -> None:
    import pi_heif  # noqa: PLC0415

    pi_heif.register_heif_opener()


def _format(media_type: str) -> str:
    return "HEIF" if media_type == HEIC else media_type.removeprefix("image/").upper()


def _translated(error: Exception, data: bytes, media_type: str) -> MalformedRecord:
    if "truncated" in str(error).lower() or cut_short(data, media_type):
        return MalformedRecord(
            Reason.TRUNCATED, f"the {media_type} ends before its last pixel: send it again, whole"
        )
    return MalformedRecord(
        Reason.UNPARSABLE,
        f"the {media_type} cannot be decoded ({type(error).__name__}: {error}): export it again",
    )
