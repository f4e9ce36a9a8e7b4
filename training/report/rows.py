"""The rows of a report's tables: candidates, labels, sources, and the most confidently wrong documents."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from training.dataset import Dataset
from training.report.settings import ReportSettings
from training.report.tested import Tested
from training.split import SplitPlan


@dataclass(frozen=True, slots=True)
class LabelRow:
    """How one label went.

    Attributes:
        label: Which.
        unseen: `precision`, `recall`, `f1`, `support` on documents left out.
        seen: The same on a split by group alone.
        caveat: Why `unseen` says nothing of unseen sources; empty where it does.
    """

    label: str
    unseen: Mapping[str, float]
    seen: Mapping[str, float]
    caveat: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """How the documents of one label from one source went.

    Attributes:
        source: Where they were collected; may be empty.
        label: What they are.
        documents: How many were tested.
        right: The share that got its label.
        confidence: Mean confidence.
        mistaken_for: The wrong label that was said most often; empty without errors.
    """

    source: str
    label: str
    documents: int
    right: float
    confidence: float
    mistaken_for: str


@dataclass(frozen=True, slots=True)
class DataRow:
    """What there was to learn a label from: documents, and the sources they came from."""

    label: str
    documents: int
    sources: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """A document that was got wrong.

    Attributes:
        id: Its id.
        source: Where it was collected.
        said: The label that was said.
        right: What it is.
        confidence: How sure the model was.
        excerpt: Its beginning; empty where the settings leave it out.
    """

    id: str
    source: str
    said: str
    right: str
    confidence: float
    excerpt: str


def label_rows(unseen: Tested, seen: Tested, split: SplitPlan) -> tuple[LabelRow, ...]:
    """One row per label, in the model's order."""
    return tuple(
        LabelRow(
            label,
            unseen.figures["per_class"][label],
            seen.figures["per_class"][label],
            "" if label in split.unseen else split.not_unseen.get(label, "no source was left out"),
        )
        for label in unseen.answers.labels
    )


def data_rows(dataset: Dataset, labels: Sequence[str]) -> tuple[DataRow, ...]:
    """One row per label, in the model's order."""
    sources = defaultdict(list)
    for document in dataset.index:
        sources[document.label].append(document.source)
    return tuple(DataRow(label, len(sources[label]), len(set(sources[label]))) for label in labels)


def source_rows(tested: Tested) -> tuple[SourceRow, ...]:
    """One row per source and label, those that went worst first."""
    places = defaultdict(list)
    for place, document in enumerate(tested.documents):
        places[document.source, document.label].append(place)
    rows = (_source_row(tested, key, found) for key, found in places.items())
    return tuple(sorted(rows, key=lambda row: (row.right, -row.documents, row.source, row.label)))


def mistakes(tested: Tested, dataset: Dataset, settings: ReportSettings) -> tuple[Mistake, ...]:
    """The most confidently wrong documents, the surest first; texts are read for these alone."""
    answers = tested.answers
    wrong = np.flatnonzero(~answers.correct)
    chosen = wrong[np.argsort(-answers.confidence[wrong], kind="stable")][: settings.wrong_documents]
    places = tested.places[chosen].tolist()
    texts = (
        [document.text for document in dataset.documents(places)] if settings.excerpts else [""] * len(chosen)
    )
    return tuple(
        Mistake(
            tested.documents[place].id,
            tested.documents[place].source,
            answers.labels[answers.predicted[place]],
            tested.documents[place].label,
            float(answers.confidence[place]),
            excerpt(text, settings.excerpt_characters),
        )
        for place, text in zip(chosen.tolist(), texts, strict=True)
    )


def excerpt(text: str, characters: int) -> str:
    """The beginning of a text on one line, with an ellipsis where it was cut."""
    line = " ".join(text[: 2 * characters].split())
    return line if len(line) <= characters else line[: characters - 1].rstrip() + "…"


def _source_row(tested: Tested, key: tuple[str, str], places: Sequence[int]) -> SourceRow:
    source, label = key
    answers = tested.answers
    wrong = Counter(answers.predicted[places][~answers.correct[places]].tolist())
    return SourceRow(
        source,
        label,
        len(places),
        float(answers.correct[places].mean()),
        float(answers.confidence[places].mean()),
        answers.labels[wrong.most_common(1)[0][0]] if wrong else "",
    )
