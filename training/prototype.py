"""A first look at a run's documents, for notebooks: read, split and measured as the run itself does, on a small part.

    taken = sample("run.yaml", fraction=0.05)
    predictions = taken.predictions(MyKernel(), alpha=0.3)
    taken.figures(predictions)["macro_f1"]

A search over the same documents gives the same predictions: both train and ask a kernel through the same code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mailroom.model_package.description import Parameter
from training import sources
from training.config import RunConfig, read_config
from training.dataset import Dataset
from training.documents import LabelledDocument
from training.integrity.facts import placed
from training.integrity.near_duplicates import near_duplicates
from training.kernels import Kernel
from training.report.tested import tested
from training.search.fitting import train_and_predict
from training.search.results import Predictions
from training.search.scores import Scores
from training.spark import session
from training.split import SplitPlan, plan_split


@dataclass(frozen=True)
class Sample:
    """A part of a run's documents.

    Attributes:
        config: Of the run.
        dataset: The documents.
        labels: Those that occur, in the order of all columns.
        plan: Folds that leave sources out.
    """

    config: RunConfig
    dataset: Dataset
    labels: tuple[str, ...]
    plan: SplitPlan

    def documents(self) -> list[LabelledDocument]:
        """All of them, with their texts."""
        return self.dataset.documents()

    def predictions(self, kernel: Kernel, **changes: Parameter) -> Predictions:
        """What models of a kernel say of documents from folds that they did not learn from.

        Args:
            kernel: Yours, or one of `training.kernels`.
            changes: Parameters other than the defaults.

        Raises:
            UsageError: The kernel has no such parameter.
        """
        parameters = kernel.defaults(**changes)
        answers = [
            train_and_predict(
                kernel,
                self.dataset.documents(fold.train),
                self.dataset.documents(fold.test),
                self.labels,
                parameters,
                self.config.seed,
            )
            for fold in self.plan.folds
        ]
        return Scores(self.dataset.index, self.labels, self.plan.folds).pooled(answers)

    def figures(self, predictions: Predictions) -> Mapping[str, Any]:
        """Every figure of `training.evaluation`, every source of a label with the same weight."""
        return tested(predictions, self.dataset, self.labels).figures

    def mistakes(
        self, predictions: Predictions, count: int = 10
    ) -> list[tuple[float, str, LabelledDocument]]:
        """The most confidently wrong: confidence before calibration, the label that was said, the document."""
        found = tested(predictions, self.dataset, self.labels)
        answers = found.answers
        wrong = np.flatnonzero(~answers.correct)
        chosen = wrong[np.argsort(-answers.confidence[wrong], kind="stable")][:count]
        documents = self.dataset.documents(found.places[chosen].tolist())
        said = [self.labels[column] for column in answers.predicted[chosen]]
        return list(zip(answers.confidence[chosen].tolist(), said, documents, strict=True))


def sample(config: str | Path, *, fraction: float = 0.05, folder: str | Path = "build/sample") -> Sample:
    """Read a part of a run's documents with Spark, the same part each time, and split it.

    Args:
        config: The run's YAML.
        fraction: About how much of the documents to take.
        folder: Where to keep them; a sample that is there is replaced.

    Raises:
        UsageError: The configuration or a source cannot be right.
    """
    chosen = read_config(Path(config))
    for source in chosen.sources:
        source.prepare()
    spark = session(chosen.spark, packages=sources.jars(chosen.sources))
    sources.check(spark, chosen.sources, chosen.known_labels)
    dataset = sources.materialise(spark, chosen.sources, Path(folder), fraction=fraction)
    present = {document.label for document in dataset.index}
    labels = tuple(label for label in chosen.known_labels if label in present)
    near = near_duplicates(placed(spark, dataset), chosen.integrity.similarity).groups
    return Sample(chosen, dataset, labels, plan_split(dataset.index, near, chosen.split, chosen.seed))
