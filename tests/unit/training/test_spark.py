"""What is told when Spark cannot start."""

from pathlib import Path

import pytest

from mailroom.contracts.errors import UsageError
from mailroom.embedded import class_archive, java
from mailroom.embedded.ports import any_free
from training import spark
from training.shipping import shipped
from training.spark import SparkFailed, SparkSettings


def test_without_java_the_message_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is started, and the message is a command."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(java, "USUAL_FOLDERS", ())
    with pytest.raises(java.JavaMissing, match="Java 17 or newer is needed, found none: "):
        spark._start(SparkSettings(), [])


def test_a_master_that_does_not_answer_is_told_at_once() -> None:
    """Spark alone would try for a minute."""
    address = f"spark://127.0.0.1:{any_free()}"
    with pytest.raises(SparkFailed, match=f"^no Spark master answers at {address}: is it running"):
        spark._start(SparkSettings(master=address), [])


def test_a_missing_environment_is_told(tmp_path: Path) -> None:
    """What is to be sent to executors has to be there."""
    with pytest.raises(UsageError, match=r"/env\.tar\.gz: no such file or folder; mend `spark\.environment`"):
        shipped([], tmp_path / "env.tar.gz")


def test_the_reason_is_the_last_error_since_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What other runs logged before is none of it."""
    monkeypatch.setenv("MAILROOM_CACHE", str(tmp_path))
    spark.spark_log().parent.mkdir()
    spark.spark_log().write_text("old: SomeException\nnew: BadError: no\nINFO done\n")
    assert spark._last_error(0) == "new: BadError: no"
    assert spark._last_error(len("old: SomeException\nnew: BadError: no\n")) == "no reason given"


def test_the_jvm_leaves_the_cores_of_this_machine_to_the_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """One compiler and an archive of classes here, neither on a cluster; whoever sets options knows better."""
    monkeypatch.setattr(class_archive, "options", lambda *_: ["-XX:SharedArchiveFile=a"])
    name, given = "spark.driver.extraJavaOptions", "-XX:+UseSerialGC"
    assert spark._properties(SparkSettings())[name] == "-XX:TieredStopAtLevel=1 -XX:SharedArchiveFile=a"
    assert name not in spark._properties(SparkSettings(master="spark://127.0.0.1:7077"))
    assert spark._properties(SparkSettings(options={name: given}))[name] == given
