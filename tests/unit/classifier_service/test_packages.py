"""Packages from folders and object stores."""

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from classifier_service import packages
from classifier_service.packages import load_package
from mailroom.contracts.errors import UsageError
from mailroom.model_package import PackageIncomplete, PackageTampered, Provenance, RuntimeDescription, write

WORDS = '{"invoice": {"names": [" invoice "]}, "offer": {"names": [" offer "]}}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A package of a few words."""
    description = RuntimeDescription("lexicon", {"layer": "vote"}, texts={"lexicon": WORDS})
    where = tmp_path / "models" / "tiny"
    provenance = Provenance("tiny", "by-hand", 1, version="1")
    write(where, description, labels=("invoice", "offer"), provenance=provenance, golden=["an invoice"])
    return where


@pytest.fixture
def bucket(folder: Path) -> Iterator[str]:
    """The same package in an object store."""
    system = fsspec.filesystem("memory")
    for file in folder.iterdir():
        system.pipe_file(f"/bucket/champion/{file.name}", file.read_bytes())
    yield "memory://bucket/champion"
    system.rm("/bucket", recursive=True)


def test_a_folder_is_loaded(folder: Path) -> None:
    """A folder of this machine is a package."""
    assert load_package(str(folder)).manifest.name == "tiny"


def test_an_object_store_is_loaded(bucket: str) -> None:
    """A URI is a package, its golden documents predicted as promised, and nothing is written to disk."""
    package = load_package(bucket)
    assert (package.manifest.name, package.check_golden()) == ("tiny", 0.0)


def test_a_changed_object_is_refused(bucket: str) -> None:
    """A file that is not the one of the manifest stops the load."""
    fsspec.filesystem("memory").pipe_file("/bucket/champion/lexicon.txt", b"{}")
    with pytest.raises(PackageTampered, match=r"champion/lexicon\.txt"):
        load_package(bucket)


def test_a_missing_object_is_named(bucket: str) -> None:
    """A file that is not there is named with its place."""
    fsspec.filesystem("memory").rm("/bucket/champion/lexicon.txt")
    with pytest.raises(PackageIncomplete, match=r"champion/lexicon\.txt: no such file"):
        load_package(bucket)


def test_a_place_of_no_known_kind_is_wrong_usage() -> None:
    """A URI that nobody knows is told so."""
    with pytest.raises(UsageError, match="nowhere"):
        load_package("nowhere://bucket/model")


def test_a_hosted_model_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a name the package is where hosting unpacks it, in the folder of its archive or straight there."""
    for root in (folder, folder.parent):
        monkeypatch.setattr(packages, "HOSTED", root)
        assert load_package(None).manifest.name == "tiny"
        assert load_package(str(root)).manifest.name == "tiny"


def test_no_package_at_all_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none is named and none is hosted, the message says how to name one."""
    monkeypatch.setattr(packages, "HOSTED", tmp_path)
    with pytest.raises(UsageError, match="--package DIR"):
        load_package(None)
