"""How far a long work is."""

import pytest

from mailroom.progress import Pace, readable, shown


class Clock:
    """Seconds as a test sets them."""

    now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def test_the_time_left_follows_the_pace_since_the_work_began() -> None:
    """What an earlier run did, and what was prepared before the work, counts for nothing."""
    clock = Clock()
    pace = Pace(100.0, clock)
    pace.skip(20.0)
    assert pace.seconds_left() is None
    clock.now = 60.0
    pace.begin()
    clock.now = 70.0
    pace.done = 20.0
    assert pace.seconds_left() == 30.0


def test_times_are_readable() -> None:
    """Seconds below a minute, hours above sixty minutes."""
    assert [readable(seconds) for seconds in (7.4, 90, 3_600, 12_000)] == [
        "7 s",
        "2 min",
        "1 h 0 min",
        "3 h 20 min",
    ]


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a person looks, nothing is reported line by line."""
    lines: list[str] = []
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with shown("labelling", lines.append) as show:
        show(1.0, 2.0, "half of it")
    assert "half of it" in capsys.readouterr().err
    assert lines == []


def test_a_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within ten seconds nothing more is said."""
    lines: list[str] = []
    monkeypatch.setattr("sys.stderr.isatty", lambda: False)
    with shown("labelling", lines.append) as show:
        show(1.0, 2.0, "too soon")
        monkeypatch.setattr("mailroom.progress.EVERY_SECONDS", 0.0)
        show(1.0, 2.0, "half of it")
    assert lines == ["labelling: half of it"]
