"""The demonstration, run as a newcomer runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.kafka, pytest.mark.flink, pytest.mark.timeout(600)]


def test_the_demonstration_loses_and_doubles_nothing(package: Path) -> None:
    """Text, HTML, PDF and scans go in; every one comes out once, most with the right label."""
    command = [sys.executable, "-m", "cli", "demo", "--documents", "24", "--package", str(package), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    counts = {
        name: result[name] for name in ("ingested", "classified", "dead_lettered", "lost", "duplicates")
    }
    assert counts == {"ingested": 24, "classified": 23, "dead_lettered": 1, "lost": 0, "duplicates": 0}
    assert result["duplicates_dropped"] == 1
    assert result["macro_f1"] > 0.5
    assert set(result["age_seconds"]) == {"p50", "p99"}
    assert set(result["memory_bytes"]) == {"kafka", "flink", "classifier"}
    assert set(result["documents_per_second"]) == {"ingest", "stream-processing", "classifier"}
