"""Who serves the model: how each is started, asked, and understood."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.serving import environments
from benchmarks.serving.servers import ROOT, free_port

PEERS = Path(__file__).parent / "peers"
MODEL = "linear"
BATCH, BATCH_SECONDS = 32, 0.01
"""Of MLServer's adaptive batching: full at once with 32 connections, and no longer a wait than its users choose."""

Probabilities = dict[str, float]


@dataclass(frozen=True, slots=True)
class Start:
    """How a server is started.

    Attributes:
        command: Its program and arguments.
        variables: Added to the environment.
        files: To be written into its working directory first.
    """

    command: Sequence[str]
    variables: Mapping[str, str]
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to get a label over HTTP.

    Attributes:
        name: For people.
        server: Contestants with the same one are asked at one process.
        start: Model and port to how it is started; the model is a package for our door, else a pipeline.
        path: What is posted to.
        body: A text as a request's body.
        read: An answer to probabilities, given the labels in the pipeline's order.
    """

    name: str
    server: str
    start: Callable[[Path, int], Start]
    path: str
    body: Callable[[str], dict[str, Any]]
    read: Callable[[Any, Sequence[str]], Probabilities]


def _mailroom(package: Path, port: int) -> Start:
    command = [
        sys.executable,
        "-m",
        "classifier_service",
        "serve",
        "--package",
        str(package),
        "--port",
        str(port),
    ]
    return Start(command, {"PYTHONPATH": str(ROOT), "MAILROOM_REST__MODEL_NAME": MODEL}, {})


def _fastapi(pipeline: Path, port: int) -> Start:
    programs = environments.provide("fastapi")
    address = ["--host", "127.0.0.1", "--port", str(port), "--no-access-log"]
    command = [str(programs / "uvicorn"), "--app-dir", str(PEERS), *address, "fastapi_app:app"]
    return Start(command, {"PYTHONPATH": str(ROOT), "MODEL": str(pipeline)}, {})


def _mlserver(pipeline: Path, port: int) -> Start:
    programs = environments.provide("mlserver")
    settings = {
        "host": "127.0.0.1",
        "http_port": port,
        "grpc_port": free_port(),
        "metrics_port": free_port(),
        "parallel_workers": 0,  # on one core a process more is a hop more
        "debug": False,
    }
    model = {
        "name": MODEL,
        "implementation": "mlserver_sklearn.SKLearnModel",
        "max_batch_size": BATCH,
        "max_batch_time": BATCH_SECONDS,
        "parameters": {"uri": str(pipeline), "extra": {"predict_fn": "predict_proba"}},
    }
    files = {"settings.json": json.dumps(settings), "model-settings.json": json.dumps(model)}
    return Start([str(programs / "mlserver"), "start", "."], {"PYTHONPATH": str(ROOT)}, files)


def _mlflow(pipeline: Path, port: int) -> Start:
    programs = environments.provide("mlflow")
    script = (
        f"'{programs}/python' '{PEERS}/mlflow_model.py' '{pipeline}' model && "
        f"exec '{programs}/mlflow' models serve -m model --env-manager local -h 127.0.0.1 -p {port} -w 1"
    )
    path = f"{programs}:/usr/local/bin:/usr/bin:/bin"
    return Start(["sh", "-c", script], {"PYTHONPATH": str(ROOT), "PATH": path}, {})


def _as_tensor(text: str) -> dict[str, Any]:
    return {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": [text]}]}


def _as_mlserver_tensor(text: str) -> dict[str, Any]:
    return {**_as_tensor(text), "parameters": {"content_type": "str"}}


def _candidates(answer: Any, _: Sequence[str]) -> Probabilities:
    return {item["label"]: item["score"] for item in answer["candidates"]}


def _tensor(answer: Any, labels: Sequence[str]) -> Probabilities:
    [row] = [item["data"] for item in answer["outputs"] if item["name"] in ("probabilities", "predict_proba")]
    return dict(zip(labels, row, strict=True))


MAILROOM, MAILROOM_V2, FASTAPI, MLSERVER, MLFLOW = CONTESTANTS = (
    Contestant("Mailroom", "mailroom", _mailroom, "/classify", lambda text: {"text": text}, _candidates),
    Contestant("Mailroom, V2", "mailroom", _mailroom, f"/v2/models/{MODEL}/infer", _as_tensor, _tensor),
    Contestant(
        "FastAPI handler",
        "fastapi",
        _fastapi,
        "/classify",
        lambda text: {"text": text},
        lambda answer, _: dict(answer["probabilities"]),
    ),
    Contestant(
        "MLServer, batching", "mlserver", _mlserver, f"/v2/models/{MODEL}/infer", _as_mlserver_tensor, _tensor
    ),
    Contestant(
        "MLflow models serve",
        "mlflow",
        _mlflow,
        "/invocations",
        lambda text: {"inputs": [text]},
        lambda answer, labels: dict(zip(labels, answer["predictions"][0], strict=True)),
    ),
)
PEERS_OF = (FASTAPI, MLSERVER, MLFLOW)
