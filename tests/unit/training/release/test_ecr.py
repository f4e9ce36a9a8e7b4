"""A password for Amazon's registry, had from a server that speaks as AWS does."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from moto.server import ThreadedMotoServer

from mailroom.model_image.errors import RegistryFailed
from training.release.ecr import credentials_of

pytestmark = pytest.mark.gate

REPOSITORY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/mailroom/classifier"


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No credentials of this machine, and no metadata service that would lend some."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    return monkeypatch


@pytest.fixture
def somebody(nobody: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Credentials."""
    nobody.setenv("AWS_ACCESS_KEY_ID", "key")
    nobody.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return nobody


@contextmanager
def refusing(code: str) -> Iterator[str]:
    """AWS as it refuses: its address."""

    class Refusal(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """The JSON of AWS's services."""
            self.rfile.read(int(self.headers["content-length"]))
            content = json.dumps({"__type": code, "message": "no"}).encode()
            self.send_response(400)
            self.send_header("content-type", "application/x-amz-json-1.1")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_password_for_the_engine(somebody: pytest.MonkeyPatch) -> None:
    """As Docker wants it: user and password."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        somebody.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        credentials = credentials_of(REPOSITORY)
    finally:
        server.stop()
    assert credentials is not None
    assert credentials["username"] == "AWS"
    assert credentials["password"]


@pytest.mark.parametrize("repository", ["127.0.0.1:5000/a", "registry.example/a", "mailroom/classifier"])
def test_other_registries_are_asked_nothing(repository: str) -> None:
    """What `docker login` kept is for them."""
    assert credentials_of(repository) is None


def test_no_credentials() -> None:
    """One line that says how to get some."""
    with pytest.raises(RegistryFailed, match="no AWS credentials: log in"):
        credentials_of(REPOSITORY)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ExpiredTokenException", "have expired .* log in again"),
        ("AccessDeniedException", "need ecr:GetAuthorizationToken"),
    ],
)
def test_credentials_that_do_not_count(somebody: pytest.MonkeyPatch, code: str, message: str) -> None:
    """Expired, or not allowed to."""
    with refusing(code) as address:
        somebody.setenv("AWS_ENDPOINT_URL", address)
        with pytest.raises(RegistryFailed, match=message):
            credentials_of(REPOSITORY)
