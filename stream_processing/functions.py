"""The Python side of the job: shells around `routing.Router`, run in Flink's Python workers."""

from typing import Any

from pyflink.common import Row
from pyflink.table import DataTypes
from pyflink.table.udf import FunctionContext, ScalarFunction, udf

from mailroom.contracts.records import Position, Record
from mailroom.contracts.topics import Topic
from mailroom.failure_cap import ROUTING_FAULTS, FailureCap, StageBroken
from mailroom.settings import Settings
from stream_processing.bootstrap import build_router
from stream_processing.routing import Routed
from stream_processing.stopping import StopNote

HEADERS = DataTypes.MAP(DataTypes.STRING(), DataTypes.BYTES())
ROUTED = DataTypes.ROW(
    [
        DataTypes.FIELD("unique_id", DataTypes.STRING()),
        DataTypes.FIELD("content", DataTypes.STRING()),
        DataTypes.FIELD("out_id", DataTypes.STRING()),
        DataTypes.FIELD("to", DataTypes.STRING()),
        DataTypes.FIELD("out_key", DataTypes.BYTES()),
        DataTypes.FIELD("out_value", DataTypes.BYTES()),
        DataTypes.FIELD("out_headers", HEADERS),
    ]
)


class Route(ScalarFunction):  # type: ignore[misc]
    """One raw record in, the records that continue its way out: one, and one for each document in it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def open(self, function_context: FunctionContext) -> None:  # noqa: ARG002 - Flink's signature
        """Build the router once per worker: it holds a sandbox and a connection to the object store."""
        settings = self._settings
        self._router = build_router(settings)
        self._stop = StopNote(settings.stream.state_dir)
        failures = settings.failures
        self._cap = FailureCap("stream processing", ROUTING_FAULTS, failures.window, failures.share)

    def is_deterministic(self) -> bool:
        """No: it asks the time. A planner that believed otherwise would call it once for each column of its row."""
        return False

    def eval(self, *columns: Any) -> list[Row]:
        """Route one record.

        Raises:
            StageBroken: Too many failed for what is no fault of theirs. The job ends, and what is not in a checkpoint
                is routed again by the next one.
        """
        routed = self._router.route(to_record(*columns))
        try:
            for each in routed:
                self._cap.add(*each.failure)
        except StageBroken as error:
            self._stop.write(str(error))
            raise
        return [_row(each) for each in routed]

    def close(self) -> None:
        """Stop the sandbox."""
        self._router.close()


def to_record(
    key: bytes | None,
    value: bytes | None,
    headers: dict[str, bytes | None] | None,
    partition: int,
    offset: int,
    timestamp: Any,
) -> Record:
    """A row of the raw table as a contract's record."""
    pairs = tuple((name, content or b"") for name, content in (headers or {}).items())
    position = Position(Topic.RAW, partition, offset)
    return Record(Topic.RAW, key, value, pairs, position, _seconds(timestamp))


def route(settings: Settings) -> Any:
    """The function `route` of the job's SQL."""
    return udf(Route(settings), result_type=DataTypes.ARRAY(ROUTED), deterministic=False)


def _row(routed: Routed) -> Row:
    record = routed.record
    return Row(
        routed.identity,
        routed.sha256,
        routed.id,
        str(record.topic),
        record.key,
        record.value,
        dict(record.headers),
    )


def _seconds(timestamp: Any) -> float | None:
    """Flink hands a TIMESTAMP_LTZ as its own `Instant` or as a datetime, by its way through the worker."""
    if timestamp is None:
        return None
    if hasattr(timestamp, "seconds"):
        return float(timestamp.seconds + timestamp.nanos / 1e9)
    return float(timestamp.timestamp())
