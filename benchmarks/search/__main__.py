"""`python -m benchmarks.search`: three searches of the same grid, each in a fresh process; seconds and scores."""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.search.contenders import CONTENDERS, Scores


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document on one line")
    arguments = parser.parse_args()
    found = {name: _measured(name) for name in CONTENDERS}
    mine, theirs, kept = (found[name] for name in CONTENDERS)
    result = {
        "seconds": {name: round(item["seconds"], 1) for name, item in found.items()},
        "processor_seconds": {name: round(item["processor_seconds"], 1) for name, item in found.items()},
        "load_before": {name: item["load"] for name, item in found.items()},
        "times_as_fast_as_grid_search": round(theirs["seconds"] / mine["seconds"], 2),
        "times_as_fast_as_grid_search_with_memory": round(kept["seconds"] / mine["seconds"], 2),
        "largest_difference_of_scores": _difference(mine["scores"], theirs["scores"]),
        "best": max(mine["scores"].values()),
    }
    sys.stdout.write(json.dumps(result, indent=None if arguments.json else 2) + "\n")


def _measured(name: str) -> dict[str, Any]:
    load, before, started = os.getloadavg()[0], _processor_seconds(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.search.contenders", name, folder]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=Path(__file__).parents[2])
    said = json.loads(done.stdout)
    return {
        "scores": said["scores"],
        "seconds": time.perf_counter() - started,
        "processor_seconds": _processor_seconds() - before + said["processor_seconds"],
        "load": round(load, 1),
    }


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _difference(mine: Scores, theirs: Scores) -> float:
    if mine.keys() != theirs.keys():
        raise SystemExit(f"not the same grid: {sorted(mine)} and {sorted(theirs)}")
    return round(max(abs(mine[key] - theirs[key]) for key in mine), 6)


if __name__ == "__main__":
    main()
