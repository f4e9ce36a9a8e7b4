"""The real verb as processes, killed or not, and what is in the log afterwards."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailroom.contracts.records import Record
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaReader
from tests.servers.dovecot import HOST, Dovecot

PATIENCE = 600.0


@dataclass(frozen=True, slots=True)
class Door:
    """`mailroom receive mailbox` over one account."""

    kafka: KafkaSettings
    server: Dovecot
    user: str
    home: Path

    def start(self, *more: str) -> subprocess.Popen[bytes]:
        """Start it; it says nothing."""
        account = ("--host", HOST, "--port", str(self.server.port), "--tls", "none", "--user", self.user)
        command = [sys.executable, "-m", "cli", "receive", "mailbox", *account, *more, "--json"]
        environment = os.environ | {
            "MAILROOM_KAFKA__BOOTSTRAP": self.kafka.bootstrap,
            "MAILROOM_HOME": str(self.home),
            "MAILROOM_MAILBOX__PASSWORD": self.server.password,
        }
        return subprocess.Popen(
            [*command, "--profile", self.kafka.bootstrap], env=environment, stdout=subprocess.DEVNULL
        )

    def once(self) -> None:
        """Receive what is there, undisturbed."""
        if self.start("--once").wait(PATIENCE):
            raise SystemExit("the door failed")

    def killed_every(self, seconds: float, finished: Callable[[], bool]) -> int:
        """Run it, kill -9 it every so many seconds and start it anew, until all is received; the kills."""
        kills, process = 0, self.start()
        deadline = time.monotonic() + PATIENCE
        try:
            while not _within(process, seconds, finished):
                if time.monotonic() > deadline:
                    raise SystemExit("not finished in time")
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills, process = kills + 1, self.start()
        finally:
            process.terminate()
            process.wait(PATIENCE)
        return kills


def _within(process: subprocess.Popen[bytes], seconds: float, finished: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if finished():
            return True
        if process.poll() is not None:
            raise SystemExit(f"the door ended by itself with status {process.returncode}")
        time.sleep(min(0.2, left))
    return False


@dataclass(frozen=True, slots=True)
class Counted:
    """Records of some topics: how many, how many distinct ids, how many distinct contents."""

    records: int
    ids: int
    contents: int


def count(kafka: KafkaSettings, *topics: str, wanted: Callable[[Record], bool] = lambda _: True) -> Counted:
    """Count what is committed."""
    reader = KafkaReader(kafka, topics)
    ids: Counter[bytes] = Counter()
    contents: Counter[int] = Counter()
    while not reader.caught_up():
        for record in filter(wanted, reader.poll(1_000, 0.2)):
            ids[record.header("ce_id") or b""] += 1
            contents[hash(record.value)] += 1
    reader.close()
    return Counted(ids.total(), len(ids), len(contents))
