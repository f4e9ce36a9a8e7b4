"""The lock file as it is written."""

from mailroom.embedded import jars, relock


def test_what_is_written_is_what_is_read() -> None:
    """The committed lock is the rendering of its own jars."""
    every = [jar for family in relock.ROOTS for jar in jars.locked(family)]
    assert relock.render(every) == relock.LOCK.read_text()


def test_every_root_is_locked() -> None:
    """A version that was raised here without a new lock is noticed."""
    for family, roots in relock.ROOTS.items():
        locked = [f"{jar.organisation}:{jar.name}:{jar.revision}" for jar in jars.locked(family)]
        assert set(roots) <= set(locked)


def test_what_spark_carries_is_not_loaded_beside_it() -> None:
    """Sets that go into Spark bring no second copy of a library that PySpark ships."""
    into_spark = [family for family in relock.ROOTS if family.startswith(relock.INTO_SPARK)]
    names = {jar.name for family in into_spark for jar in jars.locked(family)}
    assert {"hadoop-aws", "mongo-spark-connector_2.13", "postgresql", "ojdbc11"} <= names
    assert names & relock.spark_carries() == set()
    assert {"netty-buffer", "hadoop-client-api", "httpclient"} <= relock.spark_carries()
