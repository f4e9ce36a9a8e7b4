"""`text-mllib`: a pipeline of Spark MLlib over words, word pairs, word lists and structure; served without Spark."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from mailroom.features.lexicon import load_lexicon
from mailroom.model_package import RuntimeDescription
from mailroom.model_package.description import Parameter
from mailroom.model_package.runtimes import blend, lexicon, linear_text
from training.documents import LabelledDocument
from training.kernels.base import Kernel, SearchSpace
from training.kernels.linear import Layer
from training.kernels.mllib import Fit, fit_pipeline, rows_of
from training.kernels.refusing import require_every_label

if TYPE_CHECKING:
    from pyspark.ml import PipelineModel


class TextMllib(Kernel):
    """Spark jobs, started by the driver: on the session that runs, else on two cores of this machine."""

    name: ClassVar[str] = "text-mllib"
    engine: ClassVar[Literal["task", "driver"]] = "driver"

    def get_parameters(self) -> SearchSpace:
        """Regularisation, and the size of the vocabulary."""
        return {"c": [3.0, 0.3, 0.03], "min_documents": [2, 5], "max_terms": [100_000, 30_000]}

    def train(
        self,
        documents: Sequence[LabelledDocument],
        labels: Sequence[str],
        *,
        parameters: Mapping[str, Parameter],
        seed: int,  # noqa: ARG002 - MLlib's solver draws nothing
    ) -> RuntimeDescription:
        """Fit the pipeline; the word lists' vote, which learns nothing, is its equal in a blend.

        Raises:
            UsageError: A label has no document, or no term is common enough.
        """
        from training.spark import current  # noqa: PLC0415 - starting Spark is for those who use it

        require_every_label(documents, labels)
        texts = {"lexicon": load_lexicon(extra=self.word_lists).for_labels(labels).to_json()}
        vote = RuntimeDescription(lexicon.NAME, {"layer": "vote"}, texts=texts)
        rows = rows_of(current(), documents, labels, vote)
        least, most = int(parameters["min_documents"]), int(parameters["max_terms"])
        model = fit_pipeline(rows, Fit(float(parameters["c"]), least, most))
        return RuntimeDescription(blend.NAME, members=(described(model, texts), vote))


def described(model: "PipelineModel", texts: Mapping[str, str]) -> RuntimeDescription:
    """A fitted pipeline as data: its answers without Spark.

    Its layer adds the scores of two sets of features up, a blend takes the mean of its members' log-probabilities:
    scores twice as high in each give the same answer, for what a softmax takes off a row is the same for every label.

    Args:
        model: As `fit_pipeline` returned it.
        texts: The word lists.
    """
    stages: list[Any] = model.stages
    vocabulary, weights, scaler, layer = (stages[place] for place in (2, 3, 5, -1))
    coefficients, intercept = 2 * layer.coefficientMatrix.toArray().T, 2 * layer.interceptVector.toArray()
    terms, deviation = len(vocabulary.vocabulary), scaler.std.toArray()
    scale = np.where(deviation > 0, deviation, np.inf)  # MLlib makes a feature that never differs zero
    told = Layer(coefficients[terms:], np.zeros(len(intercept)), 1.0).unscaled(scaler.mean.toArray(), scale)
    tfidf = linear_text.describe(
        vocabulary.vocabulary, weights.idf.toArray(), coefficients[:terms], intercept
    ).with_parameters(frequency=linear_text.ONCE)
    listed = RuntimeDescription(
        lexicon.NAME,
        {"layer": "linear"},
        arrays={"coefficients": told.coefficients, "intercept": told.intercept},
        texts=texts,
    )
    return RuntimeDescription(blend.NAME, members=(tfidf, listed))
