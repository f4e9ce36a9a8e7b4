"""`python -m benchmarks.latency`: documents.raw to documents.text and documents.classified, at a steady pace."""

import argparse
import json
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks.latency.pacing import Latency, timed
from benchmarks.services import service
from benchmarks.stream_processing.documents import records
from mailroom.contracts.topics import Topic
from mailroom.embedded.kafka import Broker
from mailroom.embedded.packages import provide_package
from mailroom.embedded.topics import ensure_topics
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka_exchange import KafkaExchange

PLAIN_IN, PLAIN_OUT = "plain.in", "plain.out"
TARGETS = {"p50": 0.4, "p99": 1.0}


def main() -> None:
    """Measure the plain loop, then the system."""
    arguments = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="mailroom-latency-") as folder:
        latencies = _measure(Path(folder), arguments)
    result = {
        "rate": arguments.rate,
        "seconds": arguments.seconds,
        "latencies": [asdict(one) for one in latencies],
        "targets": TARGETS,
    }
    print(json.dumps(result) if arguments.json else _table(latencies))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=100, help="documents a second")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--package", type=Path, help="model package; by default the embedded system's")
    parser.add_argument("--flink-only", action="store_true", help="leave the classifier out")
    parser.add_argument("--json", action="store_true")
    return parser


def _measure(folder: Path, arguments: argparse.Namespace) -> list[Latency]:
    rate, seconds = arguments.rate, arguments.seconds
    with ExitStack() as stack:
        broker = stack.enter_context(Broker(folder / "kafka", folder / "kafka.log"))
        ensure_topics(broker.bootstrap)
        ensure_topics(broker.bootstrap, names=[PLAIN_IN, PLAIN_OUT])
        kafka = KafkaSettings(bootstrap=broker.bootstrap)
        with _plain_loop(kafka):
            timed(kafka, records(rate * 5, seed=2), PLAIN_IN, [PLAIN_OUT], rate, 5)
            plain = timed(kafka, records(rate * seconds), PLAIN_IN, [PLAIN_OUT], rate, seconds)
        stack.enter_context(service("stream_processing", kafka, folder))
        outputs: list[str] = [Topic.TEXT]
        if not arguments.flink_only:
            package = arguments.package or provide_package(lambda line: print(line, file=sys.stderr))
            variables = {"MAILROOM_CLASSIFIER__PACKAGE": str(package)}
            stack.enter_context(service("classifier_service", kafka, folder, **variables))
            outputs.append(Topic.CLASSIFIED)
        total = rate * (seconds + 10)
        stream = records(total)
        timed(kafka, stream, Topic.RAW, outputs, rate, 10)
        return [*plain, *timed(kafka, stream, Topic.RAW, outputs, rate, seconds)]


@contextmanager
def _plain_loop(kafka: KafkaSettings) -> Iterator[None]:
    """The yardstick: consume, produce, commit in one transaction, and nothing else."""
    stop = threading.Event()

    def loop() -> None:
        exchange = KafkaExchange(kafka, [PLAIN_IN], "plain", "plain-0")
        while not stop.is_set():
            found = exchange.poll(500, 0.05)
            if found:
                exchange.commit([replace(record, topic=PLAIN_OUT, position=None) for record in found])
        exchange.close()

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _table(latencies: list[Latency]) -> str:
    titles = ("sent", "results", "twice", "p50 s", "p99 s", "most s")
    rows = [f"{'':44}" + "".join(f"{title:>9}" for title in titles)]
    rows += [
        f"{one.what:44}{one.sent:9,}{one.results:9,}{one.twice:9,}{one.p50:9.3f}{one.p99:9.3f}{one.most:9.3f}"
        for one in latencies
    ]
    return "\n".join([*rows, f"targets for documents.classified: {TARGETS}"])


if __name__ == "__main__":
    main()
