"""Tracking on a real MLflow server, as a team shares one."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.training.runs import written_run
from training.documents import LabelledDocument
from training.tracking.registry import Registry
from training.tracking.runs import tracked
from training.tracking.settings import TrackingSettings
from training.tracking.trace import subject_of, trace


@pytest.fixture
def server(tmp_path: Path, until: Callable[[Callable[[], bool]], bool]) -> Iterator[str]:
    """A server on a free port that keeps artefacts itself; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = ("--backend-store-uri", f"sqlite:///{tmp_path / 'server.db'}")
    artefacts = ("--artifacts-destination", str(tmp_path / "artifacts"))
    listen = ("--host", "127.0.0.1", "--port", str(port), "--workers", "1")
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", *places, *artefacts, *listen],
            stdout=log,
            stderr=log,
            start_new_session=True,  # its workers end with it
            env={
                **os.environ,
                "MLFLOW_DISABLE_TELEMETRY": "true",
                "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            },
        )
    address = f"http://127.0.0.1:{port}"
    try:
        # Two minutes: a server imports much, and other tests may be at work.
        assert until(lambda: _healthy(address)) or until(lambda: _healthy(address)), (
            tmp_path / "server.log"
        ).read_text()
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:  # noqa: S310 - our own server
            return bool(answer.status == 200)
    except OSError:
        return False


def test_a_run_is_kept_registered_promoted_and_traced(server: str, tmp_path: Path) -> None:
    """The same as on a file: figures, a whole package, aliases, and the way back from the package."""
    documents = [
        LabelledDocument("a", "invoice", "due", "x"),
        LabelledDocument("b", "complaint", "sorry", "y"),
    ]
    chances = [[0.9, 0.1], [0.2, 0.8]]
    run = written_run(
        tmp_path, documents=documents, labels=("invoice", "complaint"), unseen=chances, seen=chances
    )
    settings = TrackingSettings(uri=server, experiment="team", model="letters")
    with tracked(settings, name=run.name, folder=tmp_path / "run") as begun:
        version = begun.publish(run, [])
    assert (version.model, version.version, version.aliases) == ("letters", 1, ("candidate",))
    registry = Registry(settings)
    assert registry.promote("candidate").aliases == ("candidate", "champion")
    assert trace(registry, subject_of(str(run.package)))["run"]["status"] == "FINISHED"
    kept = Path(registry.client.download_artifacts(begun.id, "package/manifest.json", str(tmp_path)))
    assert kept.read_bytes() == (run.package / "manifest.json").read_bytes()
