"""Folded text: case and accents gone, so that `RÉCLAMATION`, `Réclamation` and `reclamation` are one word."""

import re
import unicodedata

_ACCENTS = re.compile("[\u0300-\u036f]+")  # combining diacritical marks


def fold(text: str) -> str:
    """Case-fold a text and strip its accents; `ß` becomes `ss`, ligatures their letters.

    Args:
        text: Any text.

    Returns:
        The folded text; its length may differ from the original's.
    """
    folded = text.casefold()
    if folded.isascii():
        return folded
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", folded))
