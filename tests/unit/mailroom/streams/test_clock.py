"""Time as a dependency."""

import pytest

from mailroom.streams.clock import FakeClock, SystemClock, parse_rfc3339, rfc3339


def test_a_time_is_written_to_the_millisecond_in_utc() -> None:
    """RFC 3339 with three decimals and a Z."""
    assert rfc3339(1_767_225_600.1239) == "2026-01-01T00:00:00.123Z"


@pytest.mark.parametrize(
    "text",
    ["2026-01-01T00:00:00.500Z", "2026-01-01T01:00:00.500+01:00", "2026-01-01T00:00:00.500000000+00:00"],
)
def test_a_time_is_read_with_any_offset(text: str) -> None:
    """The same moment, however it is written."""
    assert parse_rfc3339(text) == 1_767_225_600.5


@pytest.mark.parametrize("text", ["2026-01-01T00:00:00", "yesterday", "", "2026-13-01T00:00:00Z"])
def test_what_names_no_moment_is_refused(text: str) -> None:
    """A time without its offset from UTC, or none at all."""
    with pytest.raises(ValueError, match=r"no UTC offset|Invalid isoformat|month must be"):
        parse_rfc3339(text)


def test_a_fake_clock_moves_when_it_sleeps() -> None:
    """No test waits, and every wait is remembered."""
    clock = FakeClock(10.0)
    clock.sleep(2.5)
    assert (clock.now(), clock.monotonic(), clock.slept) == (12.5, 12.5, [2.5])


def test_the_systems_clock_runs() -> None:
    """Monotonic time does not go back."""
    clock = SystemClock()
    assert clock.monotonic() <= clock.monotonic()
