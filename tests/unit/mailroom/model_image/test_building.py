"""A package becomes an image in two builds: the service from these sources, then the package on top."""

from pathlib import Path

import pytest

from mailroom.contracts.errors import UsageError
from mailroom.model_image.building import build_image
from mailroom.model_image.context import package_context
from mailroom.model_package import PackageTampered, load
from tests.unit.mailroom.model_image.conftest import FakeEngine


def quiet(_said: str) -> None:
    """Nobody waits."""


def test_the_service_is_built_first_then_the_package_is_put_in(
    small_package: Path, engine: FakeEngine
) -> None:
    """The second build starts from the very image that the first one gave, whatever its name means by then."""
    built = build_image(small_package, "mailroom/small:1", engine=lambda: engine, report=quiet)
    service, packed = engine.built
    assert service == {
        "dockerfile": "classifier_service/Dockerfile",
        "tag": "mailroom-classifier",
        "arguments": {},
    }
    assert packed["dockerfile"] == "FROM sha256:service\nCOPY model /opt/ml/model\n"
    assert packed["tag"] == "mailroom/small:1"
    told = built.told()
    assert (told["image"], told["id"], told["size_bytes"]) == (
        "mailroom/small:1",
        "sha256:packed",
        500_000_000,
    )
    assert told["model"]["digest"] == load(small_package).manifest.digest


def test_without_ocr_another_service_is_built(small_package: Path, engine: FakeEngine) -> None:
    """It has a name of its own, and no language."""
    build_image(small_package, "small", ocr=False, engine=lambda: engine, report=quiet)
    assert engine.built[0]["tag"] == "mailroom-classifier:texts"
    assert engine.built[0]["arguments"] == {"OCR_LANGUAGES": ""}


def test_a_base_that_is_named_is_used(small_package: Path, engine: FakeEngine) -> None:
    """The service is not built again."""
    build_image(small_package, "small", base="registry:5000/service:2", engine=lambda: engine, report=quiet)
    [packed] = engine.built
    assert packed["dockerfile"].startswith("FROM registry:5000/service:2\n")


def test_a_base_has_ocr_or_not_already(small_package: Path, engine: FakeEngine) -> None:
    """--base with --no-ocr is wrong usage."""
    with pytest.raises(UsageError, match="leave --no-ocr out"):
        build_image(small_package, "small", base="service", ocr=False, engine=lambda: engine)


def test_a_tampered_package_never_reaches_the_engine(small_package: Path, engine: FakeEngine) -> None:
    """Digests are verified before anything is built."""
    (small_package / "runtime.json").write_text("{}", encoding="utf-8")
    with pytest.raises(PackageTampered, match="not the file that was packed"):
        build_image(small_package, "small", engine=lambda: engine)
    assert engine.built == []


def test_an_image_holds_what_the_manifest_vouches_for(small_package: Path, engine: FakeEngine) -> None:
    """A file that merely lies in the folder stays behind."""
    build_image(small_package, "small", base="service", engine=lambda: engine, report=quiet)
    [packed] = engine.built
    assert {"model/manifest.json", "model/runtime.json", "model/golden.jsonl"} <= set(packed["names"])
    assert "model/notes.txt" not in packed["names"]


def test_the_same_package_gives_the_same_bytes(small_package: Path) -> None:
    """So that an engine which has the layer builds nothing."""
    manifest = load(small_package).manifest
    with (
        package_context(small_package, manifest, "base") as one,
        package_context(small_package, manifest, "base") as other,
    ):
        assert one.read() == other.read()
