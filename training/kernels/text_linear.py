"""`text-linear`: TF-IDF, word lists with structure, and a vote of the word lists; their log-average is the answer."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from mailroom.features.batch import TextBatch
from mailroom.features.lexicon import load_lexicon
from mailroom.model_package import RuntimeDescription
from mailroom.model_package.description import Parameter
from mailroom.model_package.runtimes import blend, lexicon, linear_text
from training.documents import LabelledDocument
from training.kernels.base import Kernel, SearchSpace
from training.weights import balanced_weights

ITERATIONS = 300


class TextLinear(Kernel):
    """scikit-learn on one machine, a plain fit."""

    name: ClassVar[str] = "text-linear"

    def get_parameters(self) -> SearchSpace:
        """Regularisation of the two linear layers, and the size of the vocabulary."""
        return {
            "tfidf_c": [3.0, 1.0, 10.0],
            "lexicon_c": [0.3, 0.1, 1.0],
            "min_documents": [2, 3, 5],
            "max_terms": [200_000, 100_000, 50_000],
        }

    def train(
        self,
        documents: Sequence[LabelledDocument],
        labels: Sequence[str],
        *,
        parameters: Mapping[str, Parameter],
        seed: int,
    ) -> RuntimeDescription:
        """Fit both linear layers; the vote learns nothing."""
        batch = TextBatch([item.text for item in documents])
        targets = np.array([labels.index(item.label) for item in documents])
        weights = balanced_weights(documents)
        words = {"lexicon": load_lexicon(extra=self.word_lists).for_labels(labels).to_json()}
        members = (
            _tfidf(batch, _Fit(targets, weights, seed), parameters),
            _weighed(batch, _Fit(targets, weights, seed), parameters, words),
            RuntimeDescription(lexicon.NAME, {"layer": "vote"}, texts=words),
        )
        return RuntimeDescription(blend.NAME, members=members)


class _Fit:
    """A logistic regression on balanced documents."""

    def __init__(self, targets: Any, weights: Any, seed: int) -> None:
        self._targets, self._weights, self._seed = targets, weights, seed

    def __call__(self, features: Any, c: Parameter) -> tuple[Any, Any]:
        """Coefficients (features, labels) and intercept (labels,)."""
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy, and only training pays

        model = LogisticRegression(C=float(c), max_iter=ITERATIONS, random_state=self._seed, tol=1e-3)
        model.fit(features, self._targets, sample_weight=self._weights)
        coefficients, intercept = model.coef_, model.intercept_
        if len(model.classes_) == 2:  # noqa: PLR2004 - scikit-learn keeps one row for two classes
            coefficients, intercept = (
                np.vstack([-coefficients, coefficients]),
                np.hstack([-intercept, intercept]),
            )
        return coefficients.T, intercept


def _tfidf(batch: TextBatch, fit: _Fit, parameters: Mapping[str, Parameter]) -> RuntimeDescription:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - heavy, and only training pays

    vectoriser = TfidfVectorizer(
        lowercase=False,
        tokenizer=_tokens,
        token_pattern=None,
        ngram_range=(1, 2),
        sublinear_tf=True,
        dtype=np.float32,
        min_df=int(parameters["min_documents"]),
        max_features=int(parameters["max_terms"]),
    )
    coefficients, intercept = fit(vectoriser.fit_transform(batch.typed), parameters["tfidf_c"])
    return linear_text.describe(vectoriser.get_feature_names_out(), vectoriser.idf_, coefficients, intercept)


def _tokens(typed: str) -> list[str]:
    return typed.split(" ")


def _weighed(
    batch: TextBatch, fit: _Fit, parameters: Mapping[str, Parameter], words: Mapping[str, str]
) -> RuntimeDescription:
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 - heavy, and only training pays

    matcher = lexicon.matcher_of(RuntimeDescription(lexicon.NAME, texts=words))
    scaler = StandardScaler()
    coefficients, intercept = fit(scaler.fit_transform(batch.described(matcher)), parameters["lexicon_c"])
    coefficients = coefficients / scaler.scale_[:, None]  # the scaling becomes part of the layer
    intercept = intercept - scaler.mean_ @ coefficients
    return RuntimeDescription(
        lexicon.NAME,
        {"layer": "linear"},
        arrays={"coefficients": coefficients, "intercept": intercept},
        texts=words,
    )
