"""The search on a real Spark: what is shared, what fails, what a killed driver leaves, and what comes out."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
import pytest

from mailroom.contracts.errors import UsageError
from tests.integration.spark.searching import KERNELS, small_search
from training.search.results import Predictions

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DEADLINE_SECONDS = 250.0


def test_features_are_computed_once_per_fold(spark: "SparkSession", tmp_path: Path) -> None:
    """Three folds and two sets of feature parameters: features six times, fits once for each of six candidates."""
    log = tmp_path / "log"
    kernels = [{"kernel": f"{KERNELS}.Small", "parameters": {"log": str(log)}}]
    result = small_search(spark, tmp_path, kernels=kernels)
    steps = Counter(line.split()[0] for line in log.read_text().splitlines())
    assert steps == {"features": 6, "fit": 18}
    assert [item.status for item in result.candidates] == ["finished"] * 6
    best = result.best
    assert best is not None
    assert best.score > 0.75
    assert len(best.fold_scores) == 3
    assert best.predictions is not None
    pooled = Predictions.load(best.predictions)
    assert sorted(pooled.places.tolist()) == list(range(90))
    np.testing.assert_allclose(np.exp(pooled.log_probabilities).sum(axis=1), 1.0)


def test_whatever_a_fit_does_is_recorded_and_the_search_goes_on(
    spark: "SparkSession", tmp_path: Path
) -> None:
    """Raising, hanging, dying and eating memory each fail one candidate, with a reason in one line."""
    moods = ["well", "raises", "hangs", "eats", "dies"]
    kernels = [{"kernel": f"{KERNELS}.Small", "parameters": {"mood": moods, "c": 1.0, "fewest": 1}}]
    result = small_search(
        spark, tmp_path, kernels=kernels, time_limit_seconds=4.0, memory_limit_mb=900, checkpoint_seconds=60
    )
    found = {str(item.candidate.parameters["mood"]): (item.status, item.reason) for item in result.candidates}
    assert {mood for mood, (status, _) in found.items() if status == "failed"} == set(moods[1:])
    assert found["well"] == ("finished", "")
    expected = {
        "raises": r"fold 1: ArithmeticError: the sum of the parts \(searched_kernels.py:\d+\)",
        "hangs": r"fold 1: too slow: fitting took longer than 4 s",
        "eats": r"fold 1: out of memory: \d+ MB while fitting, 900 MB are allowed",
        "dies": r"fold 1: its process died while fitting: SIGABRT.*",
    }
    for mood, reason in expected.items():
        assert re.fullmatch(reason, found[mood][1]), found[mood][1]
    assert result.best is not None
    assert result.best.candidate.parameters["mood"] == "well"


@pytest.mark.timeout(600)  # two drivers, one after the other
def test_a_killed_driver_goes_on_where_it_was(spark: "SparkSession", tmp_path: Path) -> None:
    """Nothing of a SIGKILLed driver stays alive, and the next one repeats no finished fit."""
    log, gate = tmp_path / "log", tmp_path / "gate"
    parameters = {
        "mood": ["well", "waits"],
        "c": [1.0, 10.0],
        "fewest": 1,
        "log": str(log),
        "gate": str(gate),
    }
    settings: dict[str, Any] = {
        "kernels": [{"kernel": f"{KERNELS}.Small", "parameters": parameters}],
        "checkpoint_seconds": 0.001,
    }
    journal = tmp_path / "search" / "journal.jsonl"
    with started_driver(tmp_path, settings) as driver:
        wait_for(lambda: fits(log).count("fit waits 1.0") == 2, driver)
        driver.send_signal(signal.SIGKILL)
    children = {int(line.split()[3]) for line in log.read_text().splitlines() if line.startswith("fit")}
    wait_for(lambda: not any(psutil.pid_exists(child) for child in children))
    finished = len(journal.read_text().splitlines())
    assert finished >= 2
    with journal.open("a") as file:
        file.write('{"identity": "to')  # as a kill in the middle of a line leaves it
    gate.touch()
    result = small_search(spark, tmp_path, **settings)
    assert [item.status for item in result.candidates] == ["finished"] * 4
    assert len(fits(log)) == 14  # twelve, and once more the two that were waiting
    assert small_search(spark, tmp_path, **settings).resumed == 4
    assert len(fits(log)) == 14
    assert len({json.loads(line)["trial"] for line in journal.read_text().splitlines()}) == 12


def test_the_same_seed_gives_the_same_best(spark: "SparkSession", tmp_path: Path) -> None:
    """Halving drops two of three on a part of the documents, and does so again in another folder."""
    settings: dict[str, Any] = {"strategy": "halving", "candidates": 6, "smallest_share": 0.3}
    first = small_search(spark, tmp_path / "first", seed=4, **settings)
    again = small_search(spark, tmp_path / "again", seed=4, **settings)
    assert [item.status for item in first.candidates] == ["finished"] * 2 + ["dropped"] * 4
    assert re.fullmatch(
        r"macro-F1 0\.\d+ on 33% of the documents; the best 2 went on", first.candidates[-1].reason
    )
    rows = [
        [(item.candidate.key, item.status, item.fold_scores, item.reason) for item in result.candidates]
        for result in (first, again)
    ]
    assert rows[0] == rows[1]


def test_plain_kernels_and_kernels_on_spark_run_side_by_side(spark: "SparkSession", tmp_path: Path) -> None:
    """The same model by three ways gets the same score, and the tie goes to the one that was named first."""
    small = {"kernel": f"{KERNELS}.Small", "parameters": {"c": [1.0, 0.001], "fewest": 1}}
    result = small_search(spark, tmp_path, kernels=[f"{KERNELS}.OnSpark", f"{KERNELS}.Plain", small])
    names = [
        (item.candidate.kernel.rpartition(".")[2], item.candidate.parameters["c"])
        for item in result.candidates
    ]
    assert names[:3] == [("OnSpark", 1.0), ("Plain", 1.0), ("Small", 1.0)]
    assert {item.status for item in result.candidates} == {"finished"}
    assert len({round(item.score, 6) for item in result.candidates[:3]}) == 1


def test_a_large_data_set_is_read_where_it_lies(spark: "SparkSession", tmp_path: Path) -> None:
    """Above the limit nothing is broadcast, and the scores are the same."""
    kernels = [f"{KERNELS}.Plain", {"kernel": f"{KERNELS}.Small", "parameters": {"c": 1.0, "fewest": 1}}]
    near = small_search(spark, tmp_path / "near", kernels=kernels)
    far = small_search(spark, tmp_path / "far", kernels=kernels, broadcast_limit_mb=0)
    assert [item.fold_scores for item in far.candidates] == [item.fold_scores for item in near.candidates]


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        (
            {"kernel": f"{KERNELS}.Small", "parameters": {"depht": 3}},
            "has no parameter 'depht'; it has c, fewest",
        ),
        (f"{KERNELS}.Smal", "does not import"),
    ],
)
def test_a_mistaken_search_starts_nothing(
    spark: "SparkSession", tmp_path: Path, kernel: object, message: str
) -> None:
    """A misspelt parameter or kernel is told before any fit, and leaves no trace."""
    with pytest.raises(UsageError, match=message):
        small_search(spark, tmp_path, kernels=[kernel])
    assert not (tmp_path / "search").exists()


@contextmanager
def started_driver(folder: Path, settings: object) -> Iterator["subprocess.Popen[str]"]:
    """A search in a process of its own, which does not outlive the block."""
    command = [sys.executable, "-m", "tests.integration.spark.searching", str(folder), "{}"]
    root = str(Path(__file__).parents[3])
    driver = subprocess.Popen(
        [*command, json.dumps(settings)], text=True, cwd=root, env={**os.environ, "PYTHONPATH": root}
    )
    try:
        yield driver
    finally:
        driver.kill()
        driver.wait()


def fits(log: Path) -> list[str]:
    """The fits that were begun, without the processes that began them."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [line.rpartition(" ")[0] for line in lines if line.startswith("fit")]


def wait_for(condition: Callable[[], bool], driver: "subprocess.Popen[str] | None" = None) -> None:
    """Until it is so."""
    until = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert driver is None or driver.poll() is None, "the driver has ended"
        assert time.monotonic() < until
        time.sleep(0.05)
