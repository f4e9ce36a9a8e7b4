"""A page's background is made white without touching its letters."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from mailroom.extract.ocr.background import whitened, without_grain


def test_grey_field_becomes_white_and_its_stroke_stays_dark() -> None:
    """On a field of middle grey the ground turns white, and a black stroke on it stays black."""
    page = Image.new("L", (400, 400), 255)
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, 399, 250), fill=120)
    draw.rectangle((100, 100, 103, 130), fill=0)

    even = whitened(page)

    assert even.getpixel((300, 100)) == 255
    assert even.getpixel((101, 115)) == 0
    assert even.getpixel((300, 350)) == 255


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "CMYK", "P"])
def test_any_mode_and_the_smallest_size(mode: str) -> None:
    """One pixel of any mode comes back as one grey pixel."""
    even = whitened(Image.new(mode, (1, 1)))

    assert (even.mode, even.size) == ("L", (1, 1))


def test_black_page_stays_black() -> None:
    """A page without light is not divided by nothing."""
    assert whitened(Image.new("L", (64, 64), 0)).getextrema() == (0, 0)


def test_grain_becomes_paper_and_ink_stays() -> None:
    """Noise of the paper is gone, a stroke keeps its shade, and a clean page is left alone."""
    noise = np.random.default_rng(3).normal(245, 4, (200, 200)).clip(0, 255).astype(np.uint8)
    noise[90:100, 50:150] = 60
    quiet = np.asarray(without_grain(Image.fromarray(noise)))

    assert (quiet[:80] == 255).mean() > 0.999
    assert (quiet[90:100, 50:150] == 60).all()
    clean = np.full((50, 50), 250, np.uint8)
    clean[20:30, 20:30] = 240
    assert (np.asarray(without_grain(Image.fromarray(clean)))[20:30, 20:30] == 240).all()
