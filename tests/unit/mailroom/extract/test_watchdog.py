import threading

from mailroom.extract.watchdog import Watchdog


def test_it_bites_what_is_overdue() -> None:
    """Work that takes longer than it may is interrupted, and the next is watched again."""
    bitten = threading.Event()
    watchdog = Watchdog(bitten.set)
    with watchdog.within(60):
        pass
    with watchdog.within(0.01):
        assert bitten.wait(10)
    bitten.clear()
    with watchdog.within(0.01):
        assert bitten.wait(10)
    watchdog.end()


def test_it_lets_be_what_is_done() -> None:
    """A deadline that was kept is forgotten, also by a later piece of work with more time."""
    bitten = threading.Event()
    watchdog = Watchdog(bitten.set)
    with watchdog.within(0.05):
        pass
    with watchdog.within(60):
        assert not bitten.wait(0.2)
    watchdog.end()


def test_its_thread_ends() -> None:
    """Nothing is left behind."""
    watchdog = Watchdog(lambda: None)
    with watchdog.within(60):
        pass
    watchdog.end()
    assert watchdog._thread is not None
    watchdog._thread.join(10)
    assert not watchdog._thread.is_alive()
