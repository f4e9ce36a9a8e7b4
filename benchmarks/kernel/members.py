"""`python -m benchmarks.kernel.members`: what each way of learning, and each mean of some, is worth."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.kernel.protocol import calibrated, capped, folds
from mailroom.features.batch import TextBatch
from mailroom.features.lexicon import load_lexicon
from mailroom.model_package import RuntimeDescription
from mailroom.model_package.runtimes import lexicon
from mailroom.model_package.runtimes.base import log_softmax
from mailroom.settings import DEPARTMENTS
from training.documents import LabelledDocument, read_documents
from training.evaluation import Answers, figures
from training.files import text_of_file
from training.run import cleansed
from training.weights import balanced_weights

Floats = npt.NDArray[np.float64]
LABELS = tuple(DEPARTMENTS)
BLENDS = (
    "tfidf+lexicon+vote",
    "tfidf/0.4+lexicon+vote/1.5",
    "tfidf+lexicon+vote+trees",
    "tfidf/0.4+lexicon+vote/1.5+trees/0.5",
    "tfidf+lexicon+trees",
    "tfidf+lexicon+vote+trees+characters",
)
"""Means of logarithms; a number divides a member's scores before: below 1 it gets louder."""
SMALLEST = 0.01


@dataclass(frozen=True)
class Side:
    """Documents of one side of a fold, as members see them.

    Attributes:
        typed: Their words.
        described: (documents, features): word lists and structure.
        votes: (documents, labels): log-probabilities of the word lists alone.
    """

    typed: list[str]
    described: Floats
    votes: Floats


Member = Callable[[Side, npt.NDArray[np.int64], Floats, Side], Floats]
"""(train, targets, weights, test) to log-probabilities (test, labels)."""


def main() -> None:
    """Measure every member and every blend, print one JSON document."""
    arguments = _arguments()
    documents, extra = _read(_corpus()), [item for path in arguments.generated for item in _read(path)]
    tested, said = _said(documents, extra, one_source=arguments.one_source)
    sys.stdout.write(
        json.dumps({name: _figures(tested, said, name) for name in (*MEMBERS, *BLENDS)}, indent=2) + "\n"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kernel.members", description=__doc__)
    parser.add_argument("--generated", type=Path, action="append", default=[])
    parser.add_argument(
        "--one-source",
        action="store_true",
        help="weigh all generated documents as one source, not per family",
    )
    return parser.parse_args()


def _corpus() -> Path:
    return Path(os.environ.get("MAILROOM_SHARED", "../shared")) / "corpus" / "documents.jsonl"


def _read(path: Path) -> list[LabelledDocument]:
    return cleansed(read_documents([path], LABELS, read_file=text_of_file))


def _said(
    documents: Sequence[LabelledDocument], extra: Sequence[LabelledDocument], *, one_source: bool
) -> tuple[list[list[LabelledDocument]], Mapping[str, list[Floats]]]:
    """The tested documents of every fold, and what each member said of them."""
    tested: list[list[LabelledDocument]] = []
    said: dict[str, list[Floats]] = {name: [] for name in MEMBERS}
    for train, test in folds(documents):
        known = [*capped(train), *capped(extra)]
        weights = balanced_weights([_merged(item) for item in known] if one_source else known)
        targets = np.array([LABELS.index(item.label) for item in known])
        sides = _side(known), _side(test)
        tested.append(test)
        for name, member in MEMBERS.items():
            said[name].append(member(sides[0], targets, weights, sides[1]))
    return tested, said


def _merged(document: LabelledDocument) -> LabelledDocument:
    return replace(document, source="generated") if document.source.startswith("generated:") else document


def _side(documents: Sequence[LabelledDocument]) -> Side:
    words = {"lexicon": load_lexicon().for_labels(LABELS).to_json()}
    vote = RuntimeDescription(lexicon.NAME, {"layer": "vote"}, texts=words)
    batch = TextBatch([item.text for item in documents])
    described = batch.described(lexicon.matcher_of(vote))
    return Side(batch.typed, described, lexicon.build(vote, LABELS).log_probabilities(batch))


def _tfidf(**how: Any) -> Member:
    def member(train: Side, targets: npt.NDArray[np.int64], weights: Floats, test: Side) -> Floats:
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - heavy

        vectoriser = TfidfVectorizer(sublinear_tf=True, dtype=np.float32, lowercase=False, **how)
        features = vectoriser.fit_transform(train.typed)
        return _logistic(10.0, features, targets, weights, vectoriser.transform(test.typed))

    return member


def _described(train: Side, targets: npt.NDArray[np.int64], weights: Floats, test: Side) -> Floats:
    mean, scale = train.described.mean(axis=0), train.described.std(axis=0)
    scale[scale == 0] = 1.0
    first, second = ((side.described - mean) / scale for side in (train, test))
    return _logistic(0.3, first, targets, weights, second)


def _vote(_train: Side, _targets: npt.NDArray[np.int64], _weights: Floats, test: Side) -> Floats:
    return test.votes


def _trees(train: Side, targets: npt.NDArray[np.int64], weights: Floats, test: Side) -> Floats:
    from sklearn.ensemble import ExtraTreesClassifier  # noqa: PLC0415 - heavy

    model = ExtraTreesClassifier(300, min_samples_leaf=2, random_state=1)
    model.fit(train.described, targets, sample_weight=weights)
    return np.asarray(np.log(model.predict_proba(test.described) + SMALLEST), dtype=np.float64)


def _logistic(c: float, train: Any, targets: npt.NDArray[np.int64], weights: Floats, test: Any) -> Floats:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy

    model = LogisticRegression(C=c, max_iter=300, tol=1e-3).fit(train, targets, sample_weight=weights)
    return np.asarray(model.predict_log_proba(test))


MEMBERS: Mapping[str, Member] = {
    "tfidf": _tfidf(token_pattern=r"\S+", ngram_range=(1, 2), min_df=2, max_features=200_000),  # noqa: S106
    "lexicon": _described,
    "vote": _vote,
    "trees": _trees,
    "characters": _tfidf(analyzer="char_wb", ngram_range=(2, 4), min_df=3, max_features=100_000),
}


def _figures(
    tested: Sequence[Sequence[LabelledDocument]], said: Mapping[str, list[Floats]], name: str
) -> dict[str, Any]:
    documents = [item for part in tested for item in part]
    targets = np.array([LABELS.index(item.label) for item in documents])
    weights = balanced_weights(documents)
    logs = log_softmax(np.mean([np.vstack(part) for part in _parts(said, name)], axis=0))
    numbers = np.repeat(np.arange(len(tested)), [len(part) for part in tested])
    answers = Answers(LABELS, calibrated(logs, targets, weights, numbers), targets)
    found = figures(answers, weights=weights)
    return {
        "macro_f1": round(found["macro_f1"], 3),
        "expected_calibration_error": round(found["expected_calibration_error"], 3),
        "errors_caught_at_20_percent": round(found["errors_caught"]["0.2"], 2),
    }


def _parts(said: Mapping[str, list[Floats]], name: str) -> Iterator[list[Floats]]:
    for part in name.split("+"):
        member, _, temperature = part.partition("/")
        yield [log_softmax(logs, float(temperature or 1)) for logs in said[member]]


if __name__ == "__main__":
    main()
