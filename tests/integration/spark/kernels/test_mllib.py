"""`text-mllib` keeps the contract of all kernels, and what is served is what Spark MLlib predicts."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest

from mailroom.contracts.errors import UsageError
from mailroom.model_package import RuntimeDescription
from tests.unit.training.easy import easy_documents
from tests.unit.training.kernels.contract import LABELS, KernelContract, asked, trained
from training.kernels import Kernel, kernel_named
from training.kernels.mllib import Fit, fit_pipeline, rows_of
from training.kernels.text_mllib import described

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(autouse=True)
def running(spark: "SparkSession", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel finds the session that runs; what is slow to make is kept for this test alone."""
    monkeypatch.setenv("MAILROOM_CACHE", str(tmp_path / "cache"))


class TestMllib(KernelContract):
    """The suite of all kernels."""

    _models: ClassVar[dict[str, RuntimeDescription]] = {}

    @pytest.fixture
    def kernel(self) -> Kernel:
        """The only shipped kernel that needs the driver."""
        return kernel_named("text-mllib")


def test_it_is_served_as_mllib_predicts(spark: "SparkSession") -> None:
    """Without Spark, the package's runtime gives the label and, within 1e-5, the probabilities of MLlib's transform."""
    model = trained(kernel_named("text-mllib"), easy_documents())
    pipeline, vote = model.members
    words = vote.texts
    rows = rows_of(spark, easy_documents(), LABELS, vote)
    fitted = fit_pipeline(rows, Fit(c=0.3, least=2, most=100_000))
    strangers = [
        *easy_documents()[::3],
        *(
            replace(easy_documents()[0], text=text)
            for text in ("", "unheard of words", "invoice invoice 12.50 EUR", "请求 größe")
        ),
    ]
    told = fitted.transform(rows_of(spark, strangers, LABELS, vote)).select("probability").collect()
    expected = np.array([row.probability.toArray() for row in told])
    for served in (pipeline, described(fitted, words)):
        answers = asked(served, [item.text for item in strangers])
        np.testing.assert_allclose(answers, expected, atol=1e-5)
        assert answers.argmax(axis=1).tolist() == expected.argmax(axis=1).tolist()


def test_no_common_term_is_said(spark: "SparkSession") -> None:
    """A vocabulary that would be empty is refused with the parameter that is to blame."""
    kernel = kernel_named("text-mllib")
    with pytest.raises(UsageError, match=r"no term occurs in 1000 documents: .* min_documents lower"):
        kernel.train(easy_documents(), LABELS, parameters=kernel.defaults(min_documents=1000), seed=1)
