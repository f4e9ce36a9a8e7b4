"""Folds that leave sources out, so that a figure speaks of documents from somewhere else."""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mailroom.contracts.errors import UsageError
from training.documents import LabelledDocument

FOLDS = 3
Unit = Hashable
"""What stays together: a source, a source of one class, or a component."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Positions of the documents to train on and to test on."""

    train: tuple[int, ...]
    test: tuple[int, ...]


def components(documents: Sequence[LabelledDocument], near: Mapping[int, int] | None = None) -> list[int]:
    """A number for each document; those joined by a given group or by near-duplicates, also in steps, share it.

    Args:
        documents: Their `group` joins them; an empty one joins nothing.
        near: Place to the number of its near-duplicates; a place that is missing has none.
    """
    from scipy.sparse import coo_array  # noqa: PLC0415 - training only
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    ties: list[tuple[int, Hashable]] = [
        (place, item.group) for place, item in enumerate(documents) if item.group
    ]
    ties += sorted((near or {}).items())
    nodes = {
        name: len(documents) + number for number, name in enumerate(dict.fromkeys(tie[1] for tie in ties))
    }
    size = len(documents) + len(nodes)
    rows, columns = [place for place, _ in ties], [nodes[name] for _, name in ties]
    graph = coo_array((np.ones(len(ties), dtype=np.int8), (rows, columns)), shape=(size, size))
    numbers: list[int] = connected_components(graph, directed=False)[1][: len(documents)].tolist()
    return numbers


def leave_sources_out(
    documents: Sequence[LabelledDocument], together: Sequence[int], *, seed: int, count: int = FOLDS
) -> list[Fold]:
    """Test on sources that the training side has nothing of, and on components that it has nothing of.

    A class with several sources is split by source, a whole source over all its classes where that leaves every
    training side every class, else each class's part of a source for itself. A class of one source, or one whose
    sources share too many near-duplicates, is split by component. What shares a component with a tested document is
    left out of that fold's training side.

    Args:
        documents: `train_only` ones are in every training side and never tested.
        together: The component of each.
        seed: Orders units of the same size.
        count: How many folds at most.

    Returns:
        Folds that test every other document once and whose training sides have every class.

    Raises:
        UsageError: A class cannot be split.
    """
    several = _several_sources(documents)
    folds = _split(documents, together, _whole_sources(documents, together, several), seed, count)
    while lacking := missing_labels(folds, documents):
        folds = _split(documents, together, _class_sources(documents, together, several), seed, count)
        lacking = missing_labels(folds, documents)
        if lacking and not several & lacking:
            return leave_components_out(documents, together, seed=seed, count=count)
        several = several - lacking
    return folds


def leave_components_out(
    documents: Sequence[LabelledDocument], together: Sequence[int], *, seed: int, count: int = FOLDS
) -> list[Fold]:
    """Test on components that the training side has nothing of, whatever their sources.

    Arguments, result and errors are those of `leave_sources_out`.
    """
    folds = _split(documents, together, list(together), seed, count)
    if lacking := missing_labels(folds, documents):
        raise UsageError(
            f"no split is possible for {', '.join(sorted(lacking))}: its documents are near-duplicates of one another"
            " or of one `group`; add documents of at least one other template or author"
        )
    return folds


def folds_of(
    documents: Sequence[LabelledDocument], together: Sequence[int], numbers: Sequence[int]
) -> list[Fold]:
    """Folds by number; what shares a component with a tested document is on no training side of that fold.

    Args:
        documents: `train_only` ones are never tested.
        together: The component of each.
        numbers: The fold that tests each.
    """
    tested = [-1 if item.train_only else number for item, number in zip(documents, numbers, strict=True)]
    return [_fold(number, tested, together) for number in sorted(set(tested) - {-1})]


def missing_labels(folds: Sequence[Fold], documents: Sequence[LabelledDocument]) -> set[str]:
    """Classes that some training side has no document of."""
    labels = {item.label for item in documents}
    return {
        label for fold in folds for label in labels - {documents[place].label for place in fold.train}
    } or (set() if folds else labels)


def source_folds(documents: Sequence[LabelledDocument], *, seed: int, count: int = FOLDS) -> list[Fold]:
    """`leave_sources_out`; where one group runs through a whole class, all is split by document.

    Args:
        documents: At least two of each label.
        seed: Orders units of the same size.
        count: How many folds at most.
    """
    try:
        return leave_sources_out(documents, components(documents), seed=seed, count=count)
    except UsageError:
        alone = range(len(documents))
        return _split(documents, alone, alone, seed, count)


def _several_sources(documents: Sequence[LabelledDocument]) -> set[str]:
    sources: dict[str, set[str]] = defaultdict(set)
    for item in documents:
        if not item.train_only:
            sources[item.label].add(item.source)
    return {label for label, names in sources.items() if len(names) > 1}


def _whole_sources(
    documents: Sequence[LabelledDocument], together: Sequence[int], several: Collection[str]
) -> list[Unit]:
    pairs = zip(documents, together, strict=True)
    return [("source", item.source) if item.label in several else number for item, number in pairs]


def _class_sources(
    documents: Sequence[LabelledDocument], together: Sequence[int], several: Collection[str]
) -> list[Unit]:
    pairs = zip(documents, together, strict=True)
    return [(item.label, item.source) if item.label in several else number for item, number in pairs]


def _split(
    documents: Sequence[LabelledDocument],
    together: Sequence[int],
    units: Sequence[Unit],
    seed: int,
    count: int,
) -> list[Fold]:
    sizes: dict[Unit, Counter[str]] = defaultdict(Counter)
    for item, unit in zip(documents, units, strict=True):
        if not item.train_only:
            sizes[unit][item.label] += 1
    fold_of = _assigned(sizes, seed, count)
    return folds_of(documents, together, [fold_of.get(unit, -1) for unit in units])


def _assigned(sizes: Mapping[Unit, Counter[str]], seed: int, count: int) -> dict[Unit, int]:
    """Largest share of a class first, each to where its classes have least, and never a whole class to one fold."""
    totals = sum(sizes.values(), Counter())
    shares = {
        unit: sum(number / totals[label] for label, number in counts.items())
        for unit, counts in sizes.items()
    }
    ties = dict(zip(sizes, np.random.default_rng(seed).permutation(len(sizes)).tolist(), strict=True))
    filled: list[Counter[str]] = [Counter() for _ in range(count)]
    fold_of: dict[Unit, int] = {}
    for unit in sorted(sizes, key=lambda unit: (-shares[unit], ties[unit])):
        costs = [_cost(sizes[unit], load, totals) for load in filled]
        fold_of[unit] = costs.index(min(costs))
        filled[fold_of[unit]].update(sizes[unit])
    return fold_of


def _cost(counts: Counter[str], load: Counter[str], totals: Counter[str]) -> tuple[int, float, int]:
    stranded = sum(load[label] + number == totals[label] for label, number in counts.items())
    crowded = sum(load[label] / totals[label] for label in counts)
    return stranded, crowded, load.total()


def _fold(number: int, tested: Sequence[int], together: Sequence[int]) -> Fold:
    test = tuple(place for place, fold in enumerate(tested) if fold == number)
    near = {together[place] for place in test}
    return Fold(tuple(place for place, group in enumerate(together) if group not in near), test)
