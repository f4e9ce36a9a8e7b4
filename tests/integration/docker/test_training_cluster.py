"""A training run on the cluster of the Compose profile `training`: master, two workers, tracking server."""

import json
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailroom.model_package import load
from tests.integration.docker.conftest import Compose, told
from training.tracking.registry import Registry
from training.tracking.settings import TrackingSettings

# Building the image anew downloads a gigabyte.
pytestmark = [pytest.mark.docker, pytest.mark.timeout(1500)]

RUN = """
name: cluster
seed: 3
sources: [{type: samples, count: 140, seed: 5}]
split: {folds: 2}
search:
  strategy: grid
  kernels:
    - {kernel: text-linear, parameters: {tfidf_c: [1.0, 3.0], lexicon_c: 0.3, min_documents: 2, max_terms: 20000}}
spark:
  executor_memory: 1g
  options:
    spark.eventLog.enabled: "true"
    spark.eventLog.dir: "file:///data"
    spark.eventLog.compress: "false"
    spark.eventLog.rolling.enabled: "false"
"""


@dataclass(frozen=True)
class Trained:
    """What a run in the trainer's container came to.

    Attributes:
        told: What it printed.
        package: Its package, copied to this machine.
        events: Spark's own log of it.
    """

    told: dict[str, Any]
    package: Path
    events: Sequence[dict[str, Any]]


@pytest.fixture(scope="module")
def trained(cluster: Compose, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """`mailroom train --config` in a container that joins the cluster."""
    Path(cluster.variables["MAILROOM_INPUT"], "cluster.yaml").write_text(RUN, encoding="utf-8")
    printed = json.loads(
        cluster("run", "--rm", "--no-TTY", "trainer", "train", "--config", "/input/cluster.yaml", "--json")
    )
    copy = tmp_path_factory.mktemp("trained") / "package"
    cluster("cp", f"spark-worker:{printed['package']}", str(copy))
    events = cluster("exec", "--no-TTY", "spark-worker", "sh", "-c", "cat /data/app-*")
    whole = events.rpartition("\n")[0].splitlines()  # the driver's end may have cut the last line
    return Trained(printed, copy, [json.loads(line) for line in whole])


def searchers(events: Sequence[dict[str, Any]]) -> set[str]:
    """The hosts on which tasks of the search succeeded; the search tags its jobs."""
    stages = {
        stage
        for event in events
        if event["Event"] == "SparkListenerJobStart"
        and event["Properties"].get("spark.job.tags", "").startswith("search-")
        for stage in event["Stage IDs"]
    }
    ended = [
        event for event in events if event["Event"] == "SparkListenerTaskEnd" and event["Stage ID"] in stages
    ]
    return {event["Task Info"]["Host"] for event in ended if not event["Task Info"]["Failed"]}


def test_both_workers_search(cluster: Compose, trained: Trained) -> None:
    """Candidates were fitted, without a failure, by an executor of each of the two workers."""
    page = f"http://127.0.0.1:{cluster.ports['MAILROOM_SPARK_UI_PORT']}/json/"
    with urllib.request.urlopen(page, timeout=30) as answer:
        workers = {worker["host"] for worker in json.load(answer)["workers"]}
    assert len(workers) == 2
    assert searchers(trained.events) == workers
    assert trained.told["candidates"] == 2
    assert trained.told["failed"] == {}


def test_its_package_works_elsewhere(trained: Trained) -> None:
    """The package, copied off the cluster, gives the predictions that it promises."""
    package = load(trained.package)
    package.check_golden()
    assert package.manifest.digest == trained.told["digest"]
    assert package.manifest.kernel == "text-linear"


def test_the_tracking_server_has_it(cluster: Compose, trained: Trained) -> None:
    """The server knows the run's package as the candidate, and holds the files of the package itself."""
    registry = Registry(TrackingSettings(uri=f"http://127.0.0.1:{cluster.ports['MAILROOM_MLFLOW_PORT']}"))
    candidate = registry.version("candidate")
    assert candidate.digest == trained.told["digest"]
    assert str(candidate.version) == trained.told["version"] == "1"
    assert registry.client.get_run(candidate.run_id).info.status == "FINISHED"
    kept = {item.path for item in registry.client.list_artifacts(candidate.run_id, "package")}
    assert {"package/manifest.json", "package/golden.jsonl"} <= kept


def test_it_is_this_machines_alone(cluster: Compose) -> None:
    """Ports are open on the loopback only, and nothing of ours runs as root."""
    containers = cluster("ps", "--quiet").split()
    details = json.loads(told(["docker", "inspect", *containers]))
    bindings = [
        binding["HostIp"]
        for detail in details
        for published in detail["NetworkSettings"]["Ports"].values()
        for binding in published or ()
    ]
    assert bindings == ["127.0.0.1", "127.0.0.1"]
    ours = [
        detail["Config"]["User"] for detail in details if detail["Config"]["Image"].startswith("mailroom-")
    ]
    assert ours == ["mailroom"] * 4


def test_it_ends_when_it_is_asked_to(cluster: Compose, trained: Trained) -> None:
    """Every part ends by SIGTERM, in its own time: none waits to be killed."""
    containers = cluster("ps", "--quiet").split()
    cluster("stop", "--timeout", "120")
    codes = {
        detail["Config"]["Labels"]["com.docker.compose.service"]: detail["State"]["ExitCode"]
        for detail in json.loads(told(["docker", "inspect", *containers]))
    }
    assert codes == {"spark-master": 143, "spark-worker": 143, "mlflow": 0, "postgres": 0}
