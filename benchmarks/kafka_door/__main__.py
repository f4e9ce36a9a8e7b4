"""`python -m benchmarks.kafka_door`: ends with status 1 where the door is slower than 0.85 of the plain loop."""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.kafka_door.documents import corpus, record, texts
from benchmarks.kafka_door.measurement import Rounds, door_rate, plain_rate
from classifier_service.commands import rest_the_collector
from mailroom.contracts.errors import MailroomError
from mailroom.contracts.topics import Topic
from mailroom.embedded.kafka import Broker
from mailroom.embedded.topics import ensure_topics
from mailroom.model_package import Package, load
from mailroom.settings import KafkaSettings, load_settings
from mailroom.terminal import emit, run

TARGET = 0.85


class TooSlow(MailroomError):
    """The door is slower than it must be."""


def measure(package: Package, folder: Path, documents: int, rounds: int) -> Rounds:
    """Alternate both, so that whatever else the machine does meets both."""
    contents = texts(corpus(), documents)
    records = [record(number, text) for number, text in enumerate(contents)]
    settings, found = load_settings(), Rounds()
    rest_the_collector()  # as the service does; it serves both
    with Broker(folder / "broker", folder / "kafka.log") as broker:
        kafka = KafkaSettings(bootstrap=broker.bootstrap)
        ensure_topics(broker.bootstrap, names=[Topic.CLASSIFIED, Topic.DEAD_LETTER])
        plain_rate(package, contents[:1000], settings.classifier.batch_size)  # the first calls are slower
        for _ in range(rounds):
            found.plain.append(plain_rate(package, contents, settings.classifier.batch_size))
            found.door.append(door_rate(package, kafka, records, settings))
    return found


def main(
    *,
    documents: Annotated[int, typer.Option(help="Documents in each round.")] = 5_000,
    rounds: Annotated[int, typer.Option(help="Rounds of either kind.")] = 9,
    package: Annotated[Path | None, typer.Option(help="Model package; by default one is trained.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Compare the Kafka door with the package's own batch prediction."""
    with tempfile.TemporaryDirectory(prefix="mailroom-") as name:
        folder = Path(name)
        found = measure(load(package or trained(folder / "package")), folder, documents, rounds)
    ratio = statistics.median(found.ratios())
    result = {
        "documents": documents,
        "plain_per_second": round(statistics.median(rate.wall for rate in found.plain)),
        "door_per_second": round(statistics.median(rate.wall for rate in found.door)),
        "ratio": round(ratio, 3),
        "ratios": [round(each, 3) for each in found.ratios()],
        "cpu_ratio": round(statistics.median(found.cpu_ratios()), 3),
        "target": TARGET,
    }
    emit(result, as_json=as_json)
    if ratio < TARGET:
        raise TooSlow(f"the Kafka door does {ratio:.2f} of the plain loop, {TARGET} is asked for")


def trained(directory: Path) -> Path:
    """A package of the labelled documents."""
    command = [
        "train",
        "--documents",
        str(corpus()),
        "--kernel",
        "text-linear",
        "--output",
        str(directory),
        "--json",
    ]
    subprocess.run([sys.executable, "-m", "cli", *command], check=True, stdout=subprocess.DEVNULL)
    return directory


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(main)
    run(app)
