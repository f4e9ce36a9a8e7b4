"""A whole training run, from a file to a registered package; and runs that must not come so far."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mailroom.contracts.errors import GateRefused, UsageError
from mailroom.model_package import load
from mailroom.model_package.manifest import MANIFEST
from tests.integration.spark.conftest import SETTINGS
from training.config import RunConfig, read_config
from training.generated import generate
from training.pipeline.run import Outcome, run
from training.tracking.registry import Registry

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.timeout(600)

COUNT, SEED = 350, 91
KERNEL = {
    "kernel": "text-linear",
    "parameters": {"tfidf_c": [3.0, 1.0], "lexicon_c": 0.3, "min_documents": 2, "max_terms": 20_000},
}
Rows = list[dict[str, Any]]
Configured = Callable[[Rows], RunConfig]


@pytest.fixture(scope="module")
def rows() -> Rows:
    """Generated documents of all classes."""
    file = generate(COUNT, SEED, ())
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def configured(tmp_path: Path, spark: "SparkSession") -> Configured:
    """A run over documents, in a folder of its own and on the session's Spark."""

    def made(documents: Rows) -> RunConfig:
        file = tmp_path / "documents.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in documents), encoding="utf-8")
        values = {
            "name": "trial",
            "sources": [{"type": "jsonl", "path": str(file)}],
            "search": {"kernels": [KERNEL]},
            "spark": SETTINGS.model_dump(),
            "tracking": {"uri": f"sqlite:///{tmp_path / 'mlflow.db'}"},
            "runs": str(tmp_path / "runs"),
        }
        return RunConfig.model_validate(values)

    return made


@pytest.fixture(scope="module")
def finished(
    rows: Rows, spark: "SparkSession", tmp_path_factory: pytest.TempPathFactory
) -> tuple[RunConfig, Outcome]:
    """One run that several tests look at."""
    folder = tmp_path_factory.mktemp("run")
    values = {
        "name": "whole",
        "sources": [{"type": "samples", "count": COUNT, "seed": SEED}],
        "search": {"kernels": [KERNEL]},
        "spark": SETTINGS.model_dump(),
        "tracking": {"uri": f"sqlite:///{folder / 'mlflow.db'}"},
        "runs": str(folder / "runs"),
    }
    config = RunConfig.model_validate(values)
    return config, run(config, report=lambda _: None)


def test_the_package_keeps_what_it_promised(finished: tuple[RunConfig, Outcome]) -> None:
    """It loads, its golden documents get the predictions of training, its figures are those of the run."""
    _, outcome = finished
    package = load(outcome.record.package)
    assert package.check_golden() <= 1e-5
    assert package.manifest.metrics["macro_f1_unseen_sources"] == outcome.told()["macro_f1_unseen_sources"]
    assert set(package.manifest.labels) == {row.label for row in outcome.record.dataset.index}


def test_it_is_registered_as_candidate(finished: tuple[RunConfig, Outcome]) -> None:
    """With the digest of the package that was written."""
    config, outcome = finished
    found = Registry(config.tracking).version("candidate")
    assert (found.version, found.digest) == (1, outcome.record.manifest.digest)


def test_figures_of_both_kinds_and_a_report_come_out(finished: tuple[RunConfig, Outcome]) -> None:
    """What `mailroom train --config --json` prints."""
    _, outcome = finished
    told = outcome.told()
    assert 0.5 < told["macro_f1_unseen_sources"] <= told["macro_f1"] + 0.1
    assert told["expected_calibration_error"] < 0.2
    assert told["candidates"] == 2
    assert told["failed"] == {}
    assert Path(told["report"]).read_text(encoding="utf-8").startswith("<!doctype html")


def test_no_file_of_the_run_is_left_half_written(finished: tuple[RunConfig, Outcome]) -> None:
    """Nothing temporary stays behind."""
    _, outcome = finished
    assert not [path for path in outcome.record.folder.rglob("*") if path.name.endswith((".part", ".tmp"))]


def test_a_missing_class_stops_the_run_before_there_is_a_model(rows: Rows, configured: Configured) -> None:
    """The message names it; nothing is written as a package, nothing registered."""
    config = configured([row for row in rows if row["label"] != "complaint"])
    with pytest.raises(GateRefused, match="complaint") as refusal:
        run(config, report=lambda _: None)
    assert refusal.value.exit_code == 3
    assert not list(config.runs.rglob(MANIFEST))
    assert Registry(config.tracking).versions() == []


def test_a_label_that_nobody_knows_is_refused_first(rows: Rows, configured: Configured) -> None:
    """Before anything is checked or learnt."""
    config = configured(
        [*rows, {"id": "x", "label": "love_letter", "text": "Dear heart, when shall we meet?"}]
    )
    with pytest.raises(UsageError, match="love_letter"):
        run(config, report=lambda _: None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("search: {kernels: [text-magic]}", "text-magic"),
        ("search: {kernels: [{kernel: text-linear, parameters: {depth: 3}}]}", "depth"),
        ("sarch: {}", "sarch: there is no such setting"),
        ("sources: [{type: jsonl, path: a.jsonl, colour: red}]", "colour"),
        ("sources: []", "sources"),
        ("search: {strategy: guess}", "strategy"),
    ],
)
def test_a_wrong_setting_is_told_before_any_work(tmp_path: Path, change: str, said: str) -> None:
    """With its name."""
    file = tmp_path / "run.yaml"
    sources = "" if change.startswith("sources") else "sources: [{type: samples, count: 70}]\n"
    file.write_text(f"{sources}{change}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        read_config(file)
