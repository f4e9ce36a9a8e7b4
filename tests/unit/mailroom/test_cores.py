"""Processors that a process may use."""

import os
from pathlib import Path

from mailroom.cores import usable_cores


def test_a_quota_of_the_container_counts(tmp_path: Path) -> None:
    """A quota of one processor is one; none, or no such file, leaves all; there is always one."""
    file = tmp_path / "cpu.max"
    cores = len(os.sched_getaffinity(0))
    found = []
    for text in ("100000 100000\n", "max 100000\n", "20000 100000\n", "6400000 100000\n"):
        file.write_text(text)
        found.append(usable_cores(file))
    assert found == [1, cores, 1, cores]
    assert usable_cores(tmp_path / "missing") == cores
