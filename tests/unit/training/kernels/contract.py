"""What every kernel of texts keeps to, whoever runs it; a test class per engine derives from it."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from mailroom.contracts.errors import UsageError
from mailroom.features.batch import TextBatch
from mailroom.model_package import Provenance, RuntimeDescription, load, write
from mailroom.model_package.description import Parameter
from mailroom.model_package.runtimes import build_runtime
from mailroom.model_package.runtimes.base import Floats
from mailroom.model_package.storage import pack
from mailroom.textprep import PREP_VERSION
from tests.unit.training.easy import SEVEN, easy_documents
from training.documents import LabelledDocument
from training.kernels import Kernel, kernel_named

LABELS = ("invoice", "complaint", "other")
ODD_TEXTS = [
    "",
    " \n\t ",
    "7",
    "größe ﬁn \u0130stanbul 請求書 فاتورة 🧾🧾",
    "\ud800 lone surrogate \x00",
    "invoice " * 5000,
    "unheard of",
]
QUICK: dict[str, dict[str, Parameter]] = {
    "text-neural": {"units": 24},
    "text-mllib": {"c": 0.3},
    "text-ensemble": {"members": "text-linear, text-linear: {max_terms: 50}"},
}
"""Settings that make a kernel fast and change nothing of what is tested."""


def trained(
    kernel: Kernel, documents: Sequence[LabelledDocument], labels: tuple[str, ...] = LABELS
) -> RuntimeDescription:
    """The kernel's model."""
    parameters = kernel.defaults(**QUICK.get(kernel.name, {}))
    return kernel.train(documents, labels, parameters=parameters, seed=1)


def asked(model: RuntimeDescription, texts: Sequence[str], labels: tuple[str, ...] = LABELS) -> Floats:
    """Probabilities, by the runtime that the model names."""
    return np.asarray(np.exp(build_runtime(model, labels).log_probabilities(TextBatch(texts))))


class KernelContract:
    """Derived classes give the fixture `kernel`; `model` is trained once for each."""

    _models: ClassVar[dict[str, RuntimeDescription]]

    @pytest.fixture
    def model(self, kernel: Kernel) -> RuntimeDescription:
        """Trained on the easy documents."""
        models = type(self)._models
        if kernel.name not in models:
            models[kernel.name] = trained(kernel, easy_documents())
        return models[kernel.name]

    def test_every_parameter_has_a_default_and_alternatives(self, kernel: Kernel) -> None:
        """The search needs something to search; the first value of each is the default."""
        space = kernel.get_parameters()
        assert space
        assert all(len(set(values)) == len(values) > 1 for values in space.values())
        assert kernel.defaults() == {name: values[0] for name, values in space.items()}

    def test_an_unknown_parameter_is_refused(self, kernel: Kernel) -> None:
        """A misspelt parameter must not be ignored."""
        with pytest.raises(UsageError, match="no parameter 'depht'"):
            kernel.defaults(depht=3)

    def test_it_learns_what_can_be_learnt(self, model: RuntimeDescription) -> None:
        """Nine of ten documents of an easy set get their label, by a runtime of the closed set."""
        documents = easy_documents()
        answers = asked(model, [item.text for item in documents]).argmax(axis=1)
        right = [LABELS[answer] == item.label for answer, item in zip(answers, documents, strict=True)]
        assert np.mean(right) > 0.9

    def test_the_seed_makes_it_repeatable(self, kernel: Kernel, model: RuntimeDescription) -> None:
        """The same seed and documents give the same bytes."""
        assert pack(trained(kernel, easy_documents()), LABELS) == pack(model, LABELS)

    def test_odd_texts_get_probabilities(self, model: RuntimeDescription) -> None:
        """Nothing that can stand in a text breaks a model or makes it give what is no probability."""
        rows = asked(model, ODD_TEXTS)
        assert rows.shape == (len(ODD_TEXTS), 3)
        assert (rows > 0).all()
        np.testing.assert_allclose(rows.sum(axis=1), 1.0)

    def test_a_text_is_answered_alike_in_any_batch(self, model: RuntimeDescription) -> None:
        """What stands beside a document in its batch says nothing about it."""
        together = asked(model, ODD_TEXTS)
        alone = np.vstack([asked(model, [text]) for text in ODD_TEXTS])
        np.testing.assert_allclose(together, alone, atol=1e-6)

    def test_the_package_predicts_what_the_model_did(self, model: RuntimeDescription, tmp_path: Path) -> None:
        """A model on disk and back gives the same label and probabilities within 1e-5."""
        texts = [*ODD_TEXTS[:4], *(item.text for item in easy_documents())]
        write(
            tmp_path / "package",
            model,
            labels=LABELS,
            provenance=Provenance("n", "k", PREP_VERSION),
            golden=texts,
        )
        package = load(tmp_path / "package")
        np.testing.assert_allclose(package.predict(texts), asked(model, texts), atol=1e-5)
        assert package.check_golden() < 1e-5

    def test_two_labels_are_enough(self, kernel: Kernel) -> None:
        """Both columns are there, in the order asked for."""
        labels = ("other", "invoice")
        few = [item for item in easy_documents() if item.label in labels]
        rows = asked(trained(kernel, few, labels), ["invoice amount due", "minutes of the meeting"], labels)
        assert rows.argmax(axis=1).tolist() == [1, 0]
        np.testing.assert_allclose(rows.sum(axis=1), 1.0)

    def test_seven_labels_of_any_name(self, kernel: Kernel) -> None:
        """Labels are data: a company's own, which no word list speaks of, are learnt like the seven."""
        words = {f"Abteilung {label}": text for label, text in SEVEN.items()}
        documents, labels = easy_documents(words), tuple(words)
        answers = asked(trained(kernel, documents, labels), [item.text for item in documents], labels)
        right = [labels[row.argmax()] == item.label for row, item in zip(answers, documents, strict=True)]
        assert np.mean(right) > 0.9

    def test_a_label_without_documents_is_refused(self, kernel: Kernel) -> None:
        """A column that nothing was learnt for would be a guess."""
        few = [item for item in easy_documents() if item.label != "complaint"]
        with pytest.raises(UsageError, match="no document of complaint to learn from: add some"):
            trained(kernel, few)

    def test_a_companys_own_word_lists_are_used(
        self, kernel: Kernel, model: RuntimeDescription, tmp_path: Path
    ) -> None:
        """A word that no document has tells the class, because the company's list says so."""
        (tmp_path / "complaint.yaml").write_text("it: {strong: [xylographia]}", encoding="utf-8")
        taught = trained(kernel_named(kernel.name, word_lists=tmp_path), easy_documents())
        assert asked(taught, ["xylographia"])[0, 1] > 1.2 * asked(model, ["xylographia"])[0, 1]
