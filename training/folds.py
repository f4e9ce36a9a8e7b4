"""Folds that leave sources out, so that a figure speaks of documents from somewhere else."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from training.documents import LabelledDocument

FOLDS = 3
Unit = tuple[str, str, str]
"""Label, and the source or the group: what stays together."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Positions of the documents to train on and to test on."""

    train: tuple[int, ...]
    test: tuple[int, ...]


def source_folds(documents: Sequence[LabelledDocument], *, seed: int, count: int = FOLDS) -> list[Fold]:
    """Split so that no source of a class, and no group at all, is on both sides.

    A class with one source is split by group, and where there are no groups by document: its figure then says how
    well the model knows that source. Where groups run through all sources, all is split by group; where they run
    through everything, by document.

    Args:
        documents: At least two of each label.
        seed: Orders units of the same size.
        count: How many folds at most.

    Returns:
        Folds whose training side has every label; together they test documents of every label.
    """
    labels = {item.label for item in documents}
    for units in (_sources(documents), _groups(documents), _singles(documents)):
        folds = [fold for fold in _folds(documents, units, seed, count) if _usable(fold, documents, labels)]
        if labels == {documents[place].label for fold in folds for place in fold.test}:
            break
    return folds


def _sources(documents: Sequence[LabelledDocument]) -> list[Unit]:
    sources = defaultdict(set)
    for item in documents:
        sources[item.label].add(item.source)
    groups = _groups(documents)
    return [
        (item.label, item.source, "") if len(sources[item.label]) > 1 else group
        for item, group in zip(documents, groups, strict=True)
    ]


def _groups(documents: Sequence[LabelledDocument]) -> list[Unit]:
    return [(item.label, "", item.group or f"#{place}") for place, item in enumerate(documents)]


def _singles(documents: Sequence[LabelledDocument]) -> list[Unit]:
    return [(item.label, "", f"#{place}") for place, item in enumerate(documents)]


def _usable(fold: Fold, documents: Sequence[LabelledDocument], labels: set[str]) -> bool:
    return bool(fold.test) and labels == {documents[place].label for place in fold.train}


def _folds(
    documents: Sequence[LabelledDocument], units: Sequence[Unit], seed: int, count: int
) -> Iterator[Fold]:
    split_groups = units == _singles(documents)
    numbers = _numbers(units, seed, count)
    for number in range(count):
        test = tuple(place for place, fold in enumerate(numbers) if fold == number)
        groups = set() if split_groups else {documents[place].group for place in test} - {""}
        train = (place for place, fold in enumerate(numbers) if fold != number)
        yield Fold(tuple(place for place in train if documents[place].group not in groups), test)


def _numbers(units: Sequence[Unit], seed: int, count: int) -> list[int]:
    sizes = Counter(units)
    ties = dict(zip(sizes, np.random.default_rng(seed).permutation(len(sizes)), strict=True))
    filled: dict[str, list[int]] = defaultdict(lambda: [0] * count)
    fold_of = {}
    for unit in sorted(sizes, key=lambda unit: (-sizes[unit], ties[unit])):
        load = filled[unit[0]]
        fold_of[unit] = load.index(min(load))
        load[fold_of[unit]] += sizes[unit]
    return [fold_of[unit] for unit in units]
