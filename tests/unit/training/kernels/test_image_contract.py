"""The contract that every registered kernel of page images keeps."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mailroom.contracts.errors import UsageError
from mailroom.model_package import Provenance, RuntimeDescription, load, write
from mailroom.model_package.runtimes import build_runtime, reads
from mailroom.model_package.storage import pack
from tests.unit.training.kernels.drawn_pages import draw_documents
from training.documents import LabelledDocument
from training.kernels import KERNELS, Kernel, kernel_named
from training.kernels.batches import page_batch_of

LABELS = ("invoice", "complaint", "other")
NAMES = sorted(name for name, kernel in KERNELS.items() if kernel.input_kind == "image")
QUICK = {"image-neural": {"epochs": 10}, "page-blend": {"image_epochs": 2}}
"""Enough for sixty easy pages; a blend has the text as well."""


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[LabelledDocument]:
    """Sixty pages."""
    return draw_documents(tmp_path_factory.mktemp("pages"), 60)


@pytest.fixture(scope="module", params=NAMES)
def kernel(request: pytest.FixtureRequest) -> Kernel:
    """Each kernel by its name."""
    return kernel_named(request.param)


@pytest.fixture(scope="module")
def model(kernel: Kernel, documents: list[LabelledDocument]) -> RuntimeDescription:
    """What the kernel learnt of the sixty pages."""
    return trained(kernel, documents)


def trained(kernel: Kernel, documents: list[LabelledDocument]) -> RuntimeDescription:
    """The kernel's model."""
    return kernel.train(documents, LABELS, parameters=kernel.defaults(**QUICK[kernel.name]), seed=1)


def test_every_parameter_has_a_default_and_alternatives(kernel: Kernel) -> None:
    """The search needs something to search; the first value of each is the default."""
    space = kernel.get_parameters()
    assert space
    assert all(len(set(values)) == len(values) > 1 for values in space.values())
    with pytest.raises(UsageError, match="no parameter 'depht'"):
        kernel.defaults(depht=3)


def test_it_learns_what_can_be_learnt(kernel: Kernel, model: RuntimeDescription, tmp_path: Path) -> None:
    """Nine of ten pages that it has not seen get their label, by a runtime of the closed set that reads pages."""
    unseen = draw_documents(tmp_path, 30, seed=8)
    answers = build_runtime(model, LABELS).log_probabilities(page_batch_of(unseen))
    right = [LABELS[row.argmax()] == item.label for row, item in zip(answers, unseen, strict=True)]
    assert np.mean(right) >= 0.9
    np.testing.assert_allclose(np.exp(answers).sum(axis=1), 1.0)
    assert "pages" in reads(model)


def test_a_package_predicts_what_training_did(
    kernel: Kernel, model: RuntimeDescription, documents: list[LabelledDocument], tmp_path: Path
) -> None:
    """Written and loaded again it gives the same, golden pages included, and Keras is not needed for it."""
    batch = page_batch_of(documents[:9])
    provenance = Provenance("pages", kernel.name, 1, input_kind=kernel.input_kind)
    write(tmp_path / "package", model, labels=LABELS, provenance=provenance, golden=batch)
    package = load(tmp_path / "package")
    expected = np.exp(build_runtime(model, LABELS).log_probabilities(batch))
    np.testing.assert_allclose(package.predict_pages(batch), expected, atol=1e-6)
    assert package.check_golden() <= 1e-6


def test_the_seed_makes_it_repeatable(
    kernel: Kernel, model: RuntimeDescription, documents: list[LabelledDocument]
) -> None:
    """The same seed and documents give the same bytes, whatever the process did in between."""
    assert pack(trained(kernel, documents), LABELS) == pack(model, LABELS)


def test_a_label_without_pages_is_refused(kernel: Kernel, documents: list[LabelledDocument]) -> None:
    """It could never be told from its image; the message says what to give."""
    blind = [replace(item, path="") if item.label == "other" else item for item in documents]
    with pytest.raises(UsageError, match="no page images of other: give documents whose `path`"):
        trained(kernel, blind)


def test_a_file_that_is_gone_is_named(kernel: Kernel, tmp_path: Path) -> None:
    """One that cannot be read ends the training, it is not left out."""
    documents = draw_documents(tmp_path, 6)
    (tmp_path / "7-2.png").unlink()
    with pytest.raises(UsageError, match=r"7-2\.png: cannot be read"):
        trained(kernel, documents)
