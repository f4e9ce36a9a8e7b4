"""Finding Java, and the line that installs it."""

from pathlib import Path

import pytest

from mailroom.embedded import java


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_402"', 8),
        ('openjdk version "21" 2023-09-19', 21),
        ("no such thing", None),
    ],
)
def test_the_version_is_read_from_what_java_says(answer: str, version: int | None) -> None:
    """Old and new ways of numbering are understood."""
    assert java.parse_version(answer) == version


def fake_java(folder: Path, version: str) -> Path:
    """A program that answers as `java -version` does."""
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """No Java in the usual folders, whatever this machine has."""
    monkeypatch.setattr(java, "USUAL_FOLDERS", ())


@pytest.mark.usefixtures("nowhere")
def test_java_home_goes_before_the_path(tmp_path: Path) -> None:
    """A person who set JAVA_HOME means it."""
    wanted, other = fake_java(tmp_path / "a", "21.0.1"), fake_java(tmp_path / "b", "17.0.2")
    found = java.find_java({"JAVA_HOME": str(tmp_path / "a"), "PATH": str(other.parent)})
    assert found == java.Java(wanted, 21)
    assert found.home == tmp_path / "a"


@pytest.mark.usefixtures("nowhere")
def test_an_old_java_home_is_passed_over(tmp_path: Path) -> None:
    """A new enough Java on the path is used instead."""
    fake_java(tmp_path / "a", "11.0.1")
    other = fake_java(tmp_path / "b", "17.0.2")
    found = java.find_java({"JAVA_HOME": str(tmp_path / "a"), "PATH": str(other.parent)})
    assert found == java.Java(other, 17)


@pytest.mark.usefixtures("nowhere")
def test_too_old_is_said_with_the_mend(tmp_path: Path) -> None:
    """One line: what is needed, what was found, what to type."""
    old = fake_java(tmp_path, "11.0.1")
    with pytest.raises(java.JavaMissing) as raised:
        java.find_java({"PATH": str(old.parent)})
    message = str(raised.value)
    assert message.startswith(f"Java 17 or newer is needed, found only Java 11 at {old}: ")
    assert "\n" not in message


@pytest.mark.usefixtures("nowhere")
def test_none_at_all_is_said_with_the_mend() -> None:
    """A machine without Java hears so."""
    with pytest.raises(java.JavaMissing, match=r"^Java 17 or newer is needed, found none: "):
        java.find_java({"PATH": ""})


def test_the_usual_folders_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Java that is installed but not on the path is found."""
    program = fake_java(tmp_path / "temurin-17", "17.0.2")
    monkeypatch.setattr(java, "USUAL_FOLDERS", (str(tmp_path),))
    assert java.find_java({"PATH": ""}) == java.Java(program, 17)


@pytest.mark.parametrize(
    ("release", "managers", "line"),
    [
        ('ID=debian\nVERSION_ID="12"', ["apt-get"], "sudo apt-get install -y openjdk-17-jre-headless"),
        ('ID=debian\nVERSION_ID="13"', ["apt-get"], "sudo apt-get install -y openjdk-21-jre-headless"),
        ('ID=ubuntu\nVERSION_ID="24.04"', ["apt-get"], "sudo apt-get install -y openjdk-17-jre-headless"),
        ("ID=fedora\nVERSION_ID=42", ["dnf"], "sudo dnf install -y java-21-openjdk-headless"),
        ("", ["brew"], "brew install openjdk@17"),
    ],
)
def test_the_install_line_fits_the_system(release: str, managers: list[str], line: str) -> None:
    """The command can be pasted where it is read."""
    assert java.install_line(release, managers) == line
