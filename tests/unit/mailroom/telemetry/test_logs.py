"""Logs, line by line."""

import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest
import structlog

from tests.unit.mailroom.telemetry.logged import Logged, logged

CANARY = "Dear Ms Canary, please pay"


@pytest.fixture
def logs() -> Iterator[Logged]:
    """What was logged so far."""
    with logged() as found:
        yield found


def stumble() -> None:
    """Raise as a library does that quotes what it read."""
    raise ValueError(CANARY)


def test_a_line_is_one_object(logs: Logged) -> None:
    """It has its time, its level, its event, and what was bound to the work in hand."""
    structlog.contextvars.bind_contextvars(request_id="r1")
    structlog.get_logger().info("labelled", document_id="d1")
    [line] = logs.lines
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "labelled", "level": "info", "document_id": "d1", "request_id": "r1"}


def test_the_level_is_kept(logs: Logged) -> None:
    """At `info` there are no lines of `debug`."""
    structlog.get_logger().debug("labelled")
    assert logs.lines == []


def test_an_error_is_told_without_its_text(logs: Logged) -> None:
    """Its class and where it came from, in our own logs and in those of libraries."""
    try:
        stumble()
    except ValueError:
        structlog.get_logger().exception("a batch failed")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    ours, theirs = logs.lines
    assert (ours["exception"], ours["event"]) == ("ValueError", "a batch failed")
    assert ours["frames"][-1].startswith("test_logs.py:")
    assert ours["frames"][-1].endswith(" stumble")
    assert (theirs["exception"], theirs["event"]) == ("ValueError", "Exception in ASGI application")
    assert CANARY not in json.dumps(logs.lines)


def test_a_library_is_not_quoted(logs: Logged) -> None:
    """Of a library's record only who spoke and where is kept; a warning is such a record."""
    logging.getLogger("some.parser").error("cannot parse %s", CANARY)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(CANARY, stacklevel=1)
    assert [line["logger"] for line in logs.lines] == ["some.parser", "py.warnings"]
    assert logs.lines[0]["at"].startswith("test_logs.py:")
    assert CANARY not in json.dumps(logs.lines)


def test_what_nobody_caught_is_logged_without_its_text(logs: Logged) -> None:
    """In threads and in the main one."""
    thread = threading.Thread(target=stumble)
    thread.start()
    thread.join()
    try:
        stumble()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert [(line["event"], line["exception"]) for line in logs.lines] == [
        ("uncaught error", "ValueError")
    ] * 2
    assert CANARY not in json.dumps(logs.lines)
