import logging

from departments.projection.quieting import Seldom


def record(line: int) -> logging.LogRecord:
    return logging.LogRecord("aiokafka", logging.ERROR, "client.py", line, "no broker", None, None)


def test_what_repeats_is_said_now_and_then() -> None:
    """Each place in the code by itself."""
    now = [100.0]
    seldom = Seldom(30.0, lambda: now[0])
    said = [seldom.filter(record(line)) for line in (1, 1, 2)]
    now[0] += 30.0
    assert [*said, seldom.filter(record(1))] == [True, False, True, True]
