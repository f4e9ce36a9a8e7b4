"""The pages of document files, as a network sees them."""

from pathlib import Path

import numpy as np

from mailroom.contracts.errors import MalformedRecord, UsageError
from mailroom.features.pages import HEIGHT, PAGES_VERSION, WIDTH, Pixels, document_pixels, no_pages
from training.cache import cached

_KIND = f"pages-{PAGES_VERSION}"


def pixels_of_file(path: Path) -> Pixels:
    """The first pages of a file; rendered once, then read from the user's cache.

    Returns:
        (pages, HEIGHT, WIDTH); no page where it is a text, HTML or a mail.

    Raises:
        UsageError: The file cannot be read or is no document.
    """
    try:
        data = path.read_bytes()
        raw = cached(_KIND, data, lambda: document_pixels(data).tobytes())
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except MalformedRecord as error:
        raise UsageError(f"{path}: {error}; mend the file or leave it out") from error
    return np.frombuffer(raw, dtype=np.uint8).reshape(-1, HEIGHT, WIDTH) if raw else no_pages()
