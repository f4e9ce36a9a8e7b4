"""The kernel keeps Mailroom's contract."""

import itertools

import numpy as np
import pytest
from own_kernels.bayes import ComplementBayes

from mailroom.features.batch import TextBatch
from mailroom.model_package.runtimes import build_runtime
from training.documents import LabelledDocument

LABELS = ("invoice", "complaint", "other")
WORDS = {
    "invoice": "invoice number amount due total payment",
    "complaint": "complain unacceptable refund never received disappointed",
    "other": "minutes meeting agenda newsletter committee report",
}
SPACE = ComplementBayes().get_parameters()


def documents() -> list[LabelledDocument]:
    """Twelve of each label, from two sources; each says some words of its label and some that all say."""
    return [
        LabelledDocument(
            id=f"{label}-{number}",
            label=label,
            text=" ".join([*np.roll(words.split(), number)[:4], "dear", "sir", "page"]),
            source=f"source-{number % 2}",
        )
        for label, words in WORDS.items()
        for number in range(12)
    ]


@pytest.mark.parametrize("values", itertools.product(*SPACE.values()))
def test_every_point_of_the_search_space_learns(values: tuple[float, ...]) -> None:
    """A model of any parameters tells the labels apart, in probabilities that sum to one."""
    known = documents()
    description = ComplementBayes().train(
        known, LABELS, parameters=dict(zip(SPACE, values, strict=True)), seed=1
    )
    chances = np.exp(
        build_runtime(description, LABELS).log_probabilities(TextBatch([item.text for item in known]))
    )
    assert chances.sum(axis=1) == pytest.approx(1)
    assert [LABELS[column] for column in chances.argmax(axis=1)] == [item.label for item in known]


def test_the_same_documents_give_the_same_model() -> None:
    """A run can be repeated."""
    kernel = ComplementBayes()
    one, other = (kernel.train(documents(), LABELS, parameters=kernel.defaults(), seed=1) for _ in range(2))
    assert all(np.array_equal(one.arrays[name], other.arrays[name]) for name in one.arrays)
