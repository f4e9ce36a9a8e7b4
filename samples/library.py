"""The generator's data, read once: languages, trades, layouts and families.

A slot's name is looked up in the family, then its trade, then what all families of the label share, then the language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from samples.errors import BrokenSampleData
from samples.grammar import Template, compile_template
from samples.sample import LABELS, LANGUAGES

Phrases = Mapping[str, tuple[Template, ...]]
Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Layout:
    """How the parts of a document follow each other."""

    name: str
    page: str
    template: Template


@dataclass(frozen=True, slots=True)
class Family:
    """Documents of one occasion or trade, in every language."""

    label: str
    name: str
    layouts: tuple[Layout, ...]
    phrases: Mapping[str, Phrases]
    items: Mapping[str, tuple[str, ...]]
    prices: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Library:
    """All families by label, and the plain word lists of each language."""

    families: Mapping[str, tuple[Family, ...]]


@dataclass(frozen=True, slots=True)
class _Shared:
    languages: Mapping[str, Phrases]
    trades: Mapping[str, Any]
    layouts: Mapping[str, Layout]
    label: Mapping[str, Any]


@cache
def load_library() -> Library:
    """Read and compile every YAML file under `data`; cached for the process.

    Raises:
        BrokenSampleData: A file breaks the rules in the README; the message names it.
    """
    data = resources.files("samples") / "data"
    languages = {lang: _compiled(_merged(data / "languages", lang)) for lang in LANGUAGES}
    trades, layouts = _merged(data / "trades"), _read_layouts(data / "layouts")
    families: dict[str, list[Family]] = {label: [] for label in LABELS}
    for label in LABELS:
        shared = _Shared(languages, trades, layouts, _read(data / "labels" / f"{label}.yaml"))
        for path in _yaml_files(data / "families" / label):
            families[label] += _read_families(path, label, shared)
    return Library({label: tuple(found) for label, found in families.items()})


def _yaml_files(folder: Traversable) -> list[Traversable]:
    return sorted((p for p in folder.iterdir() if p.name.endswith(".yaml")), key=lambda p: p.name)


def _read(path: Traversable) -> dict[str, Any]:
    import yaml  # noqa: PLC0415

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise BrokenSampleData(f"{path}: not YAML: {error}") from error
    if not isinstance(content, dict):
        raise BrokenSampleData(f"{path}: expected a mapping at the top")
    return content


def _merged(folder: Traversable, prefix: str = "") -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for path in _yaml_files(folder):
        if path.name.startswith(prefix):
            merged.update(_read(path))
    return merged


def _read_layouts(folder: Traversable) -> dict[str, Layout]:
    layouts = {}
    for path in _yaml_files(folder):
        for name, spec in _read(path).items():
            layouts[name] = Layout(name, spec["page"], compile_template(spec["text"].strip("\n")))
    return layouts


def _read_families(path: Traversable, label: str, shared: _Shared) -> list[Family]:
    content = _read(path)
    specs = {trade: {"trade": trade} for trade in content.pop("from_trades", [])} | content
    try:
        return [_family(label, name, spec, shared) for name, spec in specs.items()]
    except (KeyError, TypeError, AttributeError) as error:
        raise BrokenSampleData(f"{path.name}: {type(error).__name__}: {error}") from error


def _family(label: str, name: str, spec: Mapping[str, Any], shared: _Shared) -> Family:
    trade = shared.trades[spec["trade"]] if "trade" in spec else {}
    low, high = spec.get("prices") or trade.get("prices", [5, 500])
    layouts = spec.get("layouts") or shared.label["layouts"]
    return Family(
        label=label,
        name=name,
        layouts=tuple(shared.layouts[layout] for layout in layouts),
        phrases={lang: _phrases(lang, trade, spec, shared) for lang in LANGUAGES},
        items={lang: _items(spec.get(lang, {})) or _items(trade.get(lang, {})) for lang in LANGUAGES},
        prices=(float(low), float(high)),
    )


def _phrases(lang: str, trade: Mapping[str, Any], spec: Mapping[str, Any], shared: _Shared) -> Phrases:
    own = [part.get(lang, {}) for part in (shared.label, trade, spec)]
    phrases: dict[str, tuple[Template, ...]] = dict(shared.languages[lang])
    for part in own:
        phrases |= _compiled({name: value for name, value in part.items() if name != "items"})
    return phrases


def _items(part: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_alternatives(part["items"])) if "items" in part else ()


def _compiled(phrases: Mapping[str, Any]) -> dict[str, tuple[Template, ...]]:
    return {
        name: tuple(_template(option) for option in _alternatives(value)) for name, value in phrases.items()
    }


def _alternatives(value: object) -> list[str]:
    """A list is taken as it stands; of a text every line is an alternative, and a written backslash-n a line end."""
    if isinstance(value, list):
        return [str(option) for option in value]
    lines = str(value).splitlines() or [""]
    return [line.replace("\\n", "\n") for line in lines]


@cache
def _template(source: str) -> Template:
    return compile_template(source.strip("\n"))
