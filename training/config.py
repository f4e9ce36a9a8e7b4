"""A training run as a file: everything that is chosen, checked before any work."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from mailroom.contracts.errors import UsageError
from mailroom.settings import Section, home, load_settings
from training.calibration import ReviewSettings
from training.integrity.settings import IntegritySettings
from training.report.settings import ReportSettings
from training.search.settings import SearchSettings
from training.search.space import candidates_of
from training.sources.registry import AnySource
from training.spark import SparkSettings
from training.split import SplitSettings
from training.tracking.settings import TrackingSettings
from training.yaml_values import read_yaml


class PackageSettings(Section):
    """What the package says of itself."""

    name: str = Field("mailroom", min_length=1, description="the model's name")
    version: str = Field("", description="default: from the fingerprint of the documents")


class RunConfig(Section):
    """A training run."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100, description="of the run and its folder"
    )
    seed: int = Field(1, ge=0, description="the same seed, data and settings give the same model")
    labels: tuple[str, ...] = Field(
        (), description="what is told apart, in order; default: those of mailroom.yaml"
    )
    sources: tuple[AnySource, ...] = Field(min_length=1)
    integrity: IntegritySettings = IntegritySettings()
    split: SplitSettings = SplitSettings()
    search: SearchSettings = SearchSettings()
    spark: SparkSettings = Field(default_factory=SparkSettings)
    tracking: TrackingSettings = Field(default_factory=TrackingSettings)
    report: ReportSettings = ReportSettings()
    review: ReviewSettings = ReviewSettings()
    package: PackageSettings = PackageSettings()
    runs: Path = Field(default_factory=lambda: home() / "training", description="folder of all runs")

    @property
    def known_labels(self) -> tuple[str, ...]:
        """The labels, in the order of all columns."""
        return self.labels or tuple(load_settings().departments)

    def told(self) -> dict[str, Any]:
        """The configuration as JSON knows it, secrets left out."""
        return self.model_dump(mode="json")


def read_config(path: Path) -> RunConfig:
    """Read a run's configuration and check all of it that can be checked without Spark.

    Raises:
        UsageError: A setting is unknown, missing or wrong; a kernel does not import or has no such parameter.
    """
    tree = read_yaml(path)
    tree.setdefault("name", path.stem)
    try:
        config = RunConfig.model_validate(tree)
    except ValidationError as error:
        raise UsageError(f"{path}: {_first(error)}") from error
    _importable(config.spark.code)
    candidates_of(config.search, seed=config.seed)
    return config


def _importable(folders: Sequence[Path]) -> None:
    """The driver finds a user's kernels where tasks find them."""
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"spark.code: {folder} is no folder; name the one that holds your package")
    known = [path for path in map(str, map(Path.resolve, folders)) if path not in sys.path]
    sys.path[:0] = known


def _first(error: ValidationError) -> str:
    found = error.errors()[0]
    where = ".".join(str(part) for part in found["loc"])
    more = error.error_count() - 1
    rest = f" (and {more} more)" if more else ""
    if found["type"] == "extra_forbidden":
        return f"{where}: there is no such setting{rest}"
    return f"{where}: {found['msg'].removeprefix('Value error, ')}{rest}"
