"""Fixtures that tests of several parts share."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailroom.embedded.kafka import Broker
from mailroom.settings import KafkaSettings


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
