"""Predictions for a batch in which any document may break the model."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from classifier_service.errors import ModelUnavailable, ServiceFailed
from classifier_service.refusal import Refusal, refusal_of
from mailroom.contracts.reasons import Reason

Scores = npt.NDArray[np.float64]
Document = TypeVar("Document")

DIGITS = 6
"""Decimals of a score: beyond what a calibrated probability can mean, and short in the record."""

NO_ANSWER = Refusal(
    Reason.INFERENCE_FAILED, "the model gave no probabilities for this document", "InferenceFailed"
)


def predict_each(
    predict: Callable[[Sequence[Document]], Scores], documents: Sequence[Document]
) -> list[list[float] | Refusal]:
    """One row of probabilities per document, rounded to six decimals, or the reason why there is none.

    The batch is tried whole; where that fails its halves are, so that a healthy batch costs one call and each
    document that breaks the model about 2 log2(n) more.

    Args:
        predict: Documents to probabilities (documents, labels).
        documents: As the model reads them.

    Raises:
        ModelUnavailable: There is nobody to ask.
        ServiceFailed: Another model answers than at the start.
    """
    if not documents:
        return []
    try:
        rows = predict(documents)
        if len(rows) != len(documents):
            raise ValueError("rows are not as many as documents")  # noqa: TRY301 - as any other failure of the model
    except (ModelUnavailable, ServiceFailed):
        raise
    except Exception as error:  # noqa: BLE001 - whatever a model raises concerns single documents
        if len(documents) == 1:
            return [refusal_of(error, Reason.INFERENCE_FAILED, "the model failed on this document")]
        middle = len(documents) // 2
        return [*predict_each(predict, documents[:middle]), *predict_each(predict, documents[middle:])]
    return _rounded(rows)


def _rounded(rows: Scores) -> list[list[float] | Refusal]:
    sound = np.isfinite(rows).all(axis=1).tolist()
    plain: list[list[float]] = np.round(rows, DIGITS).tolist()
    return [row if fine else NO_ANSWER for row, fine in zip(plain, sound, strict=True)]
