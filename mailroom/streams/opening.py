"""The log that the settings name, opened: for parts that only write, and need not know which it is."""

from collections.abc import Iterable, Sequence

from mailroom.contracts.topics import Topic
from mailroom.settings import Settings
from mailroom.streams.base import Reader, Sink

ENVELOPE_SHARE = 0.7
"""Of a record of Kinesis that a document may take: base64 makes four bytes of three, and headers come with it."""


def require_log(settings: Settings, topics: Iterable[str] = (Topic.RAW,), *, timeout: float = 10.0) -> None:
    """Make sure that the log answers.

    Args:
        settings: Which log.
        topics: What must be there; Kafka's are not looked for.
        timeout: Seconds that Kafka may take; AWS's client has its own limits.

    Raises:
        LogUnavailable: Nobody does.
        StreamError: A stream is missing.
    """
    if settings.log == "kinesis":
        from mailroom.streams.kinesis_setup import require_streams  # noqa: PLC0415 - AWS's client, which few need

        require_streams(settings.kinesis, topics)
    else:
        from mailroom.streams.kafka import require_broker  # noqa: PLC0415 - likewise

        require_broker(settings.kafka, timeout)


def open_sink(settings: Settings) -> Sink:
    """A sink of the log."""
    if settings.log == "kinesis":
        from mailroom.streams.kinesis import KinesisLog, KinesisSink  # noqa: PLC0415 - likewise

        return KinesisSink(KinesisLog(settings.kinesis, settings.objects.uri))
    from mailroom.streams.kafka import KafkaSink  # noqa: PLC0415 - likewise

    return KafkaSink(settings.kafka)


def open_reader(settings: Settings, topics: Sequence[str], *, from_beginning: bool) -> Reader:
    """A reader of some topics of the log.

    Raises:
        LogUnavailable: Nobody answers.
        StreamError: A topic is missing.
    """
    if settings.log == "kinesis":
        from mailroom.streams.kinesis import KinesisLog, KinesisReader  # noqa: PLC0415 - likewise

        log = KinesisLog(settings.kinesis, settings.objects.uri)
        return KinesisReader(log, topics, from_beginning=from_beginning)
    from mailroom.streams.kafka import KafkaReader  # noqa: PLC0415 - likewise

    return KafkaReader(settings.kafka, topics, from_beginning=from_beginning)


def with_inline_limit(settings: Settings) -> Settings:
    """The settings with the largest document that travels in its record on this log."""
    if settings.log == "kafka":
        return settings
    limit = min(settings.objects.inline_limit, int(settings.kinesis.record_bytes * ENVELOPE_SHARE))
    objects = settings.objects.model_copy(update={"inline_limit": limit})
    return settings.model_copy(update={"objects": objects})
