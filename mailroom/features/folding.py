"""Folded text: case and accents gone, so that `RÉCLAMATION`, `Réclamation` and `reclamation` are one word."""

import unicodedata

_ACCENTS = dict.fromkeys(range(0x0300, 0x0370))  # combining diacritical marks


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
    return unicodedata.normalize("NFKD", folded).translate(_ACCENTS)
