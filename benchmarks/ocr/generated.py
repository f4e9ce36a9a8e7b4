"""Generated documents, typeset and degraded, with the text that is on the page."""

import io
import textwrap
from collections.abc import Iterator
from itertools import islice
from random import Random

from fpdf import FPDF
from PIL import Image, ImageEnhance, ImageFilter

from mailroom.extract.pages import render_pages
from samples.generation import generate

_FONTS = ("Helvetica", "Times", "Courier")
_COLUMNS, _LINES, _LINE_MILLIMETRES = 85, 50, 5
_DPI = 150
_SEED = 11


def generated(count: int) -> Iterator[tuple[Image.Image, str]]:
    """Page images with their texts; the same ones at every call."""
    rng = Random(_SEED)
    # Core fonts hold Latin-1 only; they need no font file, so that every machine draws the same page.
    texts = (sample.text.replace("€", "EUR") for sample in generate(3 * count, _SEED, noise=False))
    for index, text in enumerate(islice((text for text in texts if _is_latin1(text)), count)):
        lines = [part for line in text.splitlines() for part in textwrap.wrap(line, _COLUMNS) or [""]][
            :_LINES
        ]
        pdf = _typeset(lines, _FONTS[index % len(_FONTS)])
        page = next(iter(render_pages(pdf, "application/pdf", dpi=_DPI)))
        yield _degraded(page.convert("L"), rng), "\n".join(lines)


def _is_latin1(text: str) -> bool:
    return all(ord(character) < 256 for character in text)


def _typeset(lines: list[str], font: str) -> bytes:
    pdf = FPDF()
    pdf.set_font(font, size=10)
    pdf.add_page()
    for line in lines:
        pdf.cell(0, _LINE_MILLIMETRES, line, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def _degraded(page: Image.Image, rng: Random) -> Image.Image:
    """Lean by up to 2 degrees, blur, grain, loss of contrast and JPEG at a quality of 35 to 70."""
    page = page.rotate(rng.uniform(-2, 2), fillcolor=255, resample=Image.Resampling.BICUBIC)
    page = page.filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 1.1)))
    page = Image.blend(page, Image.effect_noise(page.size, rng.uniform(15, 40)), rng.uniform(0.1, 0.25))
    page = ImageEnhance.Contrast(page).enhance(rng.uniform(0.5, 0.9))
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", quality=rng.randint(35, 70))
    return Image.open(buffer)
