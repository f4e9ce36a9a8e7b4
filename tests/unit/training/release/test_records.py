"""Releases in the registry of models."""

import shutil
from pathlib import Path

import pytest

from mailroom.contracts.errors import UsageError
from mailroom.model_image.errors import RegistryFailed
from mailroom.model_image.registries import host_of, require_registry
from mailroom.model_package import Manifest, Provenance, write
from tests.unit.mailroom.model_package.small_model import LABELS, TEXTS, blend
from training.release.errors import ReleaseFailed
from training.release.records import champion, kept_package, registered, take_over
from training.tracking.registry import Registry
from training.tracking.settings import TrackingSettings

pytestmark = pytest.mark.gate


@pytest.fixture
def registry(blank_tracking: Path, tmp_path: Path) -> Registry:
    """A registry of models without any."""
    shutil.copy(blank_tracking, tmp_path / "mlflow.db")
    return Registry(TrackingSettings(uri=f"sqlite:///{tmp_path / 'mlflow.db'}"))


def written(folder: Path, version: str) -> Manifest:
    """A package of a version."""
    provenance = Provenance("small", "by-hand", 1, version=version)
    texts = [f"letter {version}"]
    return write(folder, blend(), labels=LABELS, provenance=provenance, golden=TEXTS, trained_on=texts)


def test_a_package_of_no_run_is_kept_whole_and_once(registry: Registry, tmp_path: Path) -> None:
    """It comes back as it was; registered again it is the same version."""
    manifest = written(tmp_path / "package", "1")
    version = registered(registry, tmp_path / "package", manifest)
    assert (version.version, version.digest) == (1, manifest.digest)
    assert registered(registry, tmp_path / "package", manifest) == version
    kept = kept_package(registry, version, tmp_path)
    for name in ("manifest.json", *manifest.files):
        assert (kept / name).read_bytes() == (tmp_path / "package" / name).read_bytes()


def test_a_champion_that_came_in_between(registry: Registry, tmp_path: Path) -> None:
    """Two were judged against the same champion: the slower release must judge again."""
    versions = [
        registered(registry, tmp_path / name, written(tmp_path / name, name)) for name in ("a", "b", "c")
    ]
    assert champion(registry) is None
    take_over(registry, versions[0], None)
    before = champion(registry)
    assert before is not None
    take_over(registry, versions[1], before)
    take_over(registry, versions[1], before)
    with pytest.raises(ReleaseFailed, match="version 2 became the champion meanwhile"):
        take_over(registry, versions[2], before)
    now = champion(registry)
    assert now is not None
    assert now.version.version == 2


@pytest.mark.parametrize(
    ("repository", "host"),
    [
        ("127.0.0.1:5000/a/b", "127.0.0.1:5000"),
        ("registry.example/a", "registry.example"),
        ("a/b", ""),
        ("a", ""),
    ],
)
def test_where_a_repository_is(repository: str, host: str) -> None:
    """As Docker reads names."""
    assert host_of(repository) == host


@pytest.mark.parametrize("repository", ["a:1", "127.0.0.1:5000/a:1", "a b", ""])
def test_what_is_no_repository(repository: str) -> None:
    """The tag is the package's digest, nobody's choice."""
    with pytest.raises(UsageError):
        host_of(repository)


def test_a_registry_that_is_not_there() -> None:
    """Known before anything is built."""
    with pytest.raises(RegistryFailed, match="does not answer"):
        require_registry("127.0.0.1:1/mailroom/classifier")
