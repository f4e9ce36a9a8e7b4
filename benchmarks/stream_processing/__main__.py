"""`python -m benchmarks.stream_processing`: documents a second of the job and of its yardstick."""

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.stream_processing.copy_job import COPIES
from benchmarks.stream_processing.documents import records
from benchmarks.stream_processing.measuring import Pace, measure
from mailroom.contracts.topics import Topic
from mailroom.embedded.kafka import Broker
from mailroom.embedded.topics import ensure_topics
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaSink

TARGET = 0.7

COPY = "benchmarks.stream_processing.copy_job"
JOBS: dict[str, tuple[str, str, dict[str, str]]] = {
    "bare": (COPY, COPIES, {"BARE": "1"}),
    "tuned": (COPY, COPIES, {}),
    "job": ("stream_processing", Topic.TEXT, {}),
}
"""Flink's own way of running a copy, the job's way of running it, and the job."""


def main() -> None:
    """Fill a log once, run both jobs over it, print the ratio."""
    arguments = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="mailroom-benchmark-") as folder:
        paces = _rounds(Path(folder), arguments.documents, arguments.rounds)
    best = {name: max(pace.per_second for pace in paces if pace.name.startswith(name)) for name in JOBS}
    result = {
        "documents": arguments.documents,
        "runs": [{**asdict(pace), "per_second": round(pace.per_second)} for pace in paces],
        "per_second": {name: round(value) for name, value in best.items()},
        "ratio": round(best["job"] / best["bare"], 3),
        "ratio_to_tuned_copy": round(best["job"] / best["tuned"], 3),
        "target": TARGET,
    }
    print(json.dumps(result) if arguments.json else _table(paces, result))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=1, help="runs of each job; the best of each counts")
    parser.add_argument("--json", action="store_true")
    return parser


def _rounds(folder: Path, count: int, rounds: int) -> list[Pace]:
    with Broker(folder / "kafka", folder / "kafka.log") as broker:
        ensure_topics(broker.bootstrap)
        ensure_topics(broker.bootstrap, names=[COPIES])
        kafka = KafkaSettings(bootstrap=broker.bootstrap)
        _fill(kafka, count)
        paces = []
        for number in range(1, rounds + 1):
            for name, (module, topic, variables) in JOBS.items():
                run = f"{name}-{number}"
                paces.append(measure(run, module, topic, count, kafka, folder / run, **variables))
        return paces


def _fill(kafka: KafkaSettings, count: int) -> None:
    sink = KafkaSink(kafka)
    for record in records(count):
        sink.send(record)
    sink.flush(120.0)


def _table(paces: list[Pace], result: dict[str, Any]) -> str:
    titles = ("run", "documents", "distinct", "seconds", "per second", "CPU ms each", "first after s", "MiB")
    rows = ["".join(f"{title:>14}" for title in titles)]
    for pace in paces:
        each = pace.cpu_seconds / pace.documents * 1_000
        rows.append(
            f"{pace.name:>14}{pace.documents:14,}{pace.distinct:14,}{pace.seconds:14.1f}{pace.per_second:14,.0f}"
            f"{each:14.3f}{pace.first_after:14.1f}{pace.mebibytes:14,.0f}"
        )
    return "\n".join(
        [
            *rows,
            f"job ÷ bare: {result['ratio']} (target {TARGET}); job ÷ tuned: {result['ratio_to_tuned_copy']}",
        ]
    )


if __name__ == "__main__":
    main()
