"""The job's SQL: source, sink, and the one statement between them.

A document's ways are decided by the function `route`; as a scalar function that gives an array of rows it costs a
third of a table function. What makes a document come out once per id is an unbounded `OVER` window: where the first row
of this identity lay, partition and offset in one number, since each further aggregate is paid for with every document.
The second and later rows go to `documents.duplicates`, in the same transaction that drops them. A second window, over
the digest of the original, finds the first document of the same content. The state of both has a time to live.
"""

from collections.abc import Sequence

from mailroom.contracts.headers import DUPLICATE_OF, SPECIFICATION, TYPE_DUPLICATE
from mailroom.contracts.records import SCHEMA_VERSION
from mailroom.contracts.topics import MAX_DEAD_LETTER_BYTES, MAX_RECORD_BYTES, Topic
from mailroom.settings import KafkaSettings, SameContent, StreamSettings

SINK_TOPICS = (Topic.TEXT, Topic.SCANNED, Topic.DEAD_LETTER, Topic.DUPLICATES)

OFFSETS = 2**48
"""Offsets that a place has room for; the partition is what is above them."""


_DUPLICATE_HEADERS = f"""CAST(MAP[
    'ce_specversion', ENCODE('{SPECIFICATION}', 'UTF-8'), 'ce_id', ENCODE(out_id, 'UTF-8'),
    'ce_source', ENCODE('/{Topic.RAW}', 'UTF-8'), 'ce_type', ENCODE('{TYPE_DUPLICATE}', 'UTF-8'),
    'content-type', ENCODE('application/json', 'UTF-8')] AS MAP<STRING, BYTES>)"""

_LINKED_HEADERS = f"""MAP_UNION(out_headers, CAST(MAP[
    '{DUPLICATE_OF}', ENCODE(original, 'UTF-8')] AS MAP<STRING, BYTES>))"""

_FANNED = f"""
  SELECT place, processed_at, unique_id, content, out_id, `to`, out_key, out_value, out_headers
  FROM (
    SELECT `partition` * {OFFSETS} + `offset` AS place, processed_at,
      route(k, v, headers, `partition`, `offset`, `timestamp`) AS routings
    FROM received)
  CROSS JOIN UNNEST(routings) AS routing(unique_id, content, out_id, `to`, out_key, out_value, out_headers)"""

_TOLD_APART = f"""
  SELECT *, FIRST_VALUE(place) OVER (
    PARTITION BY unique_id ORDER BY processed_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS first
  FROM ({_FANNED})"""

# Only what is first of its id stands for its content: a dropped one was never processed.
_COMPARED = f"""
  SELECT *, SUBSTRING(earliest FROM POSITION(' ' IN earliest) + 1) AS original,
    CAST(SUBSTRING(earliest FROM 1 FOR POSITION(' ' IN earliest) - 1) AS BIGINT) AS original_place
  FROM (
    SELECT *, FIRST_VALUE(CONCAT(CAST(place AS STRING), ' ', out_id)) OVER (
      PARTITION BY CASE WHEN place = first AND content IS NOT NULL THEN content ELSE unique_id END
      ORDER BY processed_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS earliest
    FROM ({_TOLD_APART}))"""

_REPEATED = "place <> first"
_SAME_CONTENT = "place = first AND content IS NOT NULL AND original <> out_id"


def statement(same_content: SameContent) -> str:
    """The statement between source and sink.

    Args:
        same_content: What becomes of a document whose content came before under another id: `link` names the first one
            in a header, `drop` sends it to the duplicates, `ignore` does not look (and keeps no state of contents).
    """
    if same_content == "ignore":
        return _insert(_TOLD_APART, _duplicate("first"), dropped=_REPEATED, headers="out_headers")
    if same_content == "link":
        headers = f"CASE WHEN {_SAME_CONTENT} THEN {_LINKED_HEADERS} ELSE out_headers END"
        return _insert(_COMPARED, _duplicate("first"), dropped=_REPEATED, headers=headers)
    of_content = _duplicate("original_place", ""","duplicate_of":', JSON_STRING(original), '""")
    value = f"CASE WHEN {_REPEATED} THEN {_duplicate('first')} ELSE {of_content} END"
    return _insert(_COMPARED, value, dropped=f"({_REPEATED} OR ({_SAME_CONTENT}))", headers="out_headers")


def _insert(rows: str, duplicate: str, *, dropped: str, headers: str) -> str:
    return f"""
INSERT INTO routed
SELECT
  CASE WHEN {dropped} THEN '{Topic.DUPLICATES}' ELSE `to` END,
  CASE WHEN {dropped} THEN ENCODE(out_id, 'UTF-8') ELSE out_key END,
  CASE WHEN {dropped} THEN ENCODE({duplicate}, 'UTF-8') ELSE out_value END,
  CASE WHEN {dropped} THEN {_DUPLICATE_HEADERS} ELSE {headers} END
FROM ({rows})"""


def _duplicate(first: str, more: str = "") -> str:
    """An expression that gives the JSON of a duplicate, whose first record's place is in a column."""
    places = f"""'"first":{_place(first)},"repeated":{_place("place")},"schema_version":{SCHEMA_VERSION}{more}}}'"""
    return f"""CONCAT('{{"id":', JSON_STRING(out_id), ',', {places})"""


def _place(column: str) -> str:
    """Within a string of SQL: the JSON of a place in the log."""
    partition, offset = f"CAST({column} / {OFFSETS} AS STRING)", f"CAST(MOD({column}, {OFFSETS}) AS STRING)"
    return f"""{{"topic":"{Topic.RAW}","partition":', {partition}, ',"offset":', {offset}, '}}"""


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
