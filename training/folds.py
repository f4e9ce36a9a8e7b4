"""Folds that leave sources out, so that a figure speaks of documents from somewhere else."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from training.documents import LabelledDocument

FOLDS = 3


@dataclass(frozen=True, slots=True)
class Fold:
    """Positions of the documents to train on and to test on."""

    train: tuple[int, ...]
    test: tuple[int, ...]


def source_folds(documents: Sequence[LabelledDocument], *, seed: int, count: int = FOLDS) -> Iterator[Fold]:
    """Split so that no source of a class, and no group at all, is on both sides.

    A class with one source is split by group, and where there are no groups by document: its figure then says how
    well the model knows that source.

    Args:
        documents: The documents.
        seed: Orders units of the same size.
        count: How many folds.
    """
    numbers = _numbers(documents, seed, count)
    for number in range(count):
        test = tuple(place for place, fold in enumerate(numbers) if fold == number)
        groups = {documents[place].group for place in test} - {""}
        train = (place for place, fold in enumerate(numbers) if fold != number)
        yield Fold(tuple(place for place in train if documents[place].group not in groups), test)


def _numbers(documents: Sequence[LabelledDocument], seed: int, count: int) -> list[int]:
    sources = defaultdict(set)
    for item in documents:
        sources[item.label].add(item.source)
    units = [_unit(item, place, len(sources[item.label])) for place, item in enumerate(documents)]
    sizes = Counter(units)
    ties = dict(zip(sizes, np.random.default_rng(seed).permutation(len(sizes)), strict=True))
    filled: dict[str, list[int]] = defaultdict(lambda: [0] * count)
    fold_of = {}
    for unit in sorted(sizes, key=lambda unit: (-sizes[unit], ties[unit])):
        load = filled[unit[0]]
        fold_of[unit] = load.index(min(load))
        load[fold_of[unit]] += sizes[unit]
    return [fold_of[unit] for unit in units]


def _unit(item: LabelledDocument, place: int, sources: int) -> tuple[str, str]:
    if sources > 1:
        return item.label, item.source
    return item.label, item.group or f"#{place}"
