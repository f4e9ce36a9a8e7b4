"""A linear layer fitted as a logistic regression."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
ITERATIONS = 300
TOLERANCE = 1e-3


@dataclass(frozen=True)
class Layer:
    """Scores are features @ coefficients + intercept.

    Attributes:
        coefficients: (features, labels).
        intercept: (labels,).
        c: The inverse strength of its regularisation.
    """

    coefficients: Floats
    intercept: Floats
    c: float

    def scores(self, features: Any) -> Floats:
        """(documents, labels).

        Args:
            features: (documents, features), dense or sparse.
        """
        return np.asarray(features @ self.coefficients + self.intercept, dtype=np.float64)

    def unscaled(self, mean: Floats, scale: Floats) -> "Layer":
        """The same answers from features that were not brought to mean 0 and variance 1 before.

        Args:
            mean: (features,).
            scale: (features,).
        """
        coefficients = self.coefficients / scale[:, None]
        return Layer(coefficients, self.intercept - mean @ coefficients, self.c)


@dataclass(frozen=True)
class Lesson:
    """What a layer is to learn.

    Attributes:
        targets: (documents,): the right columns; each of them occurs.
        weights: (documents,): what each document counts.
        columns: How many labels there are.
        seed: For solvers that draw; the one used does not.
    """

    targets: Integers
    weights: Floats
    columns: int
    seed: int

    def fit(self, features: Any, *, c: float, previous: Layer | None = None) -> Layer:
        """Fit by scikit-learn's `LogisticRegression`.

        Args:
            features: (documents, features), dense or sparse.
            c: Inverse strength of the regularisation.
            previous: Fitted on the same features; returned as it is where its regularisation was the same.
        """
        if previous is not None and previous.c == c:
            return previous
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy, and only training pays

        model = LogisticRegression(C=c, max_iter=ITERATIONS, random_state=self.seed, tol=TOLERANCE)
        model.fit(features, self.targets, sample_weight=self.weights)
        coefficients, intercept = model.coef_, model.intercept_
        if self.columns == 2:  # noqa: PLR2004 - scikit-learn keeps one row for two classes
            coefficients = np.vstack([-coefficients, coefficients])
            intercept = np.hstack([-intercept, intercept])
        return Layer(coefficients.T, intercept, c)
