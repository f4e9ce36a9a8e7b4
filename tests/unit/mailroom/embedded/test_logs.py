"""The line of a log that explains an end."""

from pathlib import Path

import pytest

from mailroom.embedded import logs


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "it wrote nothing"),
        ("one\ntwo\n\n", "two"),
        ("ERROR: no\n\tat some.java\n  at some.py\nCaused by: x\n", "ERROR: no"),
        ("mailroom: buy more memory\n", "buy more memory"),
    ],
)
def test_the_last_line_that_says_something(tmp_path: Path, text: str, line: str) -> None:
    """Stack traces and blank lines are passed over, and the program's own name."""
    (tmp_path / "log").write_text(text)
    assert logs.last_line(tmp_path / "log") == line


def test_a_log_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    """A service that never started wrote nothing."""
    assert logs.last_line(tmp_path / "log") == "it wrote nothing"


def test_only_the_end_of_a_long_log_is_read(tmp_path: Path) -> None:
    """Ten megabytes are not read for one line."""
    (tmp_path / "log").write_text("x" * 100_000 + "\nlast\n")
    assert len(logs.tail(tmp_path / "log")) == 16_384
    assert logs.last_line(tmp_path / "log") == "last"
