"""A Docker engine, the images of these sources, and Compose projects that are nobody else's."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailroom.embedded.ports import any_free

ROOT = Path(__file__).parents[3]
TAG = "test"
CLASSIFIER = f"mailroom/classifier:{TAG}"


@dataclass(frozen=True)
class Compose:
    """One project of Docker Compose.

    Attributes:
        name: Its own, so that it is nobody else's.
        ports: The ports of this machine, by the variable that the Compose file asks for each.
        variables: What else it asks the environment for.
        profile: The profile that is on; empty for none.
    """

    name: str
    ports: Mapping[str, int]
    variables: Mapping[str, str]
    profile: str = ""

    def __call__(self, *arguments: str) -> str:
        """Run a command of Compose and give what it prints."""
        profile = ["--profile", self.profile] if self.profile else []
        ports = {name: str(port) for name, port in self.ports.items()}
        command = ["docker", "compose", "--project-name", self.name, *profile, *arguments]
        return told(command, environment={**self.variables, **ports})

    @contextmanager
    def up(self, *services: str) -> Iterator["Compose"]:
        """Healthy services, all that are on if none are named; nothing of them is left behind."""
        try:
            self("up", "--detach", "--wait", "--pull", "never", "--no-build", *services)
            yield self
        except pytest.fail.Exception:
            print(self("logs", "--tail", "40"))  # noqa: T201 - pytest shows it with the failure
            raise
        finally:
            self("down", "--volumes", "--remove-orphans", "--timeout", "30")


def project(variables: Mapping[str, str], *ports: str, profile: str = "") -> Compose:
    """A project with free ports."""
    name = f"mailroom-{uuid.uuid4().hex[:8]}"
    free = {port: any_free() for port in ports}
    return Compose(name, free, {"MAILROOM_TAG": TAG, "MAILROOM_IMAGE": CLASSIFIER, **variables}, profile)


def told(command: list[str], environment: Mapping[str, str] | None = None) -> str:
    """What a program prints; a failure shows the end of what it said."""
    outcome = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode:
        pytest.fail(f"{' '.join(command)}: {outcome.stdout[-2000:]}\n{outcome.stderr[-4000:]}", pytrace=False)
    return outcome.stdout


@pytest.fixture(scope="session")
def engine() -> None:
    """A Docker engine with Compose."""
    for question in ("info", "compose version"):
        try:
            answer = subprocess.run(
                ["docker", *question.split()], capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            pytest.skip("there is no Docker on this machine")
        if answer.returncode:
            pytest.skip(
                f"`docker {question}` says: {(answer.stderr.strip().splitlines() or ['nothing'])[-1]}"
            )


@pytest.fixture(scope="session")
def training_image(engine: None) -> str:
    """The training image of these sources; the engine builds again only what changed."""
    return built("training/Dockerfile", f"mailroom-training:{TAG}")


@pytest.fixture(scope="session")
def tracking_image(engine: None) -> str:
    """The tracking server's image, likewise."""
    return built("training/tracking/Dockerfile", f"mailroom-tracking:{TAG}")


@pytest.fixture(scope="session")
def flink_image(engine: None) -> str:
    """Flink's image, likewise."""
    return built("stream_processing/Dockerfile", f"mailroom-flink:{TAG}")


@pytest.fixture(scope="session")
def ingest_image(engine: None) -> str:
    """The image of the doors that stay open, likewise."""
    return built("ingest/Dockerfile", f"mailroom-ingest:{TAG}")


@pytest.fixture(scope="session")
def departments_image(engine: None) -> str:
    """The image of departments and console, likewise."""
    return built("departments/Dockerfile", f"mailroom-departments:{TAG}")


def built(dockerfile: str, image: str) -> str:
    """An image of these sources, by its name."""
    told(["docker", "build", "--quiet", "--file", dockerfile, "--tag", image, "."])
    return image


@pytest.fixture(scope="session")
def packed(engine: None, package: Path) -> dict[str, Any]:
    """What `mailroom package` says of the classifier's image with the session's package in it."""
    verb = ["package", "--package", str(package), "--tag", CLASSIFIER, "--json"]
    result: dict[str, Any] = json.loads(told([sys.executable, "-m", "cli", *verb]))
    return result


@pytest.fixture(scope="session")
def classifier_image(packed: dict[str, Any]) -> str:
    """The classifier's image, with a package."""
    return str(packed["image"])


@pytest.fixture(scope="module")
def cluster(
    training_image: str, tracking_image: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Compose]:
    """Master, two workers and tracking server, healthy; `/input` in them is a folder `input` of this test."""
    inputs = tmp_path_factory.mktemp("input")
    inputs.chmod(0o755)
    ports = ("MAILROOM_SPARK_UI_PORT", "MAILROOM_MLFLOW_PORT")
    with project({"MAILROOM_INPUT": str(inputs)}, *ports, profile="training").up(
        "spark-worker", "mlflow"
    ) as compose:
        yield compose
