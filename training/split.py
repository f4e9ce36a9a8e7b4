"""How a data set is split: the same folds for every candidate, and nothing on both sides of them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from pydantic import Field

from mailroom.contracts.errors import UsageError
from mailroom.settings import Section
from training.documents import LabelledDocument
from training.folds import (
    FOLDS,
    Fold,
    components,
    folds_of,
    leave_components_out,
    leave_sources_out,
    missing_labels,
)

MIXED = "sources are mixed on purpose"


class SplitSettings(Section):
    """How documents are divided into those to learn from and those to measure on."""

    folds: int = Field(FOLDS, ge=2, le=20, description="how many, where the data brings none")
    column: Literal["fold"] | None = Field(
        None, description="`fold`: keep the folds that the data brings; every document needs one"
    )
    limit_per_source: int | None = Field(
        None, gt=0, description="documents of a class and source to learn from at most, drawn by the seed"
    )
    limit_train_only: int | None = Field(
        None, gt=0, description="the same for documents that are never tested (generated ones)"
    )


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """Folds, and what their figures speak of.

    Attributes:
        folds: Places to train and to test on; every kept group is on one side.
        final: Places that the winner is fitted on at the end.
        unseen: Labels whose documents were tested by models that had not seen their source.
        not_unseen: The other labels, and why there is no such estimate for them.
    """

    folds: tuple[Fold, ...]
    final: tuple[int, ...]
    unseen: tuple[str, ...]
    not_unseen: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {
            "folds": [{"train": list(fold.train), "test": list(fold.test)} for fold in self.folds],
            "final": list(self.final),
            "unseen": list(self.unseen),
            "not_unseen": dict(self.not_unseen),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "SplitPlan":
        """The plan that `to_json` wrote."""
        return cls(
            folds=tuple(Fold(tuple(fold["train"]), tuple(fold["test"])) for fold in values["folds"]),
            final=tuple(values["final"]),
            unseen=tuple(values["unseen"]),
            not_unseen=dict(values["not_unseen"]),
        )


def plan_split(
    documents: Sequence[LabelledDocument],
    near_duplicates: Mapping[int, int],
    settings: SplitSettings,
    seed: int,
) -> SplitPlan:
    """Folds by source, and by component where a class has one source.

    Near-duplicates and given groups, joined in steps, are never on both sides of a fold: what shares a component
    with a tested document is left out of that fold's training side.

    Args:
        documents: Without texts, in the order of the data set.
        near_duplicates: Place to the number of its group; see `training.integrity`.
        settings: How many folds, or those of the data; how much of a source to learn from.
        seed: The same seed and documents give the same plan.

    Raises:
        UsageError: A class cannot be split, nothing can be tested, or documents lack the folds asked for.
    """
    together = components(documents, near_duplicates)
    _require_tested(documents)
    if settings.column:
        folds = _given(documents, together)
    else:
        folds = leave_sources_out(documents, together, seed=seed, count=settings.folds)
    reasons = dict(_reasons(documents, folds))
    labels = dict.fromkeys(item.label for item in documents)
    unseen = tuple(label for label in labels if label not in reasons)
    return _limited(documents, folds, settings, seed, unseen, reasons)


def group_split(
    documents: Sequence[LabelledDocument],
    near_duplicates: Mapping[int, int],
    settings: SplitSettings,
    seed: int,
) -> SplitPlan:
    """Folds by component alone: what a model does on documents of sources that it knows.

    Arguments and errors are those of `plan_split`; folds that the data brings do not count.
    """
    _require_tested(documents)
    together = components(documents, near_duplicates)
    folds = leave_components_out(documents, together, seed=seed, count=settings.folds)
    labels = dict.fromkeys(item.label for item in documents)
    return _limited(documents, folds, settings, seed, (), dict.fromkeys(labels, MIXED))


def _require_tested(documents: Sequence[LabelledDocument]) -> None:
    if all(item.train_only for item in documents):
        raise UsageError(
            "nothing to test on: every document is `train_only`; add a source without `train_only: true`"
        )


def _given(documents: Sequence[LabelledDocument], together: Sequence[int]) -> list[Fold]:
    without = [item.id for item in documents if item.fold < 0 and not item.train_only]
    if without:
        raise UsageError(
            f"{len(without)} documents bring no `fold` ({', '.join(without[:3])}); number their folds from 0, "
            "mark their source `train_only: true`, or leave `split.column` out"
        )
    folds = folds_of(documents, together, [item.fold for item in documents])
    if lacking := missing_labels(folds, documents):
        raise UsageError(
            f"the `fold` column leaves a training side without {', '.join(sorted(lacking))}: spread each class over "
            "at least two folds, or leave `split.column` out"
        )
    return folds


def _reasons(documents: Sequence[LabelledDocument], folds: Sequence[Fold]) -> Iterator[tuple[str, str]]:
    """For each class without an estimate for unseen sources, why."""
    sources: dict[str, set[str]] = defaultdict(set)
    for item in documents:
        sources[item.label] |= set() if item.train_only else {item.source}
    shared = _on_both_sides(documents, folds)
    for label, names in sources.items():
        if not names:
            yield label, "its documents are learnt from alone (`train_only`), never tested"
        elif names == {""}:
            yield label, "its documents name no source"
        elif len(names) == 1:
            yield label, f"all its documents come from one source, {next(iter(names))}"
        elif label in shared:
            yield (
                label,
                f"documents of its source {shared[label] or '(none named)'} are on both sides of a fold",
            )


def _on_both_sides(documents: Sequence[LabelledDocument], folds: Sequence[Fold]) -> dict[str, str]:
    """For each class with a source on both sides of a fold, the first such source by name."""
    both: set[tuple[str, str]] = set()
    for fold in folds:
        train, test = (
            {(documents[place].label, documents[place].source) for place in side}
            for side in (fold.train, fold.test)
        )
        both |= train & test
    return dict(sorted(both, reverse=True))


def _limited(
    documents: Sequence[LabelledDocument],
    folds: Sequence[Fold],
    settings: SplitSettings,
    seed: int,
    unseen: tuple[str, ...],
    not_unseen: Mapping[str, str],
) -> SplitPlan:
    order = np.random.default_rng(seed).permutation(len(documents)).tolist()

    def drawn(places: Sequence[int]) -> tuple[int, ...]:
        return _drawn(documents, places, settings, order)

    return SplitPlan(
        folds=tuple(Fold(drawn(fold.train), fold.test) for fold in folds),
        final=drawn(range(len(documents))),
        unseen=unseen,
        not_unseen=not_unseen,
    )


def _drawn(
    documents: Sequence[LabelledDocument],
    places: Sequence[int],
    settings: SplitSettings,
    order: Sequence[int],
) -> tuple[int, ...]:
    """The places first in `order` of every class and source, as many as the settings allow."""
    taken: Counter[tuple[str, str, bool]] = Counter()
    kept = []
    for place in sorted(places, key=order.__getitem__):
        item = documents[place]
        limit = settings.limit_train_only if item.train_only else settings.limit_per_source
        key = (item.label, item.source, item.train_only)
        taken[key] += 1
        if limit is None or taken[key] <= limit:
            kept.append(place)
    return tuple(sorted(kept))
