"""The contract of kernels whose candidates share work."""

import numpy as np
import pytest

from mailroom.features.batch import TextBatch
from mailroom.model_package.runtimes import build_runtime
from training.documents import LabelledDocument
from training.kernels import KERNELS, kernel_named
from training.kernels.sharing import FoldView, SharingKernel, without_texts

LABELS = ("invoice", "complaint", "other")
SHARING = sorted(name for name, kernel in KERNELS.items() if issubclass(kernel, SharingKernel))


@pytest.fixture(params=SHARING)
def kernel(request: pytest.FixtureRequest) -> SharingKernel[object, object, object]:
    """Each kernel that shares, by its name."""
    found = kernel_named(request.param)
    assert isinstance(found, SharingKernel)
    return found


@pytest.fixture
def view(documents: list[LabelledDocument]) -> FoldView:
    """Every third document is tested."""
    places = np.arange(len(documents))
    return FoldView(without_texts(documents), LABELS, places[places % 3 > 0], places[places % 3 == 0])


def test_feature_parameters_are_parameters(kernel: SharingKernel[object, object, object]) -> None:
    """A misspelt name would share features between candidates that must not."""
    assert set(kernel.feature_parameters) <= set(kernel.get_parameters())


def test_predictions_from_features_are_the_models_own(
    kernel: SharingKernel[object, object, object], view: FoldView, documents: list[LabelledDocument]
) -> None:
    """What the search scores is what the described model, and one trained on the fold alone, would say."""
    parameters = kernel.defaults()
    features = kernel.features(kernel.prepare(documents, LABELS), view, parameters)
    fit = kernel.fit(features, parameters, seed=1, previous=None)
    trained = kernel.train([documents[place] for place in view.train], LABELS, parameters=parameters, seed=1)
    batch = TextBatch([documents[place].text for place in view.test])
    for model in (kernel.describe(features, fit), trained):
        expected = build_runtime(model, LABELS).log_probabilities(batch)
        np.testing.assert_allclose(kernel.log_probabilities(features, fit), expected, atol=1e-5)


def test_a_fit_before_changes_nothing_that_counts(
    kernel: SharingKernel[object, object, object], view: FoldView, documents: list[LabelledDocument]
) -> None:
    """A candidate fitted after another in the same features predicts what it predicts alone, to three decimals."""
    first = kernel.defaults()
    others = {name: values[-1] for name, values in kernel.get_parameters().items()}
    second = {**first, **{name: others[name] for name in others if name not in kernel.feature_parameters}}
    features = kernel.features(kernel.prepare(documents, LABELS), view, first)
    before = kernel.fit(features, first, seed=1, previous=None)
    after = kernel.log_probabilities(features, kernel.fit(features, second, seed=1, previous=before))
    alone = kernel.log_probabilities(features, kernel.fit(features, second, seed=1, previous=None))
    np.testing.assert_allclose(np.exp(after), np.exp(alone), atol=1e-3)


def test_the_view_of_a_fold_knows_its_targets(view: FoldView) -> None:
    """Targets are columns of the labels as given; texts are not carried along."""
    assert view.targets[:3].tolist() == [0, 0, 0]
    assert view.targets[-1] == 2
    assert all(item.text == "" for item in view.learnt)
