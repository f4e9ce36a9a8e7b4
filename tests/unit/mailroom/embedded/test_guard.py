"""The guard's parts that need no process."""

from contextlib import closing
from pathlib import Path

from mailroom.embedded import guard


def test_a_log_that_grew_over_its_limit_is_set_aside(tmp_path: Path) -> None:
    """Two files at the most, so that a talkative service never fills the disk."""
    with closing(guard.BoundedLog(tmp_path / "a.log", 10)) as log:
        for chunk in (b"0123456789", b"x", b"new\n"):
            log.write(chunk)
    assert (tmp_path / "a.log").read_bytes() == b"new\n"
    assert (tmp_path / "a.log.1").read_bytes() == b"0123456789x"


def test_a_log_goes_on_where_the_last_run_ended(tmp_path: Path) -> None:
    """What explains the last end is still there after the restart."""
    for line in (b"first\n", b"second\n"):
        with closing(guard.BoundedLog(tmp_path / "a.log", 100)) as log:
            log.write(line)
    assert (tmp_path / "a.log").read_bytes() == b"first\nsecond\n"


def test_an_exit_status_is_a_shell_s() -> None:
    """A signal's number is added to 128."""
    assert [guard.exit_status(code) for code in (0, 3, -9)] == [0, 3, 137]
