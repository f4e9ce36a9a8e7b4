"""`mailroom classify` killed in the middle, and called again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest

DOCUMENTS = 16_000
SECONDS = 240.0


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Sixteen thousand mails in five parts."""
    words = "We ordered twelve chairs and got eleven: please send the missing one, or the money. " * 8
    rows = ({"id": f"mail-{number}", "text": f"Complaint {number}. {words}"} for number in range(DOCUMENTS))
    file = tmp_path / "documents.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def test_a_killed_batch_goes_on_and_leaves_no_process(
    package: Path, documents: Path, tmp_path: Path, until: Callable[[Callable[[], bool]], bool]
) -> None:
    """Killed once some parts were kept, its workers end with it; the second call labels the rest, each mail once."""
    output = tmp_path / "labels.parquet"
    command = [sys.executable, "-m", "cli", "classify", str(documents), "--package", str(package)]
    command += ["--output", str(output), "--workers", "2", "--json"]
    begun = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    assert until(lambda: any(tmp_path.glob(".labels.parquet-*/*.done.json")) or begun.poll() is not None)
    workers = psutil.Process(begun.pid).children(recursive=True)
    os.kill(begun.pid, signal.SIGKILL)
    assert begun.wait(SECONDS) == -signal.SIGKILL
    assert len(workers) >= 2
    assert until(lambda: not any(worker.is_running() for worker in workers))
    kept = len(list(tmp_path.glob(".labels.parquet-*/*.done.json")))
    assert not output.exists()
    answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=SECONDS).stdout)
    assert (answer["documents"], answer["labelled"]) == (DOCUMENTS, DOCUMENTS)
    assert answer["parts_from_earlier_runs"] == kept
    assert 0 < kept < answer["parts"]
    ids = pq.read_table(output, columns=["id"]).column("id").to_pylist()
    assert ids == [f"mail-{number}" for number in range(DOCUMENTS)]
