"""Doors on a real broker."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.embedded.topics import ensure_topics
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaReader
from tests.integration.ingest.http_door import FOLLOWED, HttpDoor, http_door

PROJECT = Path(__file__).resolve().parents[3]
DEADLINE_SECONDS = 60.0


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Poll until a condition holds; fail with its name when it never does."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.01)


@dataclass(frozen=True)
class CommandLine:
    """The real command line as processes of their own, and the log they write to."""

    kafka: KafkaSettings
    home: Path

    def command(self, *arguments: str) -> list[str]:
        """The words that run a verb against the broker."""
        profile = () if "--profile" in arguments else ("--profile", self.kafka.bootstrap)
        return [sys.executable, "-m", "cli", *arguments, *profile]

    def environment(self) -> dict[str, str]:
        """This process's environment, with a home of its own."""
        return {**os.environ, "PYTHONPATH": str(PROJECT), "MAILROOM_HOME": str(self.home)}

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Run a verb and do not wait for it."""
        return subprocess.Popen(self.command(*arguments), env=self.environment(), cwd=self.home)

    def run(self, *arguments: str, standard_input: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run a verb to its end."""
        return subprocess.run(
            self.command(*arguments),
            env=self.environment(),
            cwd=self.home,
            input=standard_input,
            capture_output=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )

    def inside(self, *arguments: str) -> tuple[int, str, str]:
        """Run a verb to its end within this process, which saves its start: status, results, messages."""
        results, said = StringIO(), StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(results), redirect_stderr(said):
            patch.setenv("MAILROOM_HOME", str(self.home))
            patch.chdir(self.home)
            with pytest.raises(SystemExit) as ended:
                main(self.command(*arguments)[3:])
        return int(ended.value.code or 0), results.getvalue(), said.getvalue()

    def answer(self, *arguments: str, standard_input: bytes = b"") -> dict[str, Any]:
        """Run a verb with `--json` and return its document."""
        done = self.run(*arguments, "--json", standard_input=standard_input)
        found: dict[str, Any] = json.loads(done.stdout or done.stderr)
        return found

    def records(self, subjects: Sequence[str]) -> list[Record]:
        """The committed records of `documents.raw` with these file names; other tests write there too."""
        reader = KafkaReader(self.kafka, [Topic.RAW])
        wanted = {subject.encode() for subject in subjects}
        found: list[Record] = []
        while not reader.caught_up():
            found += (record for record in reader.poll(500, 0.2) if record.header("ce_subject") in wanted)
        reader.close()
        return found


def read(line: CommandLine, wanted: Callable[[Record], bool], topic: Topic = Topic.RAW) -> list[Record]:
    """The records that are wanted; other tests write to the topic too."""
    reader = KafkaReader(line.kafka, [topic])
    found: list[Record] = []
    while not reader.caught_up():
        found += filter(wanted, reader.poll(500, 0.2))
    reader.close()
    return found


@pytest.fixture(scope="session")
def door(kafka: KafkaSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpDoor]:
    """An HTTP door for all tests that leave it open; it gives slow callers a second, and logs all it ever does."""
    ensure_topics(kafka.bootstrap, names=FOLLOWED)
    settings = {
        "HTTP__HEAD_SECONDS": "1",
        "HTTP__GRACE_SECONDS": "1",
        "HTTP__RATE": "100000/minute",
        "HTTP__STRANGER_RATE": "100000/minute",
        "HTTP__MAX_DOCUMENT_BYTES": str(128 * 1024 * 1024),
        "HTTP__MAX_REQUEST_BYTES": str(160 * 1024 * 1024),
        "TELEMETRY__LOG_LEVEL": "debug",
    }
    with http_door(tmp_path_factory.mktemp("http"), kafka, **settings) as opened:
        yield opened


@pytest.fixture
def line(kafka: KafkaSettings, tmp_path: Path) -> CommandLine:
    """The command line with an empty home, and a broker that has the topic."""
    ensure_topics(kafka.bootstrap, names=[Topic.RAW, Topic.DEAD_LETTER])
    home = tmp_path / "home"
    home.mkdir()
    return CommandLine(kafka, home)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of `localhost`, which nobody but itself signed."""
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2")
    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    subprocess.run(
        ["openssl", *new, *subject, "-keyout", str(file), "-out", f"{file}.crt"],
        check=True,
        capture_output=True,
    )
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    return file
