"""Results kept by their content."""

from pathlib import Path

import pytest

from training.cache import cached


def test_a_result_is_made_once_per_kind_and_content() -> None:
    """Another kind or other content never meets it."""
    made: list[bytes] = []

    def make() -> bytes:
        made.append(b"")
        return b"result %d" % len(made)

    answers = [cached(*key, make) for key in (("a", b"x"), ("a", b"x"), ("b", b"x"), ("a", b"y"))]
    assert answers == [b"result 1", b"result 1", b"result 2", b"result 3"]


def test_a_failure_is_not_kept() -> None:
    """What could not be made is tried again."""
    with pytest.raises(ZeroDivisionError):
        cached("a", b"x", lambda: bytes([1 // 0]))
    assert cached("a", b"x", lambda: b"fine") == b"fine"


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file stands where the folder should be: the result is given all the same."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MAILROOM_CACHE", str(tmp_path / "file"))
    assert cached("a", b"x", lambda: b"made") == b"made"
