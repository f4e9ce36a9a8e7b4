"""Probabilities of a cheap model for documents that it has not learnt from: linear over hashed words.

Three models, each learnt from a sample of two thirds of the near-duplicate groups; every document is read by the one
that has none of its likes. What is learnt from is bounded, and what is read is read where the data is, so that time
grows with the documents and the driver's memory by a few bytes for each.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from training.integrity.facts import Facts

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import Column, DataFrame

PARTS = 3
SAMPLE = 3_000
"""Documents of a class to learn from, of all parts together."""
CHARACTERS = 4_000
"""Of a text; its class shows in the first page."""
FEATURES = 1 << 16
STEPS = 1_000_000
PASSES = 10
WORD = r"(?u)\b[^\W\d]\w+\b"
"""Two or more letters; numbers tell no class."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What the models say.

    Attributes:
        labels: The order of the columns.
        places: (documents,): places of those that were examined.
        targets: (documents,): columns of their labels.
        probabilities: (documents, labels).
    """

    labels: tuple[str, ...]
    places: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int64]
    probabilities: Floats


@dataclass(frozen=True, slots=True)
class Linear:
    """A fitted linear model: weights (features, labels) and biases (labels,); a label it has not learnt has -inf."""

    weights: npt.NDArray[np.float32]
    biases: npt.NDArray[np.float32]

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """(texts, labels)."""
        from scipy.special import expit  # noqa: PLC0415 - training only

        against_rest = expit(_hashed(texts) @ self.weights + self.biases).astype(np.float64)
        return np.asarray(against_rest / against_rest.sum(axis=1, keepdims=True))


def left_out(facts: Facts, labels: tuple[str, ...]) -> LeftOut:
    """Read every document with a text and one of the labels by a model that has not learnt from its likes.

    Args:
        facts: The documents.
        labels: At least two, each with documents in several near-duplicate groups; the order of the columns.
    """
    texts = _texts(facts, labels)
    models = _models(texts.where(_drawn(facts, labels)), labels)
    read = texts.mapInPandas(_reader(models), "place long, target long, probabilities array<double>")
    table = read.toArrow().sort_by("place")
    probabilities = np.array(table["probabilities"].to_pylist(), dtype=np.float64).reshape(-1, len(labels))
    targets = table["target"].to_numpy()
    # A class whose documents are all alike is in one part: the model of that part has never seen it.
    learnt = probabilities[np.arange(len(targets)), targets] > 0
    return LeftOut(labels, table["place"].to_numpy()[learnt], targets[learnt], probabilities[learnt])


def _texts(facts: Facts, labels: tuple[str, ...]) -> "DataFrame":
    """Columns `place`, `target`, `part`, `text`."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - training only

    # Near-duplicates share a part; a component and a place may share a number, which does no harm.
    part = f.pmod(f.xxhash64(f.coalesce("component", "place"), f.lit(facts.seed)), f.lit(PARTS)).alias("part")
    target = f.array_position(f.lit(list(labels)), f.col("label")) - 1
    known = facts.rows.where("digest is not null").where(facts.rows["label"].isin(*labels))
    chosen = known.select("place", target.alias("target"), part)
    texts = facts.frame.select("place", f.substring("text", 1, CHARACTERS).alias("text"))
    return chosen.join(texts, "place", "inner")


def _drawn(facts: Facts, labels: tuple[str, ...]) -> "Column":
    """Whether a document is learnt from: the same ones for the same seed, wherever they lie."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - training only

    shares = [min(1.0, SAMPLE / sum(facts.sources[label].values())) for label in labels]
    limit = f.element_at(f.lit([int(share * STEPS) for share in shares]), (f.col("target") + 1).cast("int"))
    return f.pmod(f.xxhash64("place", f.lit(facts.seed)), f.lit(STEPS)) < limit


def _models(sample: "DataFrame", labels: tuple[str, ...]) -> list[Linear]:
    table = sample.toArrow().sort_by("place")
    texts, parts, targets = table["text"].to_pylist(), table["part"].to_numpy(), table["target"].to_numpy()
    features = _hashed(texts)
    return [_fitted(features[parts != part], targets[parts != part], len(labels)) for part in range(PARTS)]


def _fitted(features: Any, targets: npt.NDArray[np.int64], labels: int) -> Linear:
    """One model for each class against the rest, by stochastic gradient descent: 40 times as fast as L-BFGS here."""
    from sklearn.linear_model import SGDClassifier  # noqa: PLC0415 - training only

    weights = np.zeros((FEATURES, labels), dtype=np.float32)
    biases = np.full(labels, -np.inf, dtype=np.float32)
    learnt = np.unique(targets)
    if len(learnt) == 1:
        biases[learnt] = 0
        return Linear(weights, biases)
    model = SGDClassifier(
        loss="log_loss", alpha=1e-5, class_weight="balanced", max_iter=PASSES, tol=None, random_state=0
    ).fit(features, targets)
    two = len(learnt) == 2  # noqa: PLR2004 - scikit-learn keeps one row for two classes
    weights[:, learnt] = (np.vstack([-model.coef_, model.coef_]) if two else model.coef_).T
    biases[learnt] = np.concatenate([-model.intercept_, model.intercept_]) if two else model.intercept_
    return Linear(weights, biases)


def _reader(models: list[Linear]) -> Callable[[Iterator["pd.DataFrame"]], Iterator["pd.DataFrame"]]:
    def read(batches: Iterator["pd.DataFrame"]) -> Iterator["pd.DataFrame"]:
        for batch in batches:
            for part, rows in batch.groupby("part"):
                probabilities = models[int(part)].probabilities(rows["text"].tolist())
                yield rows[["place", "target"]].assign(probabilities=list(probabilities))

    return read


def _hashed(texts: Sequence[str]) -> Any:
    """(texts, features), sparse: logarithmic counts of words, each row of length 1."""
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer  # noqa: PLC0415

    counts = HashingVectorizer(
        n_features=FEATURES,
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
        token_pattern=WORD,
    ).transform(texts)
    return TfidfTransformer(use_idf=False, sublinear_tf=True).fit_transform(counts)
