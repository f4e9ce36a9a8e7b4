"""The Faust application: what it reads, the state that it keeps, and when it says that a record is done."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from departments.projection import flow
from departments.projection.batches import Batches
from departments.projection.reading import Labelled, judged, labelled
from departments.projection.transport import CommittedApp, connection
from departments.projection.writing import Meaning, Read, read
from mailroom.contracts.records import Position, Record
from mailroom.contracts.topics import Topic
from mailroom.settings import KafkaSettings

FLOW = "flow"
SESSION_SECONDS = 10.0
"""After which the partitions of an instance that died are another's; the same instance, started again, has them at
once."""
COMMIT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """Who reads what.

    Attributes:
        name: The consumer group, and the prefix of the state's changelog.
        instance: Unique among running instances, stable over restarts.
        partitions: Of the labels.
        folder: For what Faust keeps on disk.
        classified: The topic of labels.
        feedback: The topic of judgements.
    """

    name: str
    instance: str
    partitions: int
    folder: Path
    classified: str = Topic.CLASSIFIED
    feedback: str = Topic.FEEDBACK


def application(kafka: KafkaSettings, group: Group, batches: Batches) -> CommittedApp:
    """The application, not yet started.

    Args:
        kafka: How to reach the log.
        group: Who reads what.
        batches: Gets what is read; it acknowledges once that is written.
    """
    app = CommittedApp(
        group.name,
        **connection(kafka),
        datadir=str(group.folder),
        store="memory://",  # of a day's windows; the changelog has them
        key_serializer="json",  # of the state; records are read as they are
        value_serializer="json",
        processing_guarantee="at_least_once",
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=group.instance,
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=SESSION_SECONDS / 4,
        broker_commit_interval=COMMIT_SECONDS,
        topic_partitions=group.partitions,
        topic_disable_leader=True,
        stream_wait_empty=False,
        web_enabled=False,
        autodiscover=False,
    )
    table = app.Table(FLOW, default=dict, partitions=group.partitions)
    windows = table.tumbling(flow.WINDOW_SECONDS, expires=flow.KEPT_SECONDS)
    _agent(app, group.classified, partial(_count, windows), labelled, batches)
    _agent(app, group.feedback, lambda _: None, judged, batches)
    return app


def _agent(
    app: CommittedApp,
    topic: str,
    count: Callable[[Read], Any],
    decode: Callable[[Record], Meaning],
    batches: Batches,
) -> None:
    async def follow(stream: Any) -> None:
        # Acknowledged by hand: Faust's own batches are also acknowledged where their writing failed.
        async for event in stream.noack().events():
            record = record_of(event.message)
            item = Read(record, read(record, decode))
            await batches.put(count(item) or item, event.ack)

    app.agent(app.topic(topic, value_serializer="raw", key_serializer="raw"), name=f"{app.conf.id}.{topic}")(
        follow
    )


def _count(windows: Any, item: Read) -> Read:
    """Count a label; to be called while its event is the current one, since that tells Faust the window."""
    place = item.record.position
    if not isinstance(item.meaning, Labelled) or place is None:
        return item
    at = flow.Place(item.meaning.label.department, place.partition, flow.window(item.record.timestamp or 0.0))
    entry = windows[at.key]
    counted = flow.count_of(entry.current()).with_one(item.meaning, place.offset)
    windows[at.key] = counted.entry()
    return Read(item.record, item.meaning, (at, counted))


def record_of(message: Any) -> Record:
    """A message of Faust's as a contract's record."""
    headers = message.headers or []
    pairs = headers.items() if isinstance(headers, dict) else headers
    return Record(
        message.topic,
        message.key,
        message.value,
        tuple((name, value or b"") for name, value in pairs),
        Position(message.topic, message.partition, message.offset),
        message.timestamp,
    )
