"""The background of a page made white: paper that darkens towards an edge, coloured fields, gradients."""

from PIL import Image, ImageFilter

_CELL = 8
_CELLS_AROUND = 5

# The median absolute deviation of normal noise times this is its standard deviation.
_NORMAL = 1.4826
_GRAINS = 4


def whitened(page: Image.Image) -> Image.Image:
    """Divide a page by its background, so that one threshold finds the letters everywhere.

    The background is the brightest of the mean greys of 8 by 8 pixels within 20 pixels, smoothed: wider than strokes
    of letters are, narrower than most coloured fields. Light letters on a dark ground stay as they are.

    Args:
        page: Any mode and size.

    Returns:
        The page in mode `L`, of the same size.
    """
    # NumPy costs a start that asking for help should not pay.
    import numpy as np  # noqa: PLC0415

    grey = page.convert("L")
    cells = (max(1, grey.width // _CELL), max(1, grey.height // _CELL))
    background = (
        grey.resize(cells, Image.Resampling.BOX)
        .filter(ImageFilter.MaxFilter(_CELLS_AROUND))
        .filter(ImageFilter.GaussianBlur(2))
        .resize(grey.size, Image.Resampling.BILINEAR)
    )
    # 255 times 255 just fits 16 bits: half the memory of floats on a large page.
    quotient = (
        np.asarray(grey, np.uint16) * np.uint16(255) // np.maximum(np.asarray(background, np.uint16), 1)
    )
    return Image.fromarray(np.minimum(quotient, 255).astype(np.uint8))


def without_grain(page: Image.Image) -> Image.Image:
    """Make white what differs from the paper by no more than the paper's own grain.

    A sensor's noise, or the grain of copied paper, would otherwise be most of what lies below the threshold between
    ink and paper, and reading a page of a few lines would take a minute. The grain is estimated by the median
    absolute deviation, for which ink is an outlier; clean pages have none and stay as they are.

    Args:
        page: Mode `L`, its background white already.

    Returns:
        The page in mode `L`, of the same size.
    """
    import numpy as np  # noqa: PLC0415

    shades = np.asarray(page)
    paper = np.median(shades)
    grain = _NORMAL * np.median(np.abs(shades - paper))
    return Image.fromarray(np.where(shades > paper - _GRAINS * grain, 255, shades).astype(np.uint8))
