"""`mailroom receive bucket`, from a server that speaks S3's and SQS's protocols into a real broker."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.objects import ObjectStore
from tests.integration.ingest.conftest import CommandLine, read
from tests.integration.spark.servers import S3Server

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server of buckets and queues."""
    with S3Server() as running:
        yield running.endpoint


class Store:
    """A bucket of a test's own, and a queue that it notifies."""

    def __init__(self, endpoint: str, name: str) -> None:
        self.endpoint, self.name = endpoint, name
        self.s3: Any = boto3.client("s3", endpoint_url=endpoint)
        self.sqs: Any = boto3.client("sqs", endpoint_url=endpoint)
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    def put(self, key: str, content: bytes) -> None:
        """Store an object."""
        self.s3.put_object(Bucket=self.name, Key=key, Body=content)

    def keys(self) -> list[str]:
        """What is there."""
        return [item["Key"] for item in self.s3.list_objects_v2(Bucket=self.name).get("Contents", ())]

    def notify(self) -> str:
        """Tell a new queue of every object that is made; its URL."""
        url: str = self.sqs.create_queue(QueueName=self.name)["QueueUrl"]
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        queue = {"QueueArn": answer["Attributes"]["QueueArn"], "Events": ["s3:ObjectCreated:*"]}
        self.s3.put_bucket_notification_configuration(
            Bucket=self.name, NotificationConfiguration={"QueueConfigurations": [queue]}
        )
        return url

    def waiting(self, url: str) -> int:
        """Messages that are in the queue, seen or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    def close(self) -> None:
        """Release the connections."""
        self.s3.close()
        self.sqs.close()


@pytest.fixture
def store(endpoint: str, unique: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An empty bucket, which everything reaches by AWS's own variables."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an-access-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-key")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    found = Store(endpoint, unique)
    yield found
    found.close()


def once(line: CommandLine, *arguments: str) -> dict[str, Any]:
    """Receive what is there."""
    _, results, said = line.inside("receive", "bucket", *arguments, "--once", "--json")
    assert results, said
    answer: dict[str, Any] = json.loads(results)
    return answer


def of(line: CommandLine, store: Store, topic: Topic = Topic.RAW) -> list[Record]:
    """What came from the bucket, or from its queue."""
    source = f"/mailroom/bucket/{store.name}".encode()
    queue = store.name.encode()
    return read(
        line,
        lambda record: (
            source == record.header("ce_source") or queue == record.header("__connect.errors.topic")
        ),
        topic,
    )


def test_a_listed_bucket_is_received_once(line: CommandLine, store: Store) -> None:
    """Below the prefix alone, with their names; a second run finds nothing new, an object written anew is another."""
    store.put("in/letter one.txt", b"An invoice")
    store.put("in/deeper/b.txt", b"An offer")
    store.put("in/", b"")
    store.put("out/c.txt", b"Not this")
    arguments = (store.name, "--prefix", "in/")
    assert [once(line, *arguments)["count"], once(line, *arguments)["count"]] == [2, 0]
    store.put("in/letter one.txt", b"A complaint")
    assert once(line, *arguments)["count"] == 1
    records = of(line, store)
    assert sorted((record.header("ce_subject"), record.value) for record in records) == [
        (b"b.txt", b"An offer"),
        (b"letter one.txt", b"A complaint"),
        (b"letter one.txt", b"An invoice"),
    ]
    assert len({record.header("ce_id") for record in records}) == 3


def test_received_objects_move_where_that_is_asked_for(line: CommandLine, store: Store) -> None:
    """The folder of what is new stays empty."""
    store.put("in/a.txt", b"An invoice")
    assert once(line, store.name, "--prefix", "in/", "--move-to", "received/")["count"] == 1
    assert store.keys() == ["received/a.txt"]


def test_a_move_that_a_kill_prevented_is_made_up_for(line: CommandLine, store: Store) -> None:
    """The object was received and noted, and still lies there: it moves, and is not received again."""
    store.put("in/a.txt", b"An invoice")
    arguments = (store.name, "--prefix", "in/")
    assert [once(line, *arguments)["count"], once(line, *arguments, "--move-to", "received/")["count"]] == [
        1,
        0,
    ]
    assert store.keys() == ["received/a.txt"]


def test_a_lost_journal_repeats_ids(line: CommandLine, store: Store) -> None:
    """What is read again has the id that it had, which the stream drops; versions tell writings apart."""
    store.s3.put_bucket_versioning(Bucket=store.name, VersioningConfiguration={"Status": "Enabled"})
    store.put("a.txt", b"An invoice")
    once(line, store.name, "--journal", str(line.home / "one"))
    store.put("a.txt", b"An offer")
    once(line, store.name, "--journal", str(line.home / "one"))
    once(line, store.name, "--journal", str(line.home / "two"))
    assert sorted(Counter(record.header("ce_id") for record in of(line, store)).values()) == [1, 2]


def test_a_large_object_streams_into_the_store(line: CommandLine, store: Store) -> None:
    """It travels by reference, with its own bytes."""
    content = bytes(range(256)) * 16_384
    store.put("scan.bin", content)
    once(line, store.name)
    (record,) = of(line, store)
    kept = ObjectStore(f"file://{line.home}/objects").get((record.header("ce_dataref") or b"").decode())
    assert (record.value, kept == content) == (b"", True)


def test_notifications_are_deleted_once_the_log_has_the_object(line: CommandLine, store: Store) -> None:
    """Keys come encoded and are decoded; the bucket's test message is no document."""
    url = store.notify()
    store.put("in/große Rechnung+1.txt", b"An invoice")
    assert once(line, store.name, "--queue-url", url)["count"] == 1
    (record,) = of(line, store)
    assert record.header("ce_subject") == "große Rechnung+1.txt".encode()
    assert store.waiting(url) == 0


# The real command, with a kill -9 of its own process between the log's acknowledgement and the deletion.
DYING = """
import os, signal, sys
from ingest.bucket import queue
queue.Notifications.settle = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from cli.main import main
main(sys.argv[1:])
"""


def test_a_kill_before_the_deletion_repeats_the_id(line: CommandLine, store: Store) -> None:
    """The message comes again, and with it the same id; so it has, where the bucket is listed instead."""
    url = store.notify()
    store.put("a.txt", b"An invoice")
    command = line.command("receive", "bucket", store.name, "--queue-url", url, "--once")[3:]
    subprocess.run([sys.executable, "-c", DYING, *command], env=line.environment(), timeout=60, check=False)
    assert store.waiting(url) == 2  # the bucket's own test message is one of them
    once(line, store.name)
    first, second = [record.header("ce_id") for record in of(line, store)]
    assert first == second


def test_an_object_that_is_gone_is_tried_and_then_dead_lettered(line: CommandLine, store: Store) -> None:
    """Its message comes again as often as it may, and then lies in the dead letters as it came."""
    url = store.notify()
    store.put("a.txt", b"An invoice")
    store.s3.delete_object(Bucket=store.name, Key="a.txt")
    arguments = (store.name, "--queue-url", url, "--max-deliveries", "2", "--retry", "0")
    answer = once(line, *arguments)
    (letter,) = of(line, store, Topic.DEAD_LETTER)
    assert letter.header("__connect.errors.reason") == b"original-missing"
    assert json.loads(letter.value or b"")["Records"][0]["s3"]["object"]["key"] == "a.txt"
    assert (answer["count"], store.waiting(url)) == (0, 0)


OTHERS = """{"Records": [{"eventName": "ObjectCreated:Put",
 "s3": {"bucket": {"name": "other-peoples"}, "object": {"key": "a", "eTag": "b"}}}]}"""


@pytest.mark.security
@pytest.mark.parametrize(
    "body",
    [
        "no JSON {",
        "[" * 100_000,
        OTHERS,
        '{"Records": "https://203.0.113.7/"}',
    ],
    ids=["text", "deep", "another bucket", "an address"],
)
def test_hostile_messages_fetch_nothing_and_do_not_come_again(
    line: CommandLine, store: Store, body: str
) -> None:
    """They lie in the dead letters as they came; what comes behind them is received."""
    url = store.notify()
    store.sqs.send_message(QueueUrl=url, MessageBody=body)
    store.put("good.txt", b"An invoice")
    assert once(line, store.name, "--queue-url", url)["count"] == 1
    (letter,) = of(line, store, Topic.DEAD_LETTER)
    assert (letter.value, letter.header("__connect.errors.reason")) == (body.encode(), b"malformed-record")
    assert store.waiting(url) == 0


@pytest.mark.security
def test_keys_lead_to_no_file(line: CommandLine, store: Store) -> None:
    """A key that climbs folders and has control characters is a key; its name in the record has neither."""
    store.put("in\\..\\..\\etc\\passwd\x1b[31m", b"An invoice")
    once(line, store.name)
    (record,) = of(line, store)
    assert record.header("ce_subject") == b"passwd [31m"
    assert record.value == b"An invoice"


def test_a_missing_bucket_is_told_in_a_line(line: CommandLine, store: Store) -> None:
    """At the start it is an error, with what to look at."""
    status, _, said = line.inside("receive", "bucket", f"{store.name}-none", "--json")
    assert status == 1
    assert said == (
        f"mailroom: bucket {store.name}-none: HeadBucket is refused (404): does it exist, and may this user read it?\n"
    )
