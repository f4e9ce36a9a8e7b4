"""When messages are tried again."""

import itertools

from departments.delivery.patience import next_pause

DAY = 86_400.0


def test_pauses_double_from_five_seconds_to_an_hour() -> None:
    """Ten doublings, and then every hour."""
    pauses = [next_pause(tries, give_up_after=DAY, chance=lambda: 0.0) for tries in range(1, 13)]
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]


def test_after_a_day_of_pauses_nothing_is_tried_again() -> None:
    """The pauses of 32 tries are 84,315 s; the 33rd would go beyond a day."""
    tries = itertools.count(1)
    pauses = list(
        itertools.takewhile(bool, (next_pause(n, give_up_after=DAY, chance=lambda: 0.0) for n in tries))
    )
    assert len(pauses) == 32
    assert sum(pause or 0 for pause in pauses) == 84_315


def test_what_failed_together_is_not_tried_together() -> None:
    """A tenth of the pause is left to chance."""
    assert next_pause(1, give_up_after=DAY, chance=lambda: 1.0) == 5.5


def test_a_receiver_may_ask_for_an_hour_at_most() -> None:
    """Less than the pause shortens nothing; a year is an hour."""
    assert next_pause(1, give_up_after=DAY, retry_after=60, chance=lambda: 0.0) == 60
    assert next_pause(11, give_up_after=DAY, retry_after=60, chance=lambda: 0.0) == 3600
    assert next_pause(1, give_up_after=DAY, retry_after=31_536_000, chance=lambda: 0.0) == 3600


def test_any_number_of_tries_has_an_answer() -> None:
    """A float's range does not end it."""
    assert next_pause(100_000, give_up_after=1e12, chance=lambda: 0.0) == 3600
