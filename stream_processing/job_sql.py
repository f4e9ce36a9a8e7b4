"""The job's SQL: source, sink, and the one statement between them.

A document's way is decided by the table function `route`. What makes it exactly once per id is an unbounded `OVER`
window: how many rows of this identity have passed, and where the first one lay. Its state has a time to live. The
second and later rows go to `documents.duplicates`, in the same transaction that drops them.
"""

from collections.abc import Sequence

from mailroom.contracts.headers import SPECIFICATION, TYPE_DUPLICATE
from mailroom.contracts.records import SCHEMA_VERSION
from mailroom.contracts.topics import MAX_DEAD_LETTER_BYTES, MAX_RECORD_BYTES, Topic
from mailroom.settings import KafkaSettings, StreamSettings

SINK_TOPICS = (Topic.TEXT, Topic.SCANNED, Topic.DEAD_LETTER, Topic.DUPLICATES)

ROUTE = f"""
INSERT INTO routed
SELECT
  CASE WHEN seen = 1 THEN `to` ELSE '{Topic.DUPLICATES}' END,
  CASE WHEN seen = 1 THEN out_key ELSE ENCODE(out_id, 'UTF-8') END,
  CASE WHEN seen = 1 THEN out_value ELSE ENCODE(duplicate, 'UTF-8') END,
  CASE WHEN seen = 1 THEN out_headers ELSE CAST(MAP[
    'ce_specversion', ENCODE('{SPECIFICATION}', 'UTF-8'), 'ce_id', ENCODE(out_id, 'UTF-8'),
    'ce_source', ENCODE('/{Topic.RAW}', 'UTF-8'), 'ce_type', ENCODE('{TYPE_DUPLICATE}', 'UTF-8'),
    'content-type', ENCODE('application/json', 'UTF-8')] AS MAP<STRING, BYTES>) END
FROM (
  SELECT *, CONCAT('{{"id":', JSON_STRING(out_id),
    ',"first":{{"topic":"{Topic.RAW}","partition":', CAST(first_partition AS STRING),
    ',"offset":', CAST(first_offset AS STRING),
    '}},"repeated":{{"topic":"{Topic.RAW}","partition":', CAST(`partition` AS STRING),
    ',"offset":', CAST(`offset` AS STRING), '}},"schema_version":{SCHEMA_VERSION}}}') AS duplicate
  FROM (
    SELECT *,
      COUNT(*) OVER same AS seen,
      FIRST_VALUE(`partition`) OVER same AS first_partition,
      FIRST_VALUE(`offset`) OVER same AS first_offset
    FROM (
      SELECT received.`partition`, received.`offset`, received.processed_at, routing.*
      FROM received, LATERAL TABLE(route(k, v, headers, `topic`, `partition`, `offset`, `timestamp`))
        AS routing(unique_id, out_id, `to`, out_key, out_value, out_headers))
    WINDOW same AS (PARTITION BY unique_id ORDER BY processed_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)))
"""


def source(kafka: KafkaSettings, stream: StreamSettings) -> str:
    """The table of raw records: value and key as bytes, headers and position as metadata."""
    return f"""
CREATE TABLE received (
  k BYTES, v BYTES,
  headers MAP<STRING, BYTES> METADATA,
  `topic` STRING METADATA VIRTUAL,
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
