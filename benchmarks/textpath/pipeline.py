"""The default text package as scikit-learn would have it served: its fitted parts in pipelines, nothing shared."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mailroom.features.batch import TextBatch
from mailroom.features.typed import typed_text
from mailroom.model_package import RuntimeDescription
from mailroom.model_package.runtimes import lexicon, linear_text
from mailroom.model_package.runtimes.base import Floats, log_softmax, temperature_of


class PlainPipeline:
    """A soft vote of scikit-learn pipelines, each from raw texts to log-probabilities.

    Args:
        description: Of kernel `text-linear`.
        labels: The order of its columns.
    """

    def __init__(self, description: RuntimeDescription, labels: Sequence[str]) -> None:
        self._members = [_member(member, labels) for member in description.members]
        self._temperature = temperature_of(description)

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """(texts, labels)."""
        opinions = [
            log_softmax(pipeline.decision_function(texts), temperature)
            for pipeline, temperature in self._members
        ]
        return np.exp(log_softmax(np.mean(opinions, axis=0), self._temperature))


def _member(member: RuntimeDescription, labels: Sequence[str]) -> tuple[Any, float]:
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - heavy

    if member.runtime == linear_text.NAME:
        return make_pipeline(_tfidf(member), _layer(member, labels)), temperature_of(member)
    if member.runtime == lexicon.NAME and member.parameters["layer"] == "linear":
        return make_pipeline(_described(member), _layer(member, labels)), temperature_of(member)
    return make_pipeline(_described(member), _vote(member, labels)), temperature_of(member)


def _tfidf(member: RuntimeDescription) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - heavy

    words = member.texts["vocabulary"].split("\n")
    terms = [*words, *(f"{words[first]} {words[second]}" for first, second in member.arrays["pairs"])]
    vectoriser = TfidfVectorizer(
        preprocessor=typed_text,
        token_pattern=r"\S+",  # noqa: S106 - of words
        ngram_range=(1, 2),
        sublinear_tf=True,
        vocabulary=terms,
    )
    vectoriser.idf_ = member.arrays["idf"]
    return vectoriser


def _described(member: RuntimeDescription) -> Any:
    from sklearn.preprocessing import FunctionTransformer  # noqa: PLC0415 - heavy

    matcher = lexicon.matcher_of(member)
    return FunctionTransformer(lambda texts: TextBatch(texts).described(matcher))


def _layer(member: RuntimeDescription, labels: Sequence[str]) -> Any:
    return _fitted(member.arrays["coefficients"].T, member.arrays["intercept"], labels)


def _vote(member: RuntimeDescription, labels: Sequence[str]) -> Any:
    """The vote is a linear layer with given weights over what the word lists found."""
    matcher = lexicon.matcher_of(member)
    width = TextBatch([""]).described(matcher).shape[1]
    weights = np.zeros((len(labels), width))
    for row, label in enumerate(labels):
        if label in matcher.labels:
            first = matcher.labels.index(label) * len(lexicon.VOTES)
            weights[row, first : first + len(lexicon.VOTES)] = lexicon.VOTES
    return _fitted(weights, np.zeros(len(labels)), labels)


def _fitted(coefficients: Any, intercept: Any, labels: Sequence[str]) -> Any:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy

    layer = LogisticRegression()
    layer.coef_, layer.intercept_, layer.classes_ = coefficients, intercept, np.array(labels)
    layer.n_features_in_ = coefficients.shape[1]
    return layer
