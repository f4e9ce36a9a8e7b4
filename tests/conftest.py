"""Fixtures that tests of several parts share."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from mailroom.embedded.kafka import Broker
from mailroom.embedded.ports import any_free
from mailroom.settings import KafkaSettings, KinesisSettings


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A real broker for the whole session; without any topic, so that each test makes its own."""
    folder = tmp_path_factory.mktemp("broker")
    with Broker(folder / "data", folder / "kafka.log") as running:
        yield running


@pytest.fixture(scope="session")
def kafka(broker: Broker) -> KafkaSettings:
    """How to reach the session's broker."""
    return KafkaSettings(bootstrap=broker.bootstrap)


@pytest.fixture(scope="session")
def kinesis() -> Iterator[KinesisSettings]:
    """How to reach a server that speaks for Kinesis and DynamoDB, for the whole session; without any stream."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - seconds of imports, for the tests that need it

    port = any_free()
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        yield KinesisSettings(region="eu-central-1", endpoint=f"http://127.0.0.1:{port}", poll_seconds=0.02)
    server.stop()


Until = Callable[[Callable[[], bool]], bool]


@pytest.fixture
def until() -> Until:
    """Ask a condition until it holds, at most a minute; say whether it did."""

    def wait(condition: Callable[[], bool]) -> bool:
        end = time.monotonic() + 60.0
        while not condition():
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    return wait


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder for an embedded system that is nobody else's."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("MAILROOM_HOME", str(folder))
    return folder


@pytest.fixture
def unique() -> str:
    """A name for this test's topics, groups and instances, since tests share the broker."""
    return uuid.uuid4().hex[:12]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model package, trained once on generated documents by the verbs that a person would call."""
    folder = tmp_path_factory.mktemp("package")
    verbs = (
        ("samples", "--count", "420", "--seed", "11", "--texts-only", "--output", str(folder / "documents")),
        (
            "train",
            "--documents",
            str(folder / "documents" / "labels.jsonl"),
            "--output",
            str(folder / "package"),
        ),
    )
    for verb in verbs:
        subprocess.run([sys.executable, "-m", "cli", *verb], check=True, timeout=300)
    return folder / "package"


LONGEST_FIRST = ("integration/spark", "integration/docker", "integration/embedded", "integration/flink")
"""Of the folders whose tests share servers: what takes longest is begun first, so that both cores end together."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest groups first."""
    order = {group: place for place, group in enumerate(LONGEST_FIRST)}
    groups = {item: group_of(item.nodeid) for item in items}
    items.sort(key=lambda item: (order.get(groups[item], len(order)), groups[item].startswith("unit")))


class Groups(LoadScopeScheduling):  # type: ignore[misc]
    """Tests that share a server are run by one process (`-n 2`)."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups:
    """Our groups, in place of xdist's, whose marks this pytest does not carry."""
    config.option.loadscopereorder = False
    return Groups(config, log)


def group_of(nodeid: str) -> str:
    """The folder of tests with servers, such as `integration/spark`; of other tests the file."""
    path = PurePosixPath(nodeid.partition("::")[0]).relative_to("tests")
    return str(path) if path.parts[0] == "unit" else "/".join(path.parts[:-1][:2])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in CI what `pytest_sessionfinish` holds against the run."""
    if os.environ.get("CI") and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("a test was skipped, and in CI nothing may be", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI everything that tests need is installed, so that a skipped test is a failed run."""
    reporter: pytest.TerminalReporter | None = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter is not None and bool(reporter.stats.get("skipped"))
    if os.environ.get("CI") and skipped and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
