"""The streams of the topics, and the table beside them, made where they are missing."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from mailroom.contracts.topics import Topic
from mailroom.settings import KinesisSettings
from mailroom.streams.aws import TRIES_AT_ONCE, asked, client, code_of
from mailroom.streams.errors import StreamError
from mailroom.streams.kinesis_table import EXPIRES

TOPICS = tuple(topic for topic in Topic if topic != Topic.REDRIVEN)
"""What was redriven is a matter of Kafka's transactions."""

THERE = "ResourceInUseException"


def ensure_streams(
    kinesis: KinesisSettings, *, shards: int = 2, names: Iterable[str] = TOPICS
) -> dict[str, int]:
    """Make the streams and the table that are missing, and wait until they can be used.

    Returns:
        The open shards of each topic's stream.

    Raises:
        LogUnavailable: Nobody answers.
        StreamError: AWS refuses.
    """
    _ensure_table(kinesis)
    streams = client("kinesis", kinesis)
    found = {str(name): kinesis.prefix + name for name in names}
    for stream in found.values():
        _made(partial(streams.create_stream, StreamName=stream, ShardCount=shards))
    return {topic: _ready(streams, stream) for topic, stream in found.items()}


def require_streams(kinesis: KinesisSettings, names: Iterable[str]) -> None:
    """Ask for some streams.

    Raises:
        LogUnavailable: Nobody answers.
        StreamError: One is missing.
    """
    streams = client("kinesis", kinesis, tries=TRIES_AT_ONCE)
    for name in names:
        asked(partial(streams.describe_stream_summary, StreamName=kinesis.prefix + name))


def _ensure_table(kinesis: KinesisSettings) -> None:
    tables = client("dynamodb", kinesis)
    made = _made(
        lambda: tables.create_table(
            TableName=kinesis.table,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    )
    _wait(tables, "table_exists", TableName=kinesis.table)
    if made:
        forget = {"Enabled": True, "AttributeName": EXPIRES}
        asked(lambda: tables.update_time_to_live(TableName=kinesis.table, TimeToLiveSpecification=forget))


def _made(make: Callable[[], Any]) -> bool:
    """Whether it was not there before."""

    def call() -> bool:
        try:
            make()
        except ClientError as error:
            if code_of(error) != THERE:
                raise
            return False
        return True

    return asked(call)


def _ready(streams: Any, stream: str) -> int:
    _wait(streams, "stream_exists", StreamName=stream)
    answer = asked(lambda: streams.describe_stream_summary(StreamName=stream))
    return int(answer["StreamDescriptionSummary"]["OpenShardCount"])


def _wait(service: Any, what: str, **named: str) -> None:
    def call() -> None:
        try:
            service.get_waiter(what).wait(**named, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
        except WaiterError as error:
            raise StreamError(
                f"{' '.join(named.values())} is not ready ({error}): look in AWS's console"
            ) from error

    asked(call)
