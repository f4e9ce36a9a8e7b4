"""The topics of the contract, created on a broker that does not create any by itself."""

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from mailroom.contracts.errors import MailroomError
from mailroom.contracts.topics import MAX_DEAD_LETTER_BYTES, MAX_RECORD_BYTES, Topic

PARTITIONS = 2
BROKERS_OWN = -1
"""How many copies a topic has is for the broker to say (`default.replication.factor`)."""
# A producer that knows no claim check may send a document as it is; the broker's own limit is for all other topics.
# What was redriven is remembered for as long as its dead letter may lie there, which no time tells.
# Training learns from all that people ever said, not from what they said this week.
FOR_EVER = "-1"
CONFIGURED = {
    str(Topic.RAW): {"max.message.bytes": str(MAX_RECORD_BYTES)},
    str(Topic.DEAD_LETTER): {"max.message.bytes": str(MAX_DEAD_LETTER_BYTES)},
    str(Topic.REDRIVEN): {"cleanup.policy": "compact"},
    str(Topic.FEEDBACK): {"retention.ms": FOR_EVER},
}
ALREADY_THERE = "TOPIC_ALREADY_EXISTS"


class TopicsMissing(MailroomError):
    """The topics could not be created, so nothing can flow."""


def ensure_topics(
    bootstrap: str,
    *,
    partitions: int = PARTITIONS,
    names: Iterable[str] = tuple(Topic),
    timeout_seconds: float = 15.0,
    client: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """Create the topics that are missing; leave those that exist as they are.

    Args:
        bootstrap: Address of the broker, `host:port`.
        partitions: How many partitions a new topic gets.
        names: The topics; all of the contract by default.
        timeout_seconds: How long the broker may take.
        client: Further settings of the connection, in librdkafka's names: encryption, user and password.

    Returns:
        The partitions of each topic, as they are now.

    Raises:
        TopicsMissing: The broker cannot be reached or refuses.
    """
    wanted = [str(name) for name in names]
    admin = AdminClient({**(client or {}), **quiet(bootstrap)})
    try:
        have = _partitions(admin, timeout_seconds)
        _create(admin, [name for name in wanted if name not in have], partitions, timeout_seconds)
        have = _partitions(admin, timeout_seconds)
    except KafkaException as error:
        raise TopicsMissing(f"the broker at {bootstrap} does not answer ({error}): is it up?") from error
    return {name: have.get(name, partitions) for name in wanted}


def answering_cluster(bootstrap: str, timeout_seconds: float = 2.0) -> str | None:
    """The cluster id of the broker at an address, or nothing when none answers."""
    with contextlib.suppress(KafkaException):
        metadata = AdminClient(quiet(bootstrap)).list_topics(timeout=timeout_seconds)
        return str(metadata.cluster_id) if metadata.brokers else None
    return None


def quiet(bootstrap: str) -> dict[str, Any]:
    """A client's settings for asking a broker that may not be up yet: quick retries, no log lines."""
    return {
        "bootstrap.servers": bootstrap,
        "reconnect.backoff.ms": 20,
        "reconnect.backoff.max.ms": 200,
        "log_level": 0,
        "error_cb": _ignore,
    }


def _ignore(_error: object) -> None:
    """Connection errors while waiting are expected; the caller's deadline decides."""


def _create(admin: AdminClient, names: list[str], partitions: int, timeout_seconds: float) -> None:
    new = [_new_topic(name, partitions) for name in names]
    if not new:
        return
    for future in admin.create_topics(new, operation_timeout=timeout_seconds).values():
        try:
            future.result(timeout_seconds)
        except KafkaException as error:
            # Another process may have created it since we looked.
            if error.args[0].name() != ALREADY_THERE:
                raise


def _new_topic(name: str, partitions: int) -> NewTopic:
    config = CONFIGURED.get(name, {})
    return NewTopic(name, num_partitions=partitions, replication_factor=BROKERS_OWN, config=config)


def _partitions(admin: AdminClient, timeout_seconds: float) -> dict[str, int]:
    metadata = admin.list_topics(timeout=timeout_seconds)
    return {name: len(topic.partitions) for name, topic in metadata.topics.items()}
