"""The logs of this process while a test runs."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from mailroom.telemetry import logs


class Logged:
    """Lines as they were written."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        """All of it."""
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The same, line by line."""
        return [json.loads(line) for line in self.text.splitlines()]


@contextmanager
def logged(level: str = "info") -> Iterator[Logged]:
    """Log as a service does; afterwards logs go where they went before."""
    root, hooks, show = logging.getLogger(), (sys.excepthook, threading.excepthook), warnings.showwarning
    handlers, root_level = root.handlers, root.level
    found = Logged()
    logs.configure(level, found.stream)
    try:
        yield found
    finally:
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
        logging.captureWarnings(capture=False)
        warnings.showwarning = show
        root.handlers, root.level = handlers, root_level
        sys.excepthook, threading.excepthook = hooks
