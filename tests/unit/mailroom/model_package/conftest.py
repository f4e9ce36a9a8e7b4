"""A package of a small model."""

from pathlib import Path

import pytest

from mailroom.model_package import Provenance, RuntimeDescription, write
from tests.unit.mailroom.model_package.small_model import LABELS, TEXTS, PackageMaker, blend


@pytest.fixture
def make_package(tmp_path: Path) -> PackageMaker:
    """Writes a package of the blend, with whatever of its provenance is changed."""

    def make(description: RuntimeDescription | None = None, *, prep_version: int = 1) -> Path:
        provenance = Provenance(
            "small", "by-hand", prep_version, thresholds={"invoice": 0.7, "complaint": 0.6}
        )
        target = tmp_path / "package"
        write(
            target,
            description or blend(),
            labels=LABELS,
            provenance=provenance,
            golden=TEXTS,
            trained_on=["one", "two", "two"],
        )
        return target

    return make
