"""The starter repository's notebook says of documents what the run on Spark says of them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
import yaml
from nbclient import NotebookClient

from training.search.results import Candidate, Predictions
from training.starter.writing import write_starter

pytestmark = pytest.mark.timeout(1_200)

ROOT = Path(__file__).parents[4]
KERNEL = "own_kernels.bayes.ComplementBayes"
PARAMETERS = {"alpha": 0.3, "min_documents": 2}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A starter repository, and a user with a home of his own who has Mailroom installed."""
    write_starter(tmp_path / "mine")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("MAILROOM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MAILROOM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "mine"


def test_the_notebook_and_the_run_say_the_same(repository: Path) -> None:
    """The notebook from its first cell to its last; then `mailroom train` over the same documents and parameters."""
    said = _executed(repository)
    assert "of 7 labels, 3 folds" in said
    told = _trained(repository)
    key = Candidate(KERNEL, PARAMETERS).key
    (file,) = Path(repository, told["folder"]).glob(f"search/**/{key}.npz")
    prototype, run = Predictions.load(repository / "build" / "prototype.npz"), Predictions.load(file)
    assert told["documents"] == len(prototype.places) > 100
    assert run.places.tolist() == prototype.places.tolist()
    assert np.abs(run.log_probabilities - prototype.log_probabilities).max() < 1e-9
    assert f"macro-F1 on sources that no model had seen: {told['macro_f1_unseen_sources']:.3f}" in said


def _executed(repository: Path) -> str:
    """What the notebook prints."""
    path = repository / "notebooks" / "prototype.ipynb"
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=400, resources={"metadata": {"path": str(path.parent)}}).execute()
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    return "".join(output["text"] for output in outputs if output.get("name") == "stdout")


def _trained(repository: Path) -> dict[str, Any]:
    """What the verb says of a run over the notebook's sample."""
    config = yaml.safe_load((repository / "run.yaml").read_text(encoding="utf-8"))
    config["sources"] = [{"type": "parquet", "path": "build/sample"}]
    config["integrity"] = {
        "suspicious_labels": {"stop": None}
    }  # a cross-check on so few documents is often wrong
    config["search"]["kernels"] = [{"kernel": KERNEL, "parameters": PARAMETERS}]
    (repository / "sample.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "cli", "train", "--config", "sample.yaml", "--json"],
        cwd=repository,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=700,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
