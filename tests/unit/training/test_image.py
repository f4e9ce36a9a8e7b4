"""`mailroom train … --image`: asked for before the training, built after it."""

from pathlib import Path
from typing import Any, NoReturn

import pytest

from mailroom.contracts.errors import UsageError
from mailroom.model_image.errors import BuildFailed, DockerMissing
from training import image as module
from training.commands import train
from training.image import in_image


def test_without_a_name_there_is_no_image() -> None:
    """The result is what it was."""
    assert in_image({"package": "p"}, None) == {"package": "p"}


def test_a_failed_build_leaves_the_package_and_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours of training are not lost to an engine that went away."""

    def gone(*_: Any) -> NoReturn:
        raise DockerMissing("no Docker engine answers")

    monkeypatch.setattr(module, "build_image", gone)
    with pytest.raises(
        BuildFailed,
        match="no Docker engine answers; the package itself is done, "
        "try again with: mailroom package --package p --tag mine:1",
    ):
        in_image({"package": "p"}, "mine:1")


@pytest.mark.parametrize(
    ("name", "refusal"), [("not an image", UsageError), ("mailroom/classifier", DockerMissing)]
)
def test_what_cannot_end_in_an_image_does_not_begin(
    name: str, refusal: type[Exception], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A wrong name, or no engine, is found before any document is read."""
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    with pytest.raises(refusal):
        train(documents=[tmp_path / "none"], output=tmp_path / "package", image=name)
