"""What an ensemble may be made of, and what it makes of its members."""

import numpy as np
import pytest

from mailroom.contracts.errors import UsageError
from mailroom.features.batch import TextBatch
from mailroom.model_package.runtimes import build_runtime
from mailroom.model_package.runtimes.base import Floats
from tests.unit.training.easy import easy_documents
from training.kernels import kernel_named
from training.kernels.members import members_named
from training.kernels.text_ensemble import TextEnsemble

LABELS = ("invoice", "complaint", "other")
TEXTS = [item.text for item in easy_documents()][::7]
TWO = "text-linear: {tfidf_c: 5.0}, text-linear: {tfidf_c: 1.0}"
INNER = "text-ensemble: {members: [text-linear, %s]}"


class Ouroboros(TextEnsemble):
    """An ensemble that names itself."""

    name = "ouroboros"

    def get_parameters(self) -> dict[str, list[str]]:
        """Itself and another."""
        return {"members": [f"text-linear, {__name__}.Ouroboros", "text-linear, text-neural"]}


def ensemble(members: str, **changes: int) -> Floats:
    """Log-probabilities of an ensemble trained on the easy documents."""
    kernel = kernel_named("text-ensemble")
    parameters = kernel.defaults(members=members, **changes)
    model = kernel.train(easy_documents(), LABELS, parameters=parameters, seed=1)
    return build_runtime(model, LABELS).log_probabilities(TextBatch(TEXTS))


def test_members_bring_their_parameters() -> None:
    """A name takes the defaults, a mapping changes some of them."""
    plain, changed = members_named("text-linear, text-linear: {tfidf_c: 1.0, max_terms: 50}")
    assert plain.parameters == kernel_named("text-linear").defaults()
    assert changed.parameters == {**plain.parameters, "tfidf_c": 1.0, "max_terms": 50}


def test_it_is_the_mean_of_its_members() -> None:
    """Equal weights, on the log-probabilities that each member gives when it is trained alone."""
    kernel = kernel_named("text-linear")
    alone = [
        build_runtime(
            kernel.train(easy_documents(), LABELS, parameters=kernel.defaults(tfidf_c=c), seed=1), LABELS
        ).log_probabilities(TextBatch(TEXTS))
        for c in (5.0, 1.0)
    ]
    mean = np.mean(alone, axis=0)
    mean -= np.log(np.exp(mean).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(ensemble(TWO), mean, atol=1e-6)


def test_a_member_may_be_an_ensemble() -> None:
    """Two opinions that count as one: the outer mean gives the inner pair half the say."""
    inner, other = ensemble(TWO), ensemble("text-linear: {max_terms: 50}, text-linear: {max_terms: 51}")
    both = ensemble(
        "text-ensemble: {members: [text-linear: {tfidf_c: 5.0}, text-linear: {tfidf_c: 1.0}]}, "
        "text-ensemble: {members: [text-linear: {max_terms: 50}, text-linear: {max_terms: 51}]}"
    )
    mean = (inner + other) / 2
    mean -= np.log(np.exp(mean).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(both, mean, atol=1e-6)


def test_members_are_calibrated_where_asked() -> None:
    """On folds that leave sources out each member gets a temperature, which changes the mean and no member's order."""
    kernel = kernel_named("text-ensemble")
    parameters = kernel.defaults(members=TWO, folds=2)
    model = kernel.train(easy_documents(), LABELS, parameters=parameters, seed=1)
    temperatures = [member.parameters["temperature"] for member in model.members]
    assert all(0.2 <= float(value) < 1.0 for value in temperatures)  # an easy set leaves no room for doubt


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("text-linear", "names 1: an ensemble needs at least 2"),
        ("", "names 0: an ensemble needs at least 2"),
        ("text-linear, text-linear", "names a member twice"),
        ("text-linear: {tfidf_c: 3.0}, text-linear: {tfidf_c: 3.0}", "names a member twice"),
        ("text-linear, text-liner", "'text-liner' is unknown"),
        ("text-linear, text-linear: {tfdf_c: 1.0}", "has no parameter 'tfdf_c'"),
        ("text-linear, text-linear: [1", "cannot be read: write `text-linear, text-neural"),
        ("text-linear, 7", "7 is no member: write a kernel's name"),
        ("text-linear, text-neural: {epochs: {a: 1}}", "is no value of a parameter"),
        ("text-linear, image-neural", "image-neural reads page images: use page-blend"),
        ("text-linear, text-mllib", "text-mllib needs the driver"),
        (f"text-linear, {__name__}.Ouroboros", "ouroboros contains itself"),
        (
            f"text-linear, {INNER % (INNER % (INNER % 'text-neural'))}",
            "nested more than 3 deep",
        ),
    ],
)
def test_nonsense_is_refused(line: str, message: str) -> None:
    """Each mistake before anything is trained, in one line that says the mend."""
    with pytest.raises(UsageError, match=message):
        members_named(line)


def test_what_a_package_cannot_hold_is_refused() -> None:
    """Members that are blends themselves count: the package's limit is on all levels together."""
    with pytest.raises(UsageError, match="a package holds no more than 3 levels: make the ensemble flatter"):
        ensemble(f"text-linear, {INNER % (INNER % 'text-linear: {tfidf_c: 1.0}')}")
