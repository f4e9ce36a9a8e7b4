"""Logs, line by line."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from mailroom.telemetry import logs

CANARY = "Dear Ms Canary, please pay"

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What was logged so far; afterwards logs go where they went before."""
    root, hooks, show = logging.getLogger(), (sys.excepthook, threading.excepthook), warnings.showwarning
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    logs.configure("info", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.captureWarnings(capture=False)
    warnings.showwarning = show
    root.handlers, root.level = handlers, level
    sys.excepthook, threading.excepthook = hooks


def stumble() -> None:
    """Raise as a library does that quotes what it read."""
    raise ValueError(CANARY)


def test_a_line_is_one_object(lines: Lines) -> None:
    """It has its time, its level, its event, and what was bound to the work in hand."""
    structlog.contextvars.bind_contextvars(request_id="r1")
    structlog.get_logger().info("labelled", document_id="d1")
    [line] = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "labelled", "level": "info", "document_id": "d1", "request_id": "r1"}


def test_the_level_is_kept(lines: Lines) -> None:
    """At `info` there are no lines of `debug`."""
    structlog.get_logger().debug("labelled")
    assert lines() == []


def test_an_error_is_told_without_its_text(lines: Lines) -> None:
    """Its class and where it came from, in our own logs and in those of libraries."""
    try:
        stumble()
    except ValueError:
        structlog.get_logger().exception("a batch failed")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    ours, theirs = lines()
    assert (ours["exception"], ours["event"]) == ("ValueError", "a batch failed")
    assert ours["frames"][-1].startswith("test_logs.py:")
    assert ours["frames"][-1].endswith(" stumble")
    assert (theirs["exception"], theirs["event"]) == ("ValueError", "Exception in ASGI application")
    assert CANARY not in json.dumps(lines())


def test_a_library_is_not_quoted(lines: Lines) -> None:
    """Of a library's record only who spoke and where is kept; a warning is such a record."""
    logging.getLogger("some.parser").error("cannot parse %s", CANARY)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(CANARY, stacklevel=1)
    assert [line["logger"] for line in lines()] == ["some.parser", "py.warnings"]
    assert lines()[0]["at"].startswith("test_logs.py:")
    assert CANARY not in json.dumps(lines())


def test_what_nobody_caught_is_logged_without_its_text(lines: Lines) -> None:
    """In threads and in the main one."""
    thread = threading.Thread(target=stumble)
    thread.start()
    thread.join()
    try:
        stumble()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert [(line["event"], line["exception"]) for line in lines()] == [("uncaught error", "ValueError")] * 2
    assert CANARY not in json.dumps(lines())
