"""The door's life: how it starts, changes its model, and stops."""

import asyncio
import json
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.conftest import Until
from tests.integration.rest.server import Serving, command, make_package, serving

INFER = "/v2/models/tiny/infer"
REQUEST = {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["an offer"]}]}


def test_a_port_that_is_taken_is_told(service: Serving, tiny: Path) -> None:
    """A second service on the same port ends at once with wrong usage and one line."""
    taken = command("--package", str(tiny), "--port", str(service.port))
    ended = subprocess.run(taken, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert f"nothing can listen at 127.0.0.1:{service.port} (Address already in use)" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_wrong_package_is_told(tmp_path: Path) -> None:
    """A package that was tampered with never serves."""
    package = make_package(tmp_path / "package")
    (package / "lexicon.txt").write_text("{}")
    ended = subprocess.run(
        command("--package", str(package)), capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "lexicon.txt is not the file that was packed" in ended.stderr
    assert "Traceback" not in ended.stderr


async def calls(running: Serving, callers: int, done: asyncio.Event) -> list[list[str]]:
    """Let callers ask until they are done, or nobody is there; what answered each: a version, or what went wrong."""

    async def one(client: httpx.AsyncClient) -> list[str]:
        versions = []
        while not done.is_set():
            try:
                answer = await client.post(INFER, json=REQUEST)
            except httpx.ConnectError:
                break
            versions.append(answer.json().get("model_version", answer.text))
        return versions

    limits = httpx.Limits(max_connections=callers)
    async with httpx.AsyncClient(base_url=running.url, limits=limits, timeout=60) as client:
        return await asyncio.gather(*(one(client) for _ in range(callers)))


def test_a_model_takes_over_under_load(tmp_path: Path) -> None:
    """While eight callers ask without pause the next package takes over: no request fails, none sees two models."""
    package = make_package(tmp_path / "package", "1")

    async def swap(running: Serving) -> list[list[str]]:
        done = asyncio.Event()
        asking = asyncio.ensure_future(calls(running, 8, done))
        async with httpx.AsyncClient(base_url=running.url, timeout=60) as client:
            for version in ("2", "3"):
                await asyncio.to_thread(make_package, package, version)
                loaded = await client.post("/v2/repository/models/tiny/load")
                assert loaded.json()["versions"] == [version]
            (package / "lexicon.txt").write_text("{}")
            refused = await client.post("/v2/repository/models/tiny/load")
            assert refused.status_code == 400
            assert "is not the file that was packed" in refused.json()["error"]
            await client.post(INFER, json=REQUEST)
        done.set()
        return await asking

    with serving(tmp_path / "service", package) as running:
        answers = asyncio.run(swap(running))
    assert {version for versions in answers for version in versions} == {"1", "2", "3"}
    assert [sorted(versions) for versions in answers] == answers


def test_a_stop_loses_no_request(tmp_path: Path, tiny: Path, until: Until) -> None:
    """Told to stop under load, the service answers everything it has taken, on every connection, and ends with 0."""

    async def stop(running: Serving) -> list[list[str]]:
        asking = asyncio.ensure_future(calls(running, 32, asyncio.Event()))
        await asyncio.to_thread(until, running.labels)
        running.process.terminate()
        return await asking

    with serving(tmp_path, tiny) as running:
        answers = asyncio.run(stop(running))
        status, output, errors = running.stop()
    versions = [version for versions in answers for version in versions]
    assert (status, set(versions)) == (0, {"1"})
    assert json.loads(output)["requests"] > len(versions)  # one more saw that it works
    assert "stopped" in errors
    assert "Traceback" not in errors


def test_a_stop_waits_for_a_request_that_has_begun(tmp_path: Path, tiny: Path, until: Until) -> None:
    """A request whose second half comes after SIGTERM is answered; new connections are refused by then."""
    with serving(tmp_path, tiny, REST__DRAIN_SECONDS="0.1") as running, running.connect() as slow:
        slow.sendall(b"POST /classify HTTP/1.1\r\nhost: a\r\ncontent-length: 8\r\n\r\nan o")
        assert running.labels()
        running.process.terminate()
        assert until(lambda: not reachable(running))
        slow.sendall(b"ffer")
        answer = slow.recv(65_536)
        status, _, _ = running.stop()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" in answer
    assert status == 0


def reachable(running: Serving) -> bool:
    """Whether it takes new connections."""
    try:
        running.connect().close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.mark.parametrize("package", ["nowhere", "s3:/nothing"])
def test_a_package_that_is_not_there_is_told(tmp_path: Path, package: str) -> None:
    """A package that cannot be found is named."""
    ended = subprocess.run(
        command("--package", str(tmp_path / package)), capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "manifest.json: No such file or directory: give a folder that" in ended.stderr
