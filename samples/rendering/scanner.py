"""Degraded page images: what scanners, cameras and fax machines do to paper.

Every fault has a strength drawn per sample; text stays legible to a person.
"""

import datetime as dt
import io
from random import Random
from typing import Any

from samples.rendering.pages import write_pdf
from samples.sample import Sample

_MAX_SCANNED_PAGES = 4


def scan_pages(sample: Sample, suffix: str) -> bytes:
    """Render the sample's pages and degrade them.

    Args:
        sample: What to scan.
        suffix: `jpg`, `png` (first page only), `tiff` or `pdf` (up to four pages).

    Returns:
        The file's bytes.
    """
    rng = Random(f"{sample.id}:scan-page")
    dpi = rng.choice((150, 150, 200, 200, 250))
    wanted = _MAX_SCANNED_PAGES if suffix in {"tiff", "pdf"} else 1
    pages = [degrade(page, rng) for page in _page_images(write_pdf(sample), dpi, wanted)]
    return _encode(pages, suffix, dpi, rng)


def degrade(page: Any, rng: Random) -> Any:
    """One page image (Pillow, grey) with skew, uneven light, low contrast, blur, noise and speckles."""
    import numpy as np  # noqa: PLC0415
    from PIL import Image, ImageFilter  # noqa: PLC0415

    generator = np.random.default_rng(rng.getrandbits(32))
    if rng.random() < 0.8:  # noqa: PLR2004 - most pages lie askew
        page = page.rotate(rng.gauss(0, 0.9), resample=Image.Resampling.BICUBIC, fillcolor=255, expand=False)
    if rng.random() < 0.6:  # noqa: PLR2004
        page = page.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.9) * page.width / 1654))
    grey = np.asarray(page, dtype=np.float32)
    grey = _contrast(grey, rng) * _light(grey.shape, rng, np)
    grey += generator.standard_normal(grey.shape, dtype=np.float32) * rng.uniform(0, 14)
    speckles = generator.integers(0, grey.size, int(grey.size * rng.choice((0, 0, 0.0002, 0.0008))))
    grey.ravel()[speckles] = rng.choice((0, 0, 255))
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))


def _page_images(pdf: bytes, dpi: int, wanted: int) -> list[Any]:
    import pypdfium2  # noqa: PLC0415

    document = pypdfium2.PdfDocument(pdf)
    try:
        return [
            document[index].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
            for index in range(min(wanted, len(document)))
        ]
    finally:
        document.close()


def _contrast(grey: Any, rng: Random) -> Any:
    black, white = rng.uniform(0, 70), rng.uniform(215, 255)
    return black + grey * ((white - black) / 255)


def _light(shape: tuple[int, int], rng: Random, np: Any) -> Any:
    """A gradient over the page, darker towards one corner."""
    depth = rng.uniform(0, 0.25)
    rows = np.linspace(0, rng.uniform(-1, 1), shape[0], dtype=np.float32)[:, None]
    columns = np.linspace(0, rng.uniform(-1, 1), shape[1], dtype=np.float32)[None, :]
    return 1 - depth * np.abs(rows + columns) / 2


def _encode(pages: list[Any], suffix: str, dpi: int, rng: Random) -> bytes:
    buffer = io.BytesIO()
    if suffix == "jpg":
        pages[0].save(buffer, "JPEG", quality=rng.randint(25, 85), dpi=(dpi, dpi))
    elif suffix == "png":
        pages[0].save(buffer, "PNG", dpi=(dpi, dpi))
    elif suffix == "tiff":
        pages[0].save(
            buffer, "TIFF", compression="tiff_lzw", save_all=True, append_images=pages[1:], dpi=(dpi, dpi)
        )
    else:
        when = dt.datetime(2026, 1, 1, tzinfo=dt.UTC).timetuple()
        pages[0].save(
            buffer, "PDF", save_all=True, append_images=pages[1:], resolution=dpi, quality=rng.randint(35, 80),
            creationDate=when, modDate=when,
        )  # fmt: skip
    return buffer.getvalue()
