"""The job's SQL: source, sink, and the one statement between them.

A document's way is decided by the function `route`; as a scalar function that gives a row it costs a third of a table
function. What makes it exactly once per id is an unbounded `OVER` window: where the first row of this identity lay,
partition and offset in one number, since each further aggregate is paid for with every document. Its state has a time
to live. The second and later rows go to `documents.duplicates`, in the same transaction that drops them.
"""

from collections.abc import Sequence

from mailroom.contracts.headers import SPECIFICATION, TYPE_DUPLICATE
from mailroom.contracts.records import SCHEMA_VERSION
from mailroom.contracts.topics import MAX_DEAD_LETTER_BYTES, MAX_RECORD_BYTES, Topic
from mailroom.settings import KafkaSettings, StreamSettings

SINK_TOPICS = (Topic.TEXT, Topic.SCANNED, Topic.DEAD_LETTER, Topic.DUPLICATES)

OFFSETS = 2**48
"""Offsets that a place has room for; the partition is what is above them."""


def _place(column: str) -> str:
    """Within a string of SQL: the JSON of a place in the log."""
    partition, offset = f"CAST({column} / {OFFSETS} AS STRING)", f"CAST(MOD({column}, {OFFSETS}) AS STRING)"
    return f"""{{"topic":"{Topic.RAW}","partition":', {partition}, ',"offset":', {offset}, '}}"""


ROUTE = f"""
INSERT INTO routed
SELECT
  CASE WHEN place = first THEN `to` ELSE '{Topic.DUPLICATES}' END,
  CASE WHEN place = first THEN out_key ELSE ENCODE(out_id, 'UTF-8') END,
  CASE WHEN place = first THEN out_value ELSE ENCODE(duplicate, 'UTF-8') END,
  CASE WHEN place = first THEN out_headers ELSE CAST(MAP[
    'ce_specversion', ENCODE('{SPECIFICATION}', 'UTF-8'), 'ce_id', ENCODE(out_id, 'UTF-8'),
    'ce_source', ENCODE('/{Topic.RAW}', 'UTF-8'), 'ce_type', ENCODE('{TYPE_DUPLICATE}', 'UTF-8'),
    'content-type', ENCODE('application/json', 'UTF-8')] AS MAP<STRING, BYTES>) END
FROM (
  SELECT *, CASE WHEN place = first THEN CAST(NULL AS STRING) ELSE CONCAT('{{"id":', JSON_STRING(out_id),
    ',"first":{_place("first")},"repeated":{_place("place")},"schema_version":{SCHEMA_VERSION}}}') END AS duplicate
  FROM (
    SELECT *, FIRST_VALUE(place) OVER (
      PARTITION BY unique_id ORDER BY processed_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS first
    FROM (
      SELECT place, processed_at, routing.unique_id AS unique_id, routing.out_id AS out_id, routing.`to` AS `to`,
        routing.out_key AS out_key, routing.out_value AS out_value, routing.out_headers AS out_headers
      FROM (
        SELECT `partition` * {OFFSETS} + `offset` AS place, processed_at,
          route(k, v, headers, `partition`, `offset`, `timestamp`) AS routing
        FROM received))))
"""


def source(kafka: KafkaSettings, stream: StreamSettings) -> str:
    """The table of raw records: value and key as bytes, headers and position as metadata."""
    return f"""
CREATE TABLE received (
  k BYTES, v BYTES,
  headers MAP<STRING, BYTES> METADATA,
  `partition` INT METADATA VIRTUAL,
  `offset` BIGINT METADATA VIRTUAL,
  `timestamp` TIMESTAMP_LTZ(3) METADATA VIRTUAL,
  processed_at AS PROCTIME()
) WITH (
  'connector' = 'kafka', 'topic' = '{Topic.RAW}',
  'properties.group.id' = '{_quoted(stream.consumer_group)}',
  'scan.startup.mode' = 'group-offsets', 'properties.auto.offset.reset' = 'earliest',
  'properties.isolation.level' = 'read_committed',
  'properties.fetch.max.wait.ms' = '50',
  'properties.max.partition.fetch.bytes' = '{MAX_RECORD_BYTES}',
  {_connection(kafka)},
  'key.format' = 'raw', 'key.fields' = 'k', 'value.format' = 'raw', 'value.fields-include' = 'EXCEPT_KEY'
)"""


def sink(kafka: KafkaSettings, stream: StreamSettings, topics: Sequence[str] = SINK_TOPICS) -> str:
    """One transactional sink over all the job's topics; each row names its own."""
    return f"""
CREATE TABLE routed (
  `topic` STRING METADATA, k BYTES, v BYTES, headers MAP<STRING, BYTES> METADATA
) WITH (
  'connector' = 'kafka', 'topic' = '{";".join(topics)}',
  'sink.delivery-guarantee' = 'exactly-once', 'sink.transaction-naming-strategy' = 'pooling',
  'sink.transactional-id-prefix' = '{_quoted(stream.consumer_group)}',
  'properties.transaction.timeout.ms' = '600000',
  'properties.max.request.size' = '{MAX_DEAD_LETTER_BYTES}', 'properties.buffer.memory' = '{2 * MAX_DEAD_LETTER_BYTES}',
  'properties.compression.type' = 'lz4',
  {_connection(kafka)},
  'key.format' = 'raw', 'key.fields' = 'k', 'value.format' = 'raw', 'value.fields-include' = 'EXCEPT_KEY'
)"""


def _connection(kafka: KafkaSettings) -> str:
    """The client's settings as the connector's properties."""
    pairs = {
        "properties.bootstrap.servers": kafka.bootstrap,
        "properties.security.protocol": kafka.security_protocol,
        "properties.sasl.mechanism": kafka.sasl_mechanism,
        "properties.sasl.jaas.config": _jaas(kafka),
    }
    return ",\n  ".join(f"'{name}' = '{_quoted(value)}'" for name, value in pairs.items() if value)


def _jaas(kafka: KafkaSettings) -> str | None:
    if kafka.sasl_password is None:
        return None
    scram = (kafka.sasl_mechanism or "").startswith("SCRAM")
    module = "scram.ScramLoginModule" if scram else "plain.PlainLoginModule"
    username, password = map(_in_jaas, (kafka.sasl_username or "", kafka.sasl_password.get_secret_value()))
    return f"org.apache.kafka.common.security.{module} required username={username} password={password};"


def _in_jaas(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _quoted(value: str) -> str:
    return value.replace("'", "''")
