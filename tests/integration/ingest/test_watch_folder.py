"""`mailroom watch-folder` on a real broker: exactly once, through kills."""

import signal
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from tests.integration.ingest.conftest import CommandLine, wait_for

pytestmark = pytest.mark.kafka

KILLED = -signal.SIGKILL

# The real command, with one function replaced by a kill -9 of its own process at a chosen moment.
DYING = """
import os, signal, sys
from ingest.watch import inbox, kafka_raw_log, watcher

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def write_without_commit(log, records):
    log._producer.begin_transaction()
    for record in records:
        kafka_raw_log.produce(log._producer, record)
    log._producer.flush(30)
    die()

class Dying(kafka_raw_log.KafkaRawLog):
    def append(self, records):
        super().append(records)
        die()

moment, *arguments = sys.argv[1:]
if moment == "before-write":
    kafka_raw_log.KafkaRawLog.append = die
elif moment == "before-commit":
    kafka_raw_log.KafkaRawLog.append = write_without_commit
elif moment == "after-commit":
    from ingest.watch import watching
    watching.KafkaRawLog = Dying
elif moment == "before-moves":
    inbox.Inbox.finish = die
from cli.main import main
main(arguments)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that is watched."""
    found = tmp_path / "in"
    found.mkdir()
    return found


def drop(folder: Path, names: list[str]) -> None:
    """Put files down as a careful sender does: under a temporary name first."""
    for name in names:
        (folder / f"{name}.part").write_text(f"document {name}")
        (folder / f"{name}.part").rename(folder / name)


def once(line: CommandLine, folder: Path) -> dict[str, object]:
    """Work off what lies in the folder."""
    return line.answer("watch-folder", str(folder), "--once", "--settle", "0.2")


def holds(folder: Path, least: int) -> bool:
    """Whether a folder has at least so many files."""
    return folder.is_dir() and len(list(folder.iterdir())) >= least


def in_log(line: CommandLine, names: list[str]) -> Counter[str]:
    """How often each name is in the log."""
    return Counter((record.header("ce_subject") or b"").decode() for record in line.records(names))


@pytest.mark.parametrize("moment", ["before-write", "before-commit", "after-commit", "before-moves"])
def test_a_kill_at_any_moment_sends_each_file_once(
    moment: str, line: CommandLine, folder: Path, unique: str
) -> None:
    """The successor asks the log what it has, sends the rest, and moves everything."""
    names = [f"{unique}-{number}.txt" for number in range(10)]
    drop(folder, names)
    command = line.command("watch-folder", str(folder), "--once", "--settle", "0.2")
    died = subprocess.run(
        [sys.executable, "-c", DYING, moment, *command[3:]], env=line.environment(), timeout=60, check=False
    )
    assert died.returncode == KILLED
    answer = once(line, folder)
    assert (answer["failed"], answer["waiting"]) == ([], [])
    assert in_log(line, names) == dict.fromkeys(names, 1)
    assert sorted(path.name for path in (folder / "done").iterdir()) == names


def test_a_hundred_files_survive_three_kills(line: CommandLine, folder: Path, unique: str) -> None:
    """Killed at whatever moment it is in, three times while files keep coming: each is in the log once."""
    names = [f"{unique}-{number:03}.txt" for number in range(100)]
    done = folder / "done"
    for start, enough in ((0, 1), (25, 30), (50, 55), (75, 0)):
        watcher = line.start("watch-folder", str(folder), "--settle", "0.1")
        drop(folder, names[start : start + 25])
        if not enough:
            break
        wait_for(partial(holds, done, enough), "files in done/")
        watcher.kill()
        watcher.wait()
    wait_for(partial(holds, done, 100), "all files in done/")
    watcher.send_signal(signal.SIGTERM)
    assert watcher.wait(timeout=10) == 0
    assert in_log(line, names) == dict.fromkeys(names, 1)
    assert sorted(path.name for path in done.iterdir()) == names


def test_a_half_written_file_is_not_picked_up(line: CommandLine, folder: Path, unique: str) -> None:
    """While its writer holds it open it stays; afterwards it is sent whole."""
    slow, quick = f"{unique}-slow.txt", f"{unique}-quick.txt"
    with (folder / slow).open("w") as file:
        file.write("first half")
        file.flush()
        drop(folder, [quick])
        answer = once(line, folder)
        assert answer["waiting"] == [slow]
        assert in_log(line, [slow, quick]) == {quick: 1}
        file.write(", second half")
    once(line, folder)
    (record,) = line.records([slow])
    assert record.value == b"first half, second half"


def test_a_second_watcher_is_refused(line: CommandLine, folder: Path, unique: str) -> None:
    """Until the first one ends, the folder is its own."""
    first = line.start("watch-folder", str(folder))
    drop(folder, [f"{unique}.txt"])
    wait_for((folder / "done" / f"{unique}.txt").exists, "the first file in done/")
    second = line.run("watch-folder", str(folder), "--once")
    assert second.returncode == 1
    assert "another watcher is on" in second.stderr.decode()
    first.send_signal(signal.SIGINT)
    assert first.wait(timeout=10) == 0
    assert once(line, folder)["count"] == 0


def test_polling_finds_files_too(line: CommandLine, folder: Path, unique: str) -> None:
    """On a network file system nobody tells about changes."""
    watcher = line.start("watch-folder", str(folder), "--poll", "--settle", "0.1")
    wait_for((folder / ".mailroom" / "lock").exists, "the watcher")
    drop(folder, [f"{unique}.txt"])
    wait_for((folder / "done" / f"{unique}.txt").exists, "the file in done/")
    watcher.send_signal(signal.SIGTERM)
    assert watcher.wait(timeout=10) == 0


def test_a_clash_of_names_overwrites_nothing(line: CommandLine, folder: Path, unique: str) -> None:
    """Two files of one name are two documents, both kept."""
    name = f"{unique}.txt"
    for _ in range(2):
        drop(folder, [name])
        once(line, folder)
    assert in_log(line, [name]) == {name: 2}
    assert sorted(path.name for path in (folder / "done").iterdir()) == [f"{unique}-1.txt", name]
