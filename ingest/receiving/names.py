"""File names that others give: for a header, never for a path."""

import re

MAX_CHARACTERS = 255

_FOLDERS = re.compile(r"[/\\]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def file_name(given: str | None) -> str | None:
    """A name without folders, control characters or turned writing, or None where nothing of it is left.

    Whatever stands behind the last slash or backslash counts, so that no `../` leads anywhere.
    """
    if given is None:
        return None
    name = _CONTROLS.sub(" ", _FOLDERS.split(given)[-1]).strip()
    return name[-MAX_CHARACTERS:] if name.strip(". ") else None


def shown(text: str) -> str:
    """Somebody else's text for a person's terminal: without control characters, which a terminal would obey."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)[:MAX_CHARACTERS]
