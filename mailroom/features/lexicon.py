"""Word lists as data: what people who read mail all day look for, per class and language.

A file in `data/` is one class (or the cues of structure): languages, and in each, tiers of phrases:

* `names`: what such a document calls itself (`invoice`, `Angebot`); counted apart where a document begins
* `strong`: hardly ever said in another class
* `telling`: leans towards the class

A trailing `*` matches any ending (`reklamation*`), a leading `*` any beginning (`*rechnung`). Phrases are brought to
typed text, so case, accents and punctuation do not matter.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailroom.contracts.errors import MailroomError
from mailroom.features.typed import typed_phrase

TIERS = ("names", "strong", "telling")
CUES = "cues"
"""The file that holds no class but the manners of writing that structure counts (greetings, pronouns, …)."""

DATA = Path(__file__).parent / "data"


class WordListInvalid(MailroomError):
    """A word-list file that cannot be read; the message names file, place and mend."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One pattern: `group` is a label, or a cue; `tier` one of `TIERS`, or `cues`."""

    text: str
    group: str
    tier: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All phrases, sorted, each once per group and tier."""

    phrases: tuple[Phrase, ...]

    def groups(self, *, cues: bool) -> tuple[str, ...]:
        """The sorted names of the classes, or of the cues."""
        return tuple(sorted({phrase.group for phrase in self.phrases if (phrase.tier == CUES) is cues}))

    def for_labels(self, labels: Iterable[str]) -> "Lexicon":
        """The part that speaks of these labels, and the cues."""
        wanted = set(labels)
        return Lexicon(tuple(item for item in self.phrases if item.tier == CUES or item.group in wanted))

    def to_json(self) -> str:
        """The lexicon as a JSON document: group, then tier, then phrases."""
        tree: dict[str, dict[str, list[str]]] = {}
        for phrase in self.phrases:
            tree.setdefault(phrase.group, {}).setdefault(phrase.tier, []).append(phrase.text)
        return json.dumps(tree, ensure_ascii=False, indent=0)

    @classmethod
    def from_json(cls, document: str) -> "Lexicon":
        """Read what `to_json` wrote.

        Raises:
            ValueError: The document is not such a tree.
        """
        tree = json.loads(document)
        if not isinstance(tree, dict):
            raise ValueError("a lexicon is an object of groups")  # noqa: TRY004 - one error for bad data
        return cls(tuple(_phrases(tree)))


def load_lexicon(folder: Path = DATA, *, extra: Path | None = None) -> Lexicon:
    """Read every word list of a folder.

    Args:
        folder: YAML files, one per class, and `cues.yaml`.
        extra: A user's folder of further files; a file of the same name adds to the class.

    Raises:
        WordListInvalid: A file is not YAML of the documented form, or `extra` holds no word list.
    """
    if extra is not None and not any(extra.glob("*.yaml")):
        raise WordListInvalid(f"{extra}: no word lists there; put files like complaint.yaml into it")
    files = [path for place in (folder, extra) if place for path in sorted(place.glob("*.yaml"))]
    phrases = {phrase for path in files for phrase in _read(path)}
    return Lexicon(tuple(sorted(phrases, key=lambda phrase: (phrase.group, phrase.tier, phrase.text))))


def _read(path: Path) -> Iterable[Phrase]:
    import yaml  # noqa: PLC0415 - a served package brings its word lists as JSON

    try:
        # This loader makes strings only: `no` and `false` are words here, and nothing can be constructed.
        loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
        tree = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise WordListInvalid(f"{path}: not readable as YAML: {error}") from error
    if not isinstance(tree, dict):
        raise WordListInvalid(f"{path}: write languages, below them {', '.join(TIERS)}, below them phrases")
    for language, tiers in tree.items():
        yield from _language(path, str(language), tiers)


def _language(path: Path, language: str, tiers: Any) -> Iterable[Phrase]:
    known = isinstance(tiers, dict) and (path.stem == CUES or set(tiers) <= set(TIERS))
    if not known:
        raise WordListInvalid(f"{path}: {language}: the tiers are {', '.join(TIERS)}")
    for tier, texts in tiers.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise WordListInvalid(f"{path}: {language}: {tier}: write a list of phrases")
        group, kind = (str(tier), CUES) if path.stem == CUES else (path.stem, str(tier))
        yield from (Phrase(pattern, group, kind) for text in texts if (pattern := _pattern(text)).strip(" *"))


def _pattern(text: str) -> str:
    """The haystack form: a space is a word boundary, so an open end has none."""
    start = "" if text.startswith("*") else " "
    end = "" if text.endswith("*") else " "
    return f"{start}{typed_phrase(text.strip('*'))}{end}"


def _phrases(tree: Mapping[str, Mapping[str, list[str]]]) -> Iterable[Phrase]:
    for group, tiers in tree.items():
        for tier, texts in tiers.items():
            yield from (Phrase(str(text), group, tier) for text in texts)
