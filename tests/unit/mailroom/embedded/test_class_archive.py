"""The archive of a JVM's classes: made once, left out where a Java cannot make one."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from mailroom.contracts.errors import MailroomError
from mailroom.embedded import class_archive
from mailroom.embedded.java import Java


class Runs:
    """Runs of a program that write an archive, or do not."""

    def __init__(self, content: bytes | None, error: MailroomError | None = None) -> None:
        self.content, self.error = content, error
        self.count = 0

    def __call__(self, _folder: Path, jvm_options: Sequence[str]) -> None:
        self.count += 1
        if self.content is not None:
            Path(jvm_options[0].removeprefix("-XX:ArchiveClassesAtExit=")).write_bytes(self.content)
        if self.error is not None:
            raise self.error


@pytest.fixture
def java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Java:
    """A Java of the test's own, and an empty cache."""
    monkeypatch.setenv("MAILROOM_CACHE", str(tmp_path / "cache"))
    (tmp_path / "java").touch()
    return Java(tmp_path / "java", 17)


def test_an_archive_is_made_once(java: Java, tmp_path: Path) -> None:
    """The second start uses what the first one's trial run wrote."""
    runs = Runs(b"classes")
    first = class_archive.options(java, [tmp_path / "a.jar"], "kafka", runs)
    second = class_archive.options(java, [tmp_path / "a.jar"], "kafka", runs)
    assert (runs.count, first) == (1, second)
    assert Path(first[0].removeprefix("-XX:SharedArchiveFile=")).read_bytes() == b"classes"


def test_other_jars_make_another_archive(java: Java, tmp_path: Path) -> None:
    """An upgrade does not run into the archive of before."""
    runs = Runs(b"classes")
    first = class_archive.options(java, [tmp_path / "a.jar"], "kafka", runs)
    assert class_archive.options(java, [tmp_path / "b.jar"], "kafka", runs) != first


@pytest.mark.parametrize("runs", [Runs(None), Runs(b"half", MailroomError("no"))])
def test_a_java_that_writes_none_is_not_asked_again(java: Java, tmp_path: Path, runs: Runs) -> None:
    """Starting slower beats not starting, and trying each time."""
    jars = [tmp_path / "a.jar"]
    assert class_archive.options(java, jars, "kafka", runs) == []
    assert class_archive.options(java, jars, "kafka", runs) == []
    assert runs.count == 1
