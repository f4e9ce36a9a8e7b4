"""What an engine says while it builds, and what it is named by."""

from collections.abc import Mapping
from typing import Any

import pytest

from mailroom.contracts.errors import UsageError
from mailroom.model_image.engine import connect, followed
from mailroom.model_image.errors import BuildFailed, DockerMissing
from mailroom.model_image.reference import checked


def test_a_build_gives_its_image_and_shows_its_steps() -> None:
    """Each step is shown when it begins."""
    shown: list[tuple[float, float, str]] = []
    events: list[Mapping[str, Any]] = [
        {"stream": "Step 1/2 : FROM python"},
        {"stream": "\n"},
        {"stream": " ---> 8d5f0\n"},
        {"stream": "Step 2/2 : COPY a b"},
        {"aux": {"ID": "sha256:abc"}},
        {"stream": "Successfully built abc\n"},
    ]
    assert followed(events, lambda *step: shown.append(step)) == "sha256:abc"
    assert shown == [(0, 2, "FROM python"), (1, 2, "COPY a b")]


def test_a_failed_step_is_told_with_what_it_said_last() -> None:
    """The engine's own error names the command alone; the reason stands before it."""
    events = [{"stream": "E: no such package\n"}, {"error": "The command returned 100\n"}]
    with pytest.raises(BuildFailed, match=r"not built: The command returned 100 \(E: no such package\)$"):
        followed(events, lambda *_: None)


def test_a_build_without_an_image_has_failed() -> None:
    """An engine that ends in the middle built nothing."""
    with pytest.raises(BuildFailed, match="without an image"):
        followed([{"stream": "Step 1/2 : FROM python"}], lambda *_: None)


def test_no_engine_is_one_line_with_its_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing listens, the message says what to do."""
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    with pytest.raises(DockerMissing, match="start one, or let DOCKER_HOST name it") as caught:
        connect()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["mailroom", "mailroom/classifier:test", "localhost:5000/a/b-c:1.0_x", "Registry.example/a"]
)
def test_names_of_images(name: str) -> None:
    """Host and port, path and tag."""
    assert checked(name) == name


@pytest.mark.parametrize("name", ["", "Mailroom", "a b", "a:", "a/:b", "-a", "a:b:c", "a\nRUN b", "a..b"])
def test_what_names_no_image(name: str) -> None:
    """Refused before any work is done."""
    with pytest.raises(UsageError, match="no name of an image"):
        checked(name)
