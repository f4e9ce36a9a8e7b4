"""Logs: one JSON object a line, with the ids of documents and traces, never with a text.

What our own code logs is chosen word by word. What a library logs, or raises, may quote the document that it stumbled
over: of such a record only who spoke, where, and the class of the error are kept, unless the library is known to
speak of itself alone.
"""

import logging
import sys
import threading
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.types import Processor

SPEAKS_OF_ITSELF = ("uvicorn.error", "opentelemetry")
"""Libraries (names of their loggers, and what is below) whose messages never hold a document."""

FRAMES = 8
"""Innermost frames that are told of an error."""

Event = MutableMapping[str, Any]


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Write all logs of this process, libraries' and warnings too, as JSON lines.

    Args:
        level: `debug`, `info`, `warning` or `error`; at `debug` every document has its line.
        stream: Where to; standard error by default.
    """
    stream = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*_ours(), structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    _take_over_library_logs(number, stream)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda raised: _log_uncaught(
        raised.exc_type, raised.exc_value, raised.exc_traceback
    )


def _ours() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _tell_error_without_its_text,
    ]


def _take_over_library_logs(level: int, stream: TextIO) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_withhold_message, *_ours()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(level, logging.INFO))


def _withhold_message(_: object, __: str, event: Event) -> Event:
    record: logging.LogRecord = event["_record"]
    event["logger"] = record.name
    if not any(record.name == name or record.name.startswith(f"{name}.") for name in SPEAKS_OF_ITSELF):
        event["event"] = "a library has something to say"
        event["at"] = f"{record.filename}:{record.lineno}"
    return event


def _tell_error_without_its_text(_: object, __: str, event: Event) -> Event:
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["exception"] = type(error).__name__
        event["frames"] = frames(error.__traceback__)
    return event


def frames(trace: TracebackType | None) -> list[str]:
    """Where an error came from, innermost frame last: `file.py:line function`."""
    innermost = traceback.extract_tb(trace)[-FRAMES:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in innermost]


def _log_uncaught(kind: type[BaseException], _: BaseException | None, trace: TracebackType | None) -> None:
    structlog.get_logger().error("uncaught error", exception=kind.__name__, frames=frames(trace))
