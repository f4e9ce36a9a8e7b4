"""Kernels that do well, raise, hang, die or eat memory on demand, and keep a log of what they were asked to do."""

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np

from mailroom.model_package import RuntimeDescription
from mailroom.model_package.description import Parameter
from mailroom.model_package.runtimes import linear_text
from mailroom.model_package.runtimes.base import log_softmax
from training.documents import LabelledDocument
from training.kernels import Kernel, SearchSpace
from training.kernels.linear import Layer, Lesson
from training.kernels.sharing import Floats, FoldView, SharingKernel
from training.kernels.terms import TermCounts, Weighted, count_terms, tfidf

SPACE: SearchSpace = {"c": [1.0, 0.001, 10.0], "fewest": [1, 2], "mood": ["well"], "log": [""], "gate": [""]}
EATEN_AT_ONCE = 64 << 20
PATIENCE_SECONDS = 120.0

Features = tuple[TermCounts, FoldView, Weighted]


class Small(SharingKernel[TermCounts, Features, Layer]):
    """TF-IDF under a logistic regression."""

    feature_parameters: ClassVar[tuple[str, ...]] = ("fewest", "log")

    def get_parameters(self) -> SearchSpace:
        return SPACE

    def prepare(self, documents: Sequence[LabelledDocument], labels: Sequence[str]) -> TermCounts:  # noqa: ARG002
        return count_terms([item.text for item in documents])

    def features(self, prepared: TermCounts, view: FoldView, parameters: Mapping[str, Parameter]) -> Features:
        note(parameters, "features")
        fewest = int(parameters["fewest"])
        return prepared, view, tfidf(prepared, view.train, view.test, fewest=fewest, most=1_000)

    def fit(
        self,
        features: Features,
        parameters: Mapping[str, Parameter],
        *,
        seed: int,
        previous: Layer | None,  # noqa: ARG002
    ) -> Layer:
        note(parameters, f"fit {parameters['mood']} {parameters['c']} {os.getpid()}")
        behave(str(parameters["mood"]), Path(str(parameters["gate"])))
        _, view, weighted = features
        lesson = Lesson(view.targets, np.ones(len(view.train)), len(view.labels), seed)
        return lesson.fit(weighted.train, c=float(parameters["c"]))

    def log_probabilities(self, features: Features, fit: Layer) -> Floats:
        return log_softmax(fit.scores(features[2].test))

    def describe(self, features: Features, fit: Layer) -> RuntimeDescription:
        terms, _, weighted = features
        names = terms.names(weighted.columns)
        return linear_text.describe(names, weighted.idf, fit.coefficients, fit.intercept)


class Plain(Kernel):
    """What a data scientist writes at the least: two methods."""

    def get_parameters(self) -> SearchSpace:
        return {"c": [1.0, 0.001]}

    def train(
        self,
        documents: Sequence[LabelledDocument],
        labels: Sequence[str],
        *,
        parameters: Mapping[str, Parameter],
        seed: int,
    ) -> RuntimeDescription:
        small = Small()
        return small.train(documents, labels, parameters=small.defaults(c=parameters["c"]), seed=seed)


class OnSpark(Plain):
    """Starts jobs of its own."""

    name = "on-spark"
    engine = "driver"

    def train(
        self,
        documents: Sequence[LabelledDocument],
        labels: Sequence[str],
        *,
        parameters: Mapping[str, Parameter],
        seed: int,
    ) -> RuntimeDescription:
        from pyspark.sql import SparkSession  # noqa: PLC0415

        context = SparkSession.builder.getOrCreate().sparkContext
        assert context.parallelize([item.label for item in documents], 2).distinct().count() == len(labels)
        return super().train(documents, labels, parameters=parameters, seed=seed)


def behave(mood: str, gate: Path) -> None:
    """Do well, or do what a test asks for."""
    eaten = []
    match mood:
        case "raises":
            raise ArithmeticError("the sum\nof the parts")
        case "dies":
            os.abort()
        case "hangs":
            time.sleep(PATIENCE_SECONDS)
        case "eats":
            while True:
                eaten.append(np.ones(EATEN_AT_ONCE, dtype=np.uint8))
        case "waits":
            until = time.monotonic() + PATIENCE_SECONDS
            while not gate.exists() and time.monotonic() < until:
                time.sleep(0.05)


def note(parameters: Mapping[str, Parameter], line: str) -> None:
    """One line in the log; short appends do not mix."""
    if parameters["log"]:
        with Path(str(parameters["log"])).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
