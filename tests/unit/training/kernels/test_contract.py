"""The contract that every registered kernel keeps."""

from pathlib import Path

import numpy as np
import pytest

from mailroom.contracts.errors import UsageError
from mailroom.features.batch import TextBatch
from mailroom.model_package import RuntimeDescription
from mailroom.model_package.runtimes import build_runtime
from mailroom.model_package.storage import pack
from training.documents import LabelledDocument
from training.kernels import KERNELS, Kernel, kernel_named

LABELS = ("invoice", "complaint", "other")


@pytest.fixture(params=sorted(name for name, kernel in KERNELS.items() if kernel.input_kind == "text"))
def kernel(request: pytest.FixtureRequest) -> Kernel:
    """Each kernel by its name."""
    return kernel_named(request.param)


def trained(
    kernel: Kernel, documents: list[LabelledDocument], labels: tuple[str, ...] = LABELS, seed: int = 1
) -> RuntimeDescription:
    """The kernel's model with its default parameters."""
    return kernel.train(documents, labels, parameters=kernel.defaults(), seed=seed)


def test_every_parameter_has_a_default_and_alternatives(kernel: Kernel) -> None:
    """The search needs something to search; the first value of each is the default."""
    space = kernel.get_parameters()
    assert space
    assert all(len(set(values)) == len(values) > 1 for values in space.values())
    assert kernel.defaults() == {name: values[0] for name, values in space.items()}


def test_an_unknown_parameter_is_refused(kernel: Kernel) -> None:
    """A misspelt parameter must not be ignored."""
    with pytest.raises(UsageError, match="no parameter 'depht'"):
        kernel.defaults(depht=3)


def test_it_learns_what_can_be_learnt(kernel: Kernel, documents: list[LabelledDocument]) -> None:
    """Nine of ten documents of an easy set get their label, by a runtime of the closed set."""
    runtime = build_runtime(trained(kernel, documents), LABELS)
    answers = runtime.log_probabilities(TextBatch([item.text for item in documents])).argmax(axis=1)
    right = [LABELS[answer] == item.label for answer, item in zip(answers, documents, strict=True)]
    assert np.mean(right) > 0.9


def test_the_seed_makes_it_repeatable(kernel: Kernel, documents: list[LabelledDocument]) -> None:
    """The same seed and documents give the same bytes."""
    assert pack(trained(kernel, documents), LABELS) == pack(trained(kernel, documents), LABELS)


def test_two_labels_are_enough(kernel: Kernel, documents: list[LabelledDocument]) -> None:
    """Both columns are there, in the order asked for."""
    labels = ("other", "invoice")
    few = [item for item in documents if item.label in labels]
    runtime = build_runtime(trained(kernel, few, labels), labels)
    rows = np.exp(runtime.log_probabilities(TextBatch(["invoice amount due", "minutes of the meeting"])))
    assert rows.argmax(axis=1).tolist() == [1, 0]
    np.testing.assert_allclose(rows.sum(axis=1), 1.0)


def test_it_takes_labels_of_any_name(kernel: Kernel, documents: list[LabelledDocument]) -> None:
    """Labels are data: a company's own are learnt like the seven."""
    names = dict(zip(LABELS, ("Rechnung", "Beschwerde", "Rest"), strict=True))
    renamed = [LabelledDocument(item.id, names[item.label], item.text) for item in documents]
    labels = tuple(names.values())
    runtime = build_runtime(trained(kernel, renamed, labels), labels)
    answer = runtime.log_probabilities(TextBatch([item.text for item in documents])).argmax(axis=1)
    assert np.mean([labels[a] == names[item.label] for a, item in zip(answer, documents, strict=True)]) > 0.9


def test_a_companys_own_word_lists_are_used(tmp_path: Path, documents: list[LabelledDocument]) -> None:
    """A word that no document has tells the class, because the company's list says so."""
    (tmp_path / "complaint.yaml").write_text("it: {strong: [xylographia]}", encoding="utf-8")
    plain = build_runtime(trained(kernel_named("text-linear"), documents), LABELS)
    taught = build_runtime(trained(kernel_named("text-linear", word_lists=tmp_path), documents), LABELS)
    batch = TextBatch(["xylographia"])
    assert taught.log_probabilities(batch)[0, 1] > plain.log_probabilities(batch)[0, 1] + 0.3


def test_an_unknown_kernel_is_refused_with_those_there_are() -> None:
    """A misspelt kernel is told what exists."""
    with pytest.raises(UsageError, match=r"text-liner.*text-linear"):
        kernel_named("text-liner")
