"""`text-linear`: TF-IDF, word lists with structure, and a vote of the word lists; their log-average is the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from mailroom.features.batch import TextBatch
from mailroom.features.lexicon import load_lexicon
from mailroom.model_package import RuntimeDescription
from mailroom.model_package.description import Parameter
from mailroom.model_package.runtimes import blend, lexicon, linear_text
from mailroom.model_package.runtimes.base import log_softmax
from training.documents import LabelledDocument
from training.kernels.adapting import AdaptableKernel, Arrays
from training.kernels.base import SearchSpace
from training.kernels.linear import Layer, Lesson
from training.kernels.sharing import Floats, FoldView
from training.kernels.terms import TermCounts, Weighted, count_terms, tfidf
from training.weights import balanced_weights

TFIDF_TEMPERATURE, VOTE_TEMPERATURE = 0.4, 1.5
"""A mean of logarithms listens to whoever shouts. On sources left out TF-IDF is surer than it says, the vote less sure;
rounded, and chosen by hand on the folds that are quoted: see docs/accuracy.md."""


@dataclass(frozen=True)
class Texts:
    """What the words, the word lists and the structure of every document are.

    Attributes:
        terms: Words and pairs of words.
        described: (documents, features): word lists and structure, not yet scaled.
        votes: (documents, labels): log-probabilities of the word lists' vote.
        words: The word lists, as a package keeps them.
    """

    terms: TermCounts
    described: Floats
    votes: Floats
    words: Mapping[str, str]


@dataclass(frozen=True)
class Views:
    """What both layers learn from and are asked about.

    Attributes:
        view: The fold.
        texts: All documents.
        weighted: TF-IDF of both sides.
        scaler: Brings every described feature to mean 0 and variance 1.
        described: (documents, features), scaled: of the documents to learn from, and of those to predict.
        weights: (train,): what each document counts.
    """

    view: FoldView
    texts: Texts
    weighted: Weighted
    scaler: Any
    described: tuple[Floats, Floats]
    weights: Floats


@dataclass(frozen=True)
class Layers:
    """Both layers, fitted."""

    tfidf: Layer
    lexicon: Layer


class TextLinear(AdaptableKernel[Texts, Views, Layers]):
    """scikit-learn on one machine, a plain fit."""

    name: ClassVar[str] = "text-linear"
    feature_parameters: ClassVar[tuple[str, ...]] = ("min_documents", "max_terms")

    def get_parameters(self) -> SearchSpace:
        """Regularisation of the two linear layers, and the size of the vocabulary."""
        return {
            "tfidf_c": [10.0, 3.0, 1.0],
            "lexicon_c": [0.3, 0.1, 1.0],
            "min_documents": [2, 3, 5],
            "max_terms": [200_000, 100_000, 50_000],
        }

    def prepare(self, documents: Sequence[LabelledDocument], labels: Sequence[str]) -> Texts:
        """Count the terms, match the word lists; the vote learns nothing, so that it is cast here."""
        words = {"lexicon": load_lexicon(extra=self.word_lists).for_labels(labels).to_json()}
        return _texts(documents, labels, words)

    def extend(self, prepared: Texts, documents: Sequence[LabelledDocument], labels: Sequence[str]) -> Texts:
        """Further documents, under the word lists of the first."""
        more = _texts(documents, labels, prepared.words)
        return Texts(
            prepared.terms.joined(more.terms),
            np.vstack([prepared.described, more.described]),
            np.vstack([prepared.votes, more.votes]),
            prepared.words,
        )

    def to_arrays(self, prepared: Texts) -> Arrays:
        """All of it, but for terms of one document alone."""
        terms = prepared.terms.at_least(2)
        return {
            "words": _characters("\n".join(terms.words)),
            "pairs": terms.pairs,
            "data": terms.counts.data,
            "indices": terms.counts.indices,
            "indptr": terms.counts.indptr,
            "described": prepared.described,
            "votes": prepared.votes,
            "lexicon": _characters(prepared.words["lexicon"]),
        }

    def from_arrays(self, arrays: Arrays) -> Texts:
        """Read what `to_arrays` gave."""
        words = tuple(arrays["words"].tobytes().decode().split("\n"))
        content: Any = (arrays["data"], arrays["indices"], arrays["indptr"])
        shape = len(arrays["votes"]), len(words) + len(arrays["pairs"])
        counts = sparse.csr_matrix(content, shape=shape)
        terms = TermCounts(words, np.asarray(arrays["pairs"], np.int64), counts)
        described, votes = (np.asarray(arrays[name], np.float64) for name in ("described", "votes"))
        return Texts(terms, described, votes, {"lexicon": arrays["lexicon"].tobytes().decode()})

    def features(self, prepared: Texts, view: FoldView, parameters: Mapping[str, Parameter]) -> Views:
        """Choose the vocabulary, weigh and scale."""
        from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 - heavy, and only training pays

        fewest, most = int(parameters["min_documents"]), int(parameters["max_terms"])
        weighted = tfidf(prepared.terms, view.train, view.test, fewest=fewest, most=most)
        scaler = StandardScaler().fit(prepared.described[view.train])
        mean, scale = scaler.mean_, scaler.scale_
        train, test = ((prepared.described[places] - mean) / scale for places in (view.train, view.test))
        return Views(view, prepared, weighted, scaler, (train, test), balanced_weights(view.learnt))

    def fit(
        self, features: Views, parameters: Mapping[str, Parameter], *, seed: int, previous: Layers | None
    ) -> Layers:
        """Fit both layers, each taken over from the candidate before where its regularisation is the same."""
        lesson = Lesson(features.view.targets, features.weights, len(features.view.labels), seed)
        of_tfidf, of_lexicon = float(parameters["tfidf_c"]), float(parameters["lexicon_c"])
        before, beside = (previous.tfidf, previous.lexicon) if previous else (None, None)
        return Layers(
            lesson.fit(features.weighted.train, c=of_tfidf, previous=before),
            lesson.fit(features.described[0], c=of_lexicon, previous=beside),
        )

    def log_probabilities(self, features: Views, fit: Layers) -> Floats:
        """(test, labels): the mean of the three opinions, as the runtime `blend` takes it."""
        opinions = (
            log_softmax(fit.tfidf.scores(features.weighted.test), TFIDF_TEMPERATURE),
            log_softmax(fit.lexicon.scores(features.described[1])),
            features.texts.votes[features.view.test],
        )
        return log_softmax(np.mean(opinions, axis=0))

    def describe(self, features: Views, fit: Layers) -> RuntimeDescription:
        """A blend of three; the scaling becomes part of the layer."""
        names = features.texts.terms.names(features.weighted.columns)
        layer = fit.lexicon.unscaled(features.scaler.mean_, features.scaler.scale_)
        weighed = RuntimeDescription(
            lexicon.NAME,
            {"layer": "linear"},
            arrays={"coefficients": layer.coefficients, "intercept": layer.intercept},
            texts=features.texts.words,
        )
        counted = linear_text.describe(
            names, features.weighted.idf, fit.tfidf.coefficients, fit.tfidf.intercept
        )
        members = (
            counted.with_parameters(temperature=TFIDF_TEMPERATURE),
            weighed,
            _vote(features.texts.words),
        )
        return RuntimeDescription(blend.NAME, members=members)


def _texts(documents: Sequence[LabelledDocument], labels: Sequence[str], words: Mapping[str, str]) -> Texts:
    batch = TextBatch([item.text for item in documents])
    vote = lexicon.build(_vote(words), labels)
    described = batch.described(lexicon.matcher_of(_vote(words)))
    return Texts(count_terms(batch.typed), described, vote.log_probabilities(batch), words)


def _characters(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _vote(words: Mapping[str, str]) -> RuntimeDescription:
    return RuntimeDescription(lexicon.NAME, {"layer": "vote", "temperature": VOTE_TEMPERATURE}, texts=words)
