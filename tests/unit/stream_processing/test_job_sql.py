"""The job's SQL, as far as settings shape it."""

import re
from typing import Any

import pytest
from pydantic import SecretStr

from mailroom.settings import KafkaSettings, StreamSettings
from stream_processing import job_sql

OPTION = re.compile(r"'((?:[^']|'')+)' = '((?:[^']|'')*)'")


def options(sql: str) -> dict[str, str]:
    """A table's options as SQL reads them."""
    return {name: value.replace("''", "'") for name, value in OPTION.findall(sql)}


def kafka(**more: Any) -> KafkaSettings:
    """Connection settings."""
    return KafkaSettings(bootstrap="h:1", **more)


def test_plain_connection_has_no_credentials() -> None:
    """Options that are not set are left out, rather than written as None."""
    found = options(job_sql.source(kafka(), StreamSettings()))
    assert [name for name in found if "sasl" in name] == []
    assert found["properties.bootstrap.servers"] == "h:1"


@pytest.mark.parametrize(
    ("mechanism", "module"),
    [("PLAIN", "plain.PlainLoginModule"), ("SCRAM-SHA-512", "scram.ScramLoginModule")],
)
def test_credentials_are_quoted(mechanism: str, module: str) -> None:
    """Quotes and backslashes in a password end neither the SQL literal nor the JAAS string."""
    settings = kafka(sasl_mechanism=mechanism, sasl_username="o'hara", sasl_password=SecretStr("a\"b\\c'd"))
    found = options(job_sql.sink(settings, StreamSettings()))
    assert found["properties.sasl.jaas.config"] == (
        f'org.apache.kafka.common.security.{module} required username="o\'hara" password="a\\"b\\\\c\'d";'
    )


def test_group_and_transactions_are_named_by_the_setting() -> None:
    """A transactional id prefix must be unique per sink and job: it is the consumer group's name."""
    stream = StreamSettings(consumer_group="it's mine")
    assert options(job_sql.source(kafka(), stream))["properties.group.id"] == "it's mine"
    assert options(job_sql.sink(kafka(), stream))["sink.transactional-id-prefix"] == "it's mine"


def test_sink_is_exactly_once_over_the_four_topics() -> None:
    """One transaction holds whatever becomes of a document."""
    found = options(job_sql.sink(kafka(), StreamSettings()))
    assert found["sink.delivery-guarantee"] == "exactly-once"
    assert found["topic"] == "documents.text;documents.scanned;documents.dead-letter;documents.duplicates"


def test_source_reads_committed_records_from_where_the_group_stopped() -> None:
    """A producer's aborted transactions are no documents."""
    found = options(job_sql.source(kafka(), StreamSettings()))
    assert found["properties.isolation.level"] == "read_committed"
    assert (found["scan.startup.mode"], found["properties.auto.offset.reset"]) == (
        "group-offsets",
        "earliest",
    )


@pytest.mark.parametrize(("same_content", "windows"), [("ignore", 1), ("link", 2), ("drop", 2)])
def test_contents_are_compared_where_that_is_asked_for(same_content: Any, windows: int) -> None:
    """Each window is a shuffle and a state of its own: one for ids, one for contents."""
    assert job_sql.statement(same_content).count(" OVER (") == windows
