"""The lock file as it is written."""

from mailroom.embedded import jars, relock


def test_what_is_written_is_what_is_read() -> None:
    """The committed lock is the rendering of its own jars."""
    every = [*jars.locked("kafka"), *jars.locked("flink")]
    assert relock.render(every) == relock.LOCK.read_text()


def test_every_root_is_locked() -> None:
    """A version that was raised here without a new lock is noticed."""
    for family, roots in relock.ROOTS.items():
        locked = [f"{jar.organisation}:{jar.name}:{jar.revision}" for jar in jars.locked(family)]
        assert set(roots) <= set(locked)
