"""The model in service and its successors."""

from dataclasses import replace

import pytest

from classifier_service.models import Models
from mailroom.contracts.errors import UsageError
from mailroom.model_package import PackageMismatch
from tests.unit.classifier_service.fakes import MANIFEST
from tests.unit.classifier_service.rest.world import FakePackage, World, version


def test_the_next_package_takes_over() -> None:
    """A package that is new where packages come from is in service after a reload, under the old name."""
    world = World()
    world.package = FakePackage(version("2"))
    models = world.labeller.models
    before = models.current
    assert models.reload().manifest.version == "2"
    assert (models.current.manifest.version, models.name, before.manifest.version) == ("2", "tiny", "1")


def test_the_same_package_stays_as_it_is() -> None:
    """A reload that finds nothing new keeps the model that is warm."""
    models = World().labeller.models
    before = models.current
    assert models.reload() is before


def test_edited_thresholds_take_over() -> None:
    """Thresholds are no part of a package's digest, and a reload takes them all the same."""
    world = World()
    world.package = FakePackage(replace(MANIFEST, thresholds={"invoice": 0.99}))
    assert world.labeller.models.reload().manifest.threshold("invoice") == 0.99


def test_a_package_that_breaks_its_promise_is_refused() -> None:
    """A package that predicts its golden documents otherwise is refused, and the old one stays."""
    world = World()
    world.package = FakePackage(version("2"), broken=True)
    with pytest.raises(PackageMismatch, match="golden"):
        world.labeller.models.reload()
    assert world.labeller.models.current.manifest.version == "1"


def test_a_package_whose_labels_nobody_handles_is_refused() -> None:
    """A package with a label that has no department is refused, and the old one stays."""
    world = World()
    world.package = FakePackage(replace(MANIFEST, labels=("invoice", "spam")))
    with pytest.raises(UsageError, match="spam"):
        world.labeller.models.reload()
    assert world.labeller.models.current.manifest.version == "1"


def test_the_first_package_must_prove_itself() -> None:
    """A service does not start with a package that breaks its promise."""
    with pytest.raises(PackageMismatch):
        Models(lambda: FakePackage(broken=True), lambda _: pytest.fail("served"))
