"""The starter repository's notebook says of documents what the run on Spark says of them."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from training.config import read_config
from training.dataset import Dataset
from training.integrity.facts import placed
from training.integrity.near_duplicates import near_duplicates
from training.kernels import kernel_named
from training.search.results import Predictions
from training.search.search import search
from training.search.settings import KernelChoice
from training.split import plan_split
from training.starter.writing import write_starter

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

KERNEL = "own_kernels.bayes.ComplementBayes"
ROOT = Path(__file__).parents[4]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A starter repository as the working folder; its package is forgotten afterwards."""
    write_starter(tmp_path / "mine")
    monkeypatch.chdir(tmp_path / "mine")
    monkeypatch.syspath_prepend(str(tmp_path / "mine" / "src"))
    monkeypatch.setenv("MAILROOM_CACHE", str(tmp_path / "cache"))
    yield tmp_path / "mine"
    for name in [name for name in sys.modules if name.partition(".")[0] == "own_kernels"]:
        del sys.modules[name]


def test_the_notebook_and_spark_say_the_same(
    repository: Path, spark: "SparkSession", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Executed from the first cell to the last; then the same documents, kernel and parameters as a search on Spark."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    notebook = nbformat.read(repository / "notebooks" / "prototype.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(repository)}}).execute()
    said = "".join(output["text"] for cell in notebook.cells for output in cell.get("outputs", ()))
    assert "of 7 labels, 3 folds" in said
    prototype = Predictions.load(repository / "build" / "prototype.npz")

    config = read_config(repository / "run.yaml")
    dataset = Dataset(repository / "build" / "sample")
    near = near_duplicates(placed(spark, dataset), config.integrity.similarity).groups
    fixed = {name: (value,) for name, value in kernel_named(KERNEL).defaults().items()}
    settings = config.search.model_copy(update={"kernels": (KernelChoice(kernel=KERNEL, parameters=fixed),)})
    found = search(
        spark,
        dataset,
        plan_split(dataset.index, near, config.split, config.seed),
        config.known_labels,
        settings,
        seed=config.seed,
        folder=repository / "build" / "search",
        report=lambda _: None,
    )
    assert found.best is not None, found.candidates[0].reason
    assert found.best.predictions is not None
    spoken = Predictions.load(found.best.predictions)
    assert spoken.places.tolist() == prototype.places.tolist()
    assert np.abs(spoken.log_probabilities - prototype.log_probabilities).max() < 1e-9
    assert f"macro-F1 on sources that no model had seen: {found.best.score:.3f}" in said
