"""What a start in the background makes of the output of the one that failed."""

from pathlib import Path

from mailroom.embedded import detached, foreground
from mailroom.embedded.services import Folders, environment
from mailroom.embedded.system import Options


def test_the_reason_is_the_line_that_the_verb_said() -> None:
    """Progress and warnings around it are left out."""
    assert (
        detached.reason("fetching\nmailroom: the disk is full: make room\n") == "the disk is full: make room"
    )
    assert detached.reason("Killed\n") == ""


def test_the_background_start_gets_the_same_options() -> None:
    """What was not chosen is not passed on."""
    folders = Folders(Path("/home"), Path("/data"))
    assert foreground.arguments(Options(folders, Path("/package"), 9092)) == [
        "--package",
        "/package",
        "--data",
        "/data",
        "--port",
        "9092",
    ]
    assert foreground.arguments(Options(folders)) == ["--data", "/data"]


def test_services_learn_where_things_are() -> None:
    """Folders are named only where they are not the usual ones, so that a person's own settings hold."""
    usual = environment(Folders(Path("/h"), Path("/h")), "b:1", Path("/p"), None)
    assert usual == {
        "MAILROOM_KAFKA__BOOTSTRAP": "b:1",
        "MAILROOM_CLASSIFIER__PACKAGE": "/p",
        "PYTHONUNBUFFERED": "1",
    }
    moved = environment(Folders(Path("/h"), Path("/d")), "b:1", Path("/p"), Path("/java"))
    assert moved.items() - usual.items() == {
        ("MAILROOM_STREAM__STATE_DIR", "/d/flink"),
        ("MAILROOM_OBJECTS__URI", "file:///d/objects"),
        ("JAVA_HOME", "/java"),
    }
