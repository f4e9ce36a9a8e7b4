"""Documents from a seed: the one function that callers need."""

import re
from collections.abc import Iterator, Sequence
from random import Random

from samples.errors import UnknownChoice
from samples.facts import Facts
from samples.library import Family, Layout, Library, load_library
from samples.noise import add_noise
from samples.sample import LABELS, LANGUAGES, Sample

_BLANK_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
_TRAILING = re.compile(r"[ \t]+\n")
_LONG = 0.15
"""Of the documents of every label have several pages: length must not give a label away."""
_MOST_FURTHER = 7


def generate(
    count: int,
    seed: int,
    *,
    languages: Sequence[str] = LANGUAGES,
    labels: Sequence[str] = LABELS,
    noise: bool = True,
) -> Iterator[Sample]:
    """Generate documents; labels take turns, so every label comes equally often.

    Args:
        count: How many.
        seed: The same seed gives the same documents; document `i` depends on `seed` and `i` only.
        languages: Languages to draw from, evenly.
        labels: Labels to take turns.
        noise: Whether texts may be damaged as channels damage them.

    Raises:
        UnknownChoice: A language or label that the generator does not have.
        BrokenSampleData: A file under `data` breaks its rules.
    """
    _check("label", labels, LABELS)
    _check("language", languages, LANGUAGES)
    library = load_library()
    for position in range(count):
        yield _document(library, seed, position, languages, labels, noise=noise)


def _document(
    library: Library,
    seed: int,
    position: int,
    languages: Sequence[str],
    labels: Sequence[str],
    *,
    noise: bool,
) -> Sample:
    rng = Random(f"{seed}:{position}")
    label = labels[position % len(labels)]
    lang = languages[int(rng.random() * len(languages))]
    families = library.families[label]
    family = families[int(rng.random() * len(families))]
    layout = family.layouts[int(rng.random() * len(family.layouts))]
    text = _pages(family, layout, Facts(family, lang, rng), rng)
    return Sample(
        id=f"generated-{seed}-{position}",
        label=label,
        text=add_noise(text, rng) if noise else text,
        lang=lang,
        family=family.name,
        source=f"generated:{label}-{family.name}",
        group=f"{label}-{family.name}-{layout.name}-{lang}",
        page=layout.page,
    )


def _pages(family: Family, layout: Layout, facts: Facts, rng: Random) -> str:
    """One page, or several: the matter goes on, with the same people, under page marks and in other layouts."""
    pages = [tidy(layout.template(facts))]
    if rng.random() < _LONG:
        for _ in range(rng.randint(1, _MOST_FURTHER)):
            further = family.layouts[int(rng.random() * len(family.layouts))]
            pages += [facts.fill("page_mark"), tidy(further.template(facts))]
    return tidy("\n\n".join(pages))


def tidy(text: str) -> str:
    """Remove what empty slots leave behind: blank lines in a row and blanks at line ends."""
    return _BLANK_LINES.sub("\n\n", _TRAILING.sub("\n", text)).strip()


def _check(kind: str, wanted: Sequence[str], known: Sequence[str]) -> None:
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        raise UnknownChoice(
            f"no {kind} named {', '.join(unknown) or '(none)'}; choose from {', '.join(known)}"
        )
