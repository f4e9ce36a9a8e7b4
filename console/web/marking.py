"""A text with the stretches that decided marked in it."""

from markupsafe import Markup, escape

from console.deciding import Stretch

STRONG = 0.5
MOST_CHARACTERS = 20_000
"""Shown of a text; the rest is in the original."""


def marked(text: str, stretches: tuple[Stretch, ...]) -> Markup:
    """The text as HTML, all of it escaped."""
    parts: list[Markup] = []
    place = 0
    for stretch in stretches:
        kind = ' class="strong"' if stretch.weight >= STRONG else ""
        parts += [
            escape(text[place : stretch.start]),
            Markup("<mark{}>{}</mark>").format(Markup(kind), text[stretch.start : stretch.end]),  # noqa: S704
        ]
        place = stretch.end
    return Markup("").join([*parts, escape(text[place : max(place, MOST_CHARACTERS)])])
