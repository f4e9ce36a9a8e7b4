"""The same stream of documents on Kinesis instead of Kafka, while its stages are killed."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest

from ingest.documents import Sent
from ingest.receiving.handover import Arrival
from ingest.receiving.wiring import wired
from ingest.sending import Request
from ingest.sending import run as send
from ingest.watch.watching import Request as WatchRequest
from ingest.watch.watching import run as watch_folder
from mailroom import profiles
from mailroom.contracts.codec import decode
from mailroom.contracts.errors import UsageError
from mailroom.contracts.records import Classification, Record
from mailroom.contracts.topics import Topic
from mailroom.embedded.commands import topics as make_streams
from mailroom.embedded.ports import any_free
from mailroom.following.commands import watch
from mailroom.settings import KinesisSettings, load_settings
from mailroom.streams.aws import client
from mailroom.streams.errors import LogUnavailable, StreamError
from mailroom.streams.kinesis import KinesisLog, KinesisReader, KinesisSink
from tests.contract.world import take
from tests.integration.kafka.world import word_package

pytestmark = pytest.mark.timeout(300)

PROJECT = Path(__file__).resolve().parents[3]
TEXTS = 60


@dataclass
class Books:
    """All that lies in the streams behind the stages."""

    log: KinesisLog
    records: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._reader = KinesisReader(self.log, [Topic.CLASSIFIED, Topic.DEAD_LETTER, Topic.DUPLICATES])

    def count(self) -> int:
        """Read on; how many records there are in all."""
        for record in self._reader.poll(1_000, 0.1):
            self.records.setdefault(record.topic, []).append(record)
        return sum(map(len, self.records.values()))

    def reasons(self) -> Counter[bytes | None]:
        """Of dead letters."""
        letters = self.records.get(Topic.DEAD_LETTER, [])
        return Counter(letter.header("__connect.errors.reason") for letter in letters)


@pytest.fixture
def log(kinesis: KinesisSettings, tmp_path: Path, unique: str, monkeypatch: pytest.MonkeyPatch) -> KinesisLog:
    """Streams of this test alone, made by the verb, and an environment whose settings name them."""
    for name, value in {
        "MAILROOM_LOG": "kinesis",
        "MAILROOM_KINESIS__REGION": "eu-central-1",
        "MAILROOM_KINESIS__ENDPOINT": str(kinesis.endpoint),
        "MAILROOM_KINESIS__PREFIX": f"{unique}-",
        "MAILROOM_KINESIS__POLL_SECONDS": "0.02",
        "MAILROOM_HOME": str(tmp_path),
        "MAILROOM_OBJECTS__URI": f"file://{tmp_path}/objects",
        "MAILROOM_CLASSIFIER__PACKAGE": str(word_package(tmp_path / "words")),
        "MAILROOM_CLASSIFIER__DOORS": '["text"]',
        "MAILROOM_CLASSIFIER__BATCH_SIZE": "5",
    }.items():
        monkeypatch.setenv(name, value)
    make_streams(partitions=2)
    return KinesisLog(kinesis.model_copy(update={"prefix": f"{unique}-"}), f"file://{tmp_path}/objects")


@contextmanager
def stage(part: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A part as its supervisor starts it; killed at the end."""
    with (folder / f"{part}.log").open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", part],
            cwd=PROJECT,
            env=dict(os.environ),
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def letters(folder: Path) -> Path:
    """Files to send: letters, one above the limit of a record, one empty."""
    folder.mkdir()
    for number in range(TEXTS):
        (folder / f"{number}.txt").write_text(f"an invoice, number {number}")
    (folder / "large.txt").write_text("an invoice of many lines\n" * 60_000)
    (folder / "empty.txt").write_text("")
    return folder


def test_the_same_stream_on_kinesis(
    log: KinesisLog,
    tmp_path: Path,
    until: Callable[[Callable[[], bool]], bool],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Files in by `send`, labels and dead letters out: nothing lost, nothing twice, though both stages are killed."""
    assert send(Request((str(letters(tmp_path / "letters")),), "kinesis")) == 0
    raw = client("kinesis", log.kinesis)
    stream = f"{log.kinesis.prefix}documents.raw"
    raw.put_record(
        StreamName=stream, PartitionKey="a", Data=b"An invoice that a foreign producer sent as it is."
    )
    raw.put_record(
        StreamName=stream, PartitionKey="a", Data=b'{"specversion":"1.0","data_base64":"file:///etc/passwd"}'
    )
    sink = KinesisSink(log)
    for text in (b"an invoice of a known id", b"an invoice of a known id, again"):
        sink.send(Record(Topic.RAW, b"twice", text, (("ce_id", b"twice"),)))
    sink.flush(10)

    books = Books(log)
    with stage("stream_processing", tmp_path), stage("classifier_service", tmp_path):
        assert until(lambda: books.count() > 10), logs(tmp_path)
    for number in range(TEXTS, TEXTS + 20):
        sink.send(Record(Topic.RAW, b"%d" % number, b"an invoice, late", (("ce_id", b"late%d" % number),)))
    sink.flush(10)
    labels = TEXTS + 1 + 1 + 1 + 20
    with stage("stream_processing", tmp_path) as router, stage("classifier_service", tmp_path) as classifier:
        assert until(lambda: books.count() >= labels + 3), logs(tmp_path)
        assert not books.count() > labels + 3
        for process in (router, classifier):
            process.terminate()
            assert process.wait(30) == 0, logs(tmp_path)

    found = [decode(Classification, record.value) for record in books.records[Topic.CLASSIFIED]]
    names = Counter(each.source.file_name for each in found)
    assert len({each.id for each in found}) == len(found) == labels
    assert {names[f"{number}.txt"] for number in range(TEXTS)} == {1}
    assert names["large.txt"] == 1
    assert {each.label for each in found} == {"invoice"}
    assert books.reasons() == {b"empty": 1, b"malformed-record": 1}
    assert [record.key for record in books.records[Topic.DUPLICATES]] == [b"twice"]
    capsys.readouterr()
    watch(profile="kinesis", from_beginning=True, count=labels + 2, as_json=True)
    followed = [json.loads(line).get("label") for line in capsys.readouterr().out.splitlines()]
    assert (followed.count("invoice"), followed.count(None)) == (labels, 2)


def test_a_log_that_is_not_there_is_told_in_a_line(log: KinesisLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody at the endpoint, or no such streams: what to do, and no traceback."""
    monkeypatch.setenv("MAILROOM_KINESIS__PREFIX", "others-")
    with pytest.raises(StreamError, match=r"lacks a stream or its table .* `mailroom topics` makes them"):
        send(Request((__file__,)))
    monkeypatch.setenv("MAILROOM_KINESIS__ENDPOINT", f"http://127.0.0.1:{any_free()}")
    with pytest.raises(LogUnavailable, match="Kinesis cannot be reached"):
        send(Request((__file__,)))


def test_a_door_delivers_to_kinesis(log: KinesisLog) -> None:
    """What a door fetches lies in the stream of raw documents once the door is told so; a large one by reference."""
    contents = {"small": b"an invoice", "large": b"an invoice\n" * 80_000}
    wiring = wired(profiles.resolve("kinesis", load_settings(), on_kinesis=True))
    handover = wiring.handover("/mailroom/test")
    arrivals = [Arrival(name, name, partial(BytesIO, data)) for name, data in contents.items()]
    assert [type(outcome) for outcome in handover.deliver(arrivals)] == [Sent, Sent]
    handover.close()
    found = {record.key: record for record in take(KinesisReader(log, [Topic.RAW]).poll, 2)}
    assert found[b"small"].value == b"an invoice"
    large = found[b"large"]
    reference = (large.header("ce_dataref") or b"").decode()
    assert (large.value, log.store.get(reference)) == (b"", contents["large"])


def test_a_verb_that_needs_kafka_says_so(log: KinesisLog) -> None:
    """Wrong usage, before anybody is asked."""
    with pytest.raises(UsageError, match="this verb works on Kafka alone, and the log is Kinesis"):
        watch_folder(WatchRequest(Path(__file__).parent))


def logs(folder: Path) -> str:
    """The ends of what the parts have printed."""
    return "\n".join(path.read_text()[-2_000:] for path in folder.glob("*.log"))
