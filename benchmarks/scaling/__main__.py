"""`python -m benchmarks.scaling`: seconds and memory of a training run, from few documents to many."""

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks.scaling.measuring import Growth, measure
from training.generated import generate

TARGET = 1.2
"""Seconds for each document, many against few."""


def main() -> None:
    """Train on each number of documents and print how the time for each document grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, nargs="+", default=[5_000, 20_000])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    for count in arguments.documents:
        generate(count, 3, ())  # made before anything is measured
    with tempfile.TemporaryDirectory(prefix="mailroom-scaling-") as folder:
        found = [measure(count, Path(folder)) for count in arguments.documents]
    print(json.dumps([asdict(item) for item in found]) if arguments.json else _table(found))


def _table(found: list[Growth]) -> str:
    stages = list(found[0].seconds)
    lines = ["stage".ljust(38) + "".join(f"{item.documents:>12,}" for item in found)]
    lines += [stage.ljust(38) + "".join(f"{item.seconds[stage]:12.1f}" for item in found) for stage in stages]
    lines += ["all, seconds".ljust(38) + "".join(f"{item.total:12.1f}" for item in found)]
    lines += ["driver, MiB".ljust(38) + "".join(f"{item.driver_mebibytes:12.0f}" for item in found)]
    lines += ["Java, MiB".ljust(38) + "".join(f"{item.java_mebibytes:12.0f}" for item in found)]
    few, many = found[0], found[-1]
    ratio = many.total / many.documents / (few.total / few.documents)
    return "\n".join(
        [*lines, f"seconds for each document, most against fewest: {ratio:.2f} (target at most {TARGET})"]
    )


if __name__ == "__main__":
    main()
