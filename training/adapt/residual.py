"""A small layer on top of a finished model: what corrected documents teach where nothing else is left of its training.

The layer adds scores to the model's log-probabilities. It is fitted on the corrected documents, and on the package's
golden documents, of which it must go on to say what the model says; regularised towards zero (an
offset regression). By the representer theorem (Kimeldorf & Wahba 1971) its
coefficients are a weighted sum of those few documents, so that the fit has as many rows as there are documents.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mailroom.features.batch import TextBatch
from mailroom.model_package import RuntimeDescription
from mailroom.model_package.runtimes import blend, build_runtime, linear_text
from mailroom.model_package.runtimes.base import log_softmax
from training.kernels.terms import count_terms

Floats = npt.NDArray[np.float64]
RESIDUAL = "residual"
"""The parameter that marks such a blend."""
STRENGTH = 0.02
"""Of the regularisation; at this value two documents of a source move its neighbours, and hardly anything else."""
CORRECTED_WEIGHT = 2.0
"""What a corrected document counts, a golden one counting 1: a person has seen it."""


def with_residual(
    model: RuntimeDescription,
    labels: Sequence[str],
    texts: Sequence[str],
    targets: npt.NDArray[np.int64],
    anchors: Sequence[str],
) -> RuntimeDescription:
    """The model and a residual layer over it, as a blend.

    Args:
        model: Any model of texts.
        labels: The order of its columns.
        texts: Corrected documents, cleansed.
        targets: (texts,): their right columns.
        anchors: Documents whose predictions should stay.
    """
    batch = TextBatch([*texts, *anchors])
    said = build_runtime(model, labels).log_probabilities(batch)
    wanted = np.exp(said)
    wanted[: len(texts)] = np.eye(len(labels))[targets]
    weights = np.where(np.arange(len(batch)) < len(texts), CORRECTED_WEIGHT, 1.0)
    terms, idf, weighted = _weighted(batch.typed)
    shares = _fit(weighted @ weighted.T, said, wanted, weights)
    layer = linear_text.describe(terms, idf, weighted.T @ shares, np.zeros(len(labels)))
    # A blend takes the mean of two; half the temperature makes it their sum.
    return RuntimeDescription(blend.NAME, {"temperature": 0.5, RESIDUAL: True}, members=(model, layer))


def _weighted(typed: Sequence[str]) -> tuple[list[str], Floats, Floats]:
    from sklearn.feature_extraction.text import TfidfTransformer  # noqa: PLC0415 - heavy, and only training pays

    found = count_terms(typed)
    transformer = TfidfTransformer(sublinear_tf=True).fit(found.counts)
    weighted = transformer.transform(found.counts).toarray()
    return found.names(np.arange(weighted.shape[1])), transformer.idf_, weighted


def _fit(kernel: Floats, said: Floats, wanted: Floats, weights: Floats) -> Floats:
    """(documents, labels): how much of each document goes into the coefficients."""
    from scipy.optimize import minimize  # noqa: PLC0415 - training only

    shape = said.shape

    def loss(flat: Floats) -> tuple[float, Floats]:
        shares = flat.reshape(shape)
        moved = kernel @ shares
        answers = log_softmax(said + moved)
        error = -float((weights[:, None] * wanted * answers).sum())
        slope = kernel @ (weights[:, None] * (np.exp(answers) - wanted) + STRENGTH * shares)
        return error + STRENGTH / 2 * float((shares * moved).sum()), slope.ravel()

    found = minimize(loss, np.zeros(said.size), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return np.asarray(found.x.reshape(shape))
