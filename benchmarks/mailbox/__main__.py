"""`python -m benchmarks.mailbox`: mails with attachments through a door that is killed, and its pace without kills."""

import argparse
import json
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.mailbox.door import Counted, Door, count
from benchmarks.mailbox.mails import ATTACHMENTS, DOCUMENTS, mail
from benchmarks.stream_processing.measuring import running
from mailroom.contracts.topics import Topic
from mailroom.embedded.kafka import Broker
from mailroom.embedded.topics import ensure_topics
from mailroom.settings import KafkaSettings
from tests.servers.dovecot import Dovecot

PLAIN, PACED, KILLED = "plain@example.org", "paced@example.org", "killed@example.org"
BATCH = 100
RESULT_SECONDS = 600.0


def main() -> None:
    """Measure, print, and fail where a mail was lost or a document came out twice."""
    arguments = _parser().parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mailroom-mailbox-")))
        server = stack.enter_context(Dovecot())
        broker = stack.enter_context(Broker(folder / "kafka", folder / "kafka.log"))
        ensure_topics(broker.bootstrap)
        kafka = KafkaSettings(bootstrap=broker.bootstrap)
        result = _through_kills(kafka, server, folder, arguments)
        result |= _results(kafka, folder, arguments.mails)
        result |= _paces(kafka, server, folder, arguments.mails)
    print(json.dumps(result) if arguments.json else _lines(result))
    if not _kept(result, arguments.mails):
        raise SystemExit("a mail was lost, or a document came out twice")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=2_000)
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two kills")
    parser.add_argument("--rate", type=int, default=40, help="mails that arrive a second")
    parser.add_argument("--json", action="store_true")
    return parser


def _through_kills(
    kafka: KafkaSettings, server: Dovecot, folder: Path, arguments: argparse.Namespace
) -> dict[str, Any]:
    """Mails come at a steady rate while the door is killed and started again."""
    door = Door(kafka, server, KILLED, folder / "killed")
    sending = threading.Thread(target=_deliver_slowly, args=(server, arguments.mails, arguments.rate))
    started = time.monotonic()
    sending.start()
    kills = door.killed_every(
        arguments.every, lambda: not sending.is_alive() and server.count(KILLED, criteria="UNDELETED") == 0
    )
    raw = count(kafka, Topic.RAW)
    moved = server.count(KILLED, "Mailroom-Done")
    return {
        "mails": arguments.mails,
        "kills": kills,
        "seconds": round(time.monotonic() - started, 1),
        "moved": moved,
        "documents.raw": asdict(raw),
    }


def _deliver_slowly(server: Dovecot, mails: int, rate: int) -> None:
    start = time.monotonic()
    client = server.client(KILLED)
    for number in range(mails):
        time.sleep(max(0.0, start + number / rate - time.monotonic()))
        client.append("INBOX", mail(number))
    client.logout()


def _results(kafka: KafkaSettings, folder: Path, mails: int) -> dict[str, Any]:
    """What the real job makes of the log: each mail's text and attachments, once."""
    topics = (Topic.TEXT, Topic.SCANNED, Topic.DEAD_LETTER)
    deadline = time.monotonic() + RESULT_SECONDS
    with running("stream_processing", "mailbox", kafka, folder / "job"):
        found = Counted(0, 0, 0)
        while found.ids < mails * DOCUMENTS and time.monotonic() < deadline:
            time.sleep(2.0)
            found = count(kafka, *topics)
    return {
        "results": asdict(count(kafka, *topics)),
        "dead letters": count(kafka, Topic.DEAD_LETTER).records,
        "dropped repeats": count(kafka, Topic.DUPLICATES).records,
    }


def _paces(kafka: KafkaSettings, server: Dovecot, folder: Path, mails: int) -> dict[str, Any]:
    """The door without kills, and the client alone that fetches and moves: mails a second, the start included."""
    for user in (PLAIN, PACED):
        client = server.client(user)
        for first in range(0, mails, BATCH):
            client.multiappend("INBOX", [mail(number) for number in range(first, min(first + BATCH, mails))])
        client.create_folder("Mailroom-Done")
        client.logout()
    plain = _timed(lambda: _plain(server))
    door = _timed(Door(kafka, server, PACED, folder / "paced").once)
    return {
        "plain mails/s": round(mails / plain),
        "door mails/s": round(mails / door),
        "ratio": round(plain / door, 2),
    }


def _plain(server: Dovecot) -> None:
    """The yardstick: fetch each mail and move it, into nothing."""
    client = server.client(PLAIN)
    client.select_folder("INBOX")
    while uids := client.search("ALL")[:BATCH]:
        client.fetch(uids, ["BODY.PEEK[]"])
        client.move(uids, "Mailroom-Done")
    client.logout()


def _timed(work: Any) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def _kept(result: dict[str, Any], mails: int) -> bool:
    raw, results = result["documents.raw"], result["results"]
    return bool(
        raw["ids"] == raw["contents"] == result["moved"] == mails
        and results["records"] == results["ids"] == mails * DOCUMENTS
    )


def _lines(result: dict[str, Any]) -> str:
    head = f"each mail with {ATTACHMENTS} attachments, that is {DOCUMENTS} documents"
    return "\n".join([head, *(f"{name}: {value}" for name, value in result.items())])


if __name__ == "__main__":
    main()
