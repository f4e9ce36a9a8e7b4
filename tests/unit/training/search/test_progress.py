"""How far a search is."""

import pytest

from training.search.progress import Progress, progress


class Clock:
    """Seconds as a test sets them."""

    now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def test_the_time_left_follows_the_pace_and_the_size_of_fits() -> None:
    """A fit on a tenth of the documents counts a tenth; what an earlier run did takes no time."""
    clock, said = Clock(), []
    shown = Progress(total=5.0, show=lambda done, _, line: said.append((done, line)), clock=clock)
    shown.skip(1.0)
    assert shown.seconds_left() is None
    clock.now = 60.0
    shown.advance(0.1, failed=False)
    shown.advance(0.9, failed=True)
    shown.best = 0.8125
    assert shown.seconds_left() == 180.0
    assert said[-1] == (1.0, "2 fits done, 1 failed, about 3 min left")
    assert shown.sentence() == "2 fits done, 1 failed, best so far 0.812, about 3 min left"


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a person looks, nothing is reported line by line."""
    lines: list[str] = []
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress(2.0, lines.append) as shown:
        shown.advance(1.0, failed=False)
    assert "1 fits done, about" in capsys.readouterr().err
    assert lines == []


def test_without_a_terminal_lines_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log gets the same sentence, once in a while."""
    lines: list[str] = []
    monkeypatch.setattr("sys.stderr.isatty", lambda: False)
    monkeypatch.setattr("mailroom.progress.EVERY_SECONDS", 0.0)
    with progress(2.0, lines.append) as shown:
        shown.advance(1.0, failed=False)
    assert len(lines) == 1
    assert lines[0].startswith("search: 1 fits done, about")
