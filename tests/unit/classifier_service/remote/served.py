"""A model behind HTTP that does what a test wants."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mailroom.settings import RemoteSettings

LABELS = ["invoice", "offer", "other"]


@dataclass
class Served:
    """What the model says, and what it was asked.

    Attributes:
        settings: How to reach it.
        status: What it answers to everything; None for what it is asked.
        version: Of the model.
        asked: The texts of each inference.
        headers: Those of the last request.
        says: What it says instead, of `metadata` or of an `inference`.
        location: Where a redirect leads, with a status that is one.
    """

    settings: RemoteSettings
    status: int | None = None
    version: str = "1"
    asked: list[list[str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    says: dict[str, Any] = field(default_factory=dict)
    location: str = ""

    def answer(self, path: str) -> tuple[int, Any]:
        """To a question about the model."""
        if path == "/v2/models/tiny/ready":
            return 200, {"name": "tiny", "ready": True}
        if path == "/v2/models/tiny":
            properties = {"labels": ",".join(LABELS), "digest": "d1"}
            metadata = {"name": "tiny", "versions": [self.version], "properties": properties}
            return 200, self.says.get("metadata", metadata)
        return 404, {"error": "no such model"}

    def infer(self, texts: list[str]) -> tuple[int, Any]:
        """`refuse` is 422, `crash` a closed connection, `boom` 500, `garbage` no answer; else invoice or offer."""
        self.asked.append(texts)
        together = " ".join(texts)
        for word, status in (("refuse", 422), ("crash", 0), ("boom", 500)):
            if word in together:
                return status, {"error": word}
        if "garbage" in together:
            return 200, {"outputs": []}
        if "inference" in self.says:
            return 200, self.says["inference"]
        rows = [[0.1, 0.8, 0.1] if "offer" in text else [0.7, 0.1, 0.2] for text in texts]
        tensor = {"name": "probabilities", "shape": [len(rows), 3], "datatype": "FP64", "data": rows}
        return 200, {"model_name": "tiny", "model_version": self.version, "outputs": [tensor]}


@contextmanager
def served() -> Iterator[Served]:
    """The model, on a port of this machine, while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.reply(*model.answer(self.path))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.reply(*model.infer(body["inputs"][0]["data"]))

        def reply(self, status: int, value: Any) -> None:
            model.headers = {name.lower(): text for name, text in self.headers.items()}
            status = model.status or status
            if status == 0:
                self.close_connection = True
                return
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            if model.location:
                self.send_header("location", model.location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    model = Served(
        RemoteSettings(url=f"http://127.0.0.1:{server.server_port}", model="tiny", timeout_seconds=20)
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
