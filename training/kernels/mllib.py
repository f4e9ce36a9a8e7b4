"""A pipeline of Spark MLlib over typed words, word pairs, word lists and structure.

`text-mllib` fits it and takes its weights; everything here runs on the cluster, and the driver sees the vocabulary and
the weights alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailroom.contracts.errors import UsageError
from mailroom.features.batch import TextBatch
from mailroom.model_package import RuntimeDescription
from mailroom.model_package.runtimes import lexicon
from training.documents import LabelledDocument
from training.weights import balanced_weights

if TYPE_CHECKING:
    from pyspark.ml import PipelineModel
    from pyspark.sql import DataFrame, SparkSession

PARTS = 2
"""Of the documents. MLlib adds the parts' gradients up as they come in: of two, the order does not matter, so that the
same documents give the same model to the last bit; candidates side by side keep the other cores busy."""
ITERATIONS, TOLERANCE = 200, 1e-5
_COLUMNS = "label double, weight double, words array<string>, described array<double>"


@dataclass(frozen=True, slots=True)
class Fit:
    """How to fit.

    Attributes:
        c: Inverse strength of the regularisation, as scikit-learn counts it.
        least: Documents that a term occurs in at least.
        most: Terms, those of the most documents.
    """

    c: float
    least: int
    most: int


def rows_of(
    spark: "SparkSession",
    documents: Sequence[LabelledDocument],
    labels: Sequence[str],
    words: RuntimeDescription,
) -> "DataFrame":
    """What the pipeline reads: `label`, `weight`, `words` and `described` of each document, in `PARTS` parts.

    Args:
        spark: Computes them.
        documents: Each with one of the labels.
        labels: The order of the columns.
        words: Holds the word lists.
    """
    import pandas as pd  # noqa: PLC0415 - heavy, and only training pays
    from pyspark.ml.functions import array_to_vector  # noqa: PLC0415
    from pyspark.sql.functions import col  # noqa: PLC0415

    columns = {label: float(place) for place, label in enumerate(labels)}
    table = pd.DataFrame(
        {
            "label": [columns[item.label] for item in documents],
            "weight": balanced_weights(documents),
            "text": [item.text for item in documents],
        }
    )

    def described(parts: Iterator[Any]) -> Iterator[Any]:
        for part in parts:
            batch = TextBatch(part["text"].tolist())
            told = batch.described(lexicon.matcher_of(words))
            rows = {"words": [text.split() for text in batch.typed], "described": list(told)}
            yield part[["label", "weight"]].assign(**rows)

    found = spark.createDataFrame(table).mapInPandas(described, _COLUMNS).coalesce(PARTS)
    return found.withColumn("described", array_to_vector(col("described")))


def fit_pipeline(rows: "DataFrame", fit: Fit) -> "PipelineModel":
    """Fit the whole pipeline.

    Args:
        rows: As `rows_of` gives them.
        fit: How.

    Raises:
        UsageError: No term occurs in as many documents as are asked for.
    """
    from pyspark import StorageLevel  # noqa: PLC0415
    from pyspark.ml import Pipeline  # noqa: PLC0415

    kept = rows.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        regularisation = 1.0 / (fit.c * kept.count())
        return Pipeline(stages=[*_terms(), *_features(_vocabulary(kept, fit)), _layer(regularisation)]).fit(
            kept
        )
    finally:
        kept.unpersist()


def _terms() -> list[Any]:
    from pyspark.ml.feature import NGram, SQLTransformer  # noqa: PLC0415

    return [
        NGram(n=2, inputCol="words", outputCol="pairs"),
        SQLTransformer(statement="SELECT *, concat(words, pairs) AS terms FROM __THIS__"),
    ]


def _vocabulary(rows: "DataFrame", fit: Fit) -> list[str]:
    """Sorted terms; MLlib's own `CountVectorizer` leaves open which of equally common ones it keeps."""
    from pyspark.ml import PipelineModel  # noqa: PLC0415
    from pyspark.sql.functions import array_distinct, col, count, explode  # noqa: PLC0415

    terms = PipelineModel(_terms()).transform(rows).select(explode(array_distinct("terms")).alias("term"))
    counted = terms.groupBy("term").agg(count("*").alias("documents"))
    common = counted.where(col("documents") >= fit.least).orderBy(col("documents").desc(), "term")
    found = sorted(row.term for row in common.limit(fit.most).select("term").collect())
    if not found:
        raise UsageError(
            f"no term occurs in {fit.least} documents: give more documents, or set min_documents lower"
        )
    return found


def _features(vocabulary: list[str]) -> list[Any]:
    from pyspark.ml.feature import (  # noqa: PLC0415
        IDF,
        CountVectorizerModel,
        Normalizer,
        StandardScaler,
        VectorAssembler,
    )

    present = CountVectorizerModel.from_vocabulary(vocabulary, inputCol="terms", outputCol="present")
    return [
        present.setBinary(True),
        IDF(inputCol="present", outputCol="weighed"),
        Normalizer(p=2.0, inputCol="weighed", outputCol="tfidf"),
        StandardScaler(withMean=True, withStd=True, inputCol="described", outputCol="scaled"),
        VectorAssembler(inputCols=["tfidf", "scaled"], outputCol="features"),
    ]


def _layer(regularisation: float) -> Any:
    from pyspark.ml.classification import LogisticRegression  # noqa: PLC0415

    return LogisticRegression(
        weightCol="weight",
        regParam=regularisation,
        family="multinomial",
        standardization=False,  # it would lift rare terms to the weight of common ones
        maxIter=ITERATIONS,
        tol=TOLERANCE,
    )
