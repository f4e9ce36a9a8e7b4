"""A Docker engine, the training image, and the cluster of the Compose profile `training`."""

import os
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailroom.embedded.ports import any_free

ROOT = Path(__file__).parents[3]
IMAGE, TAG = "mailroom-training", "test"


@dataclass(frozen=True)
class Compose:
    """One project of Docker Compose.

    Attributes:
        name: Its own, so that it is nobody else's.
        variables: What the Compose file asks the environment for.
        tracking: The tracking server's address on this machine.
        master: The cluster's page on this machine.
    """

    name: str
    variables: Mapping[str, str]
    tracking: str
    master: str

    def __call__(self, *arguments: str) -> str:
        """Run a command of Compose and give what it prints."""
        command = ["docker", "compose", "--project-name", self.name, "--profile", "training", *arguments]
        return told(command, environment=self.variables)


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
    image = f"{IMAGE}:{TAG}"
    told(["docker", "build", "--quiet", "--file", "training/Dockerfile", "--tag", image, "."])
    return image


@pytest.fixture(scope="module")
def cluster(training_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:
    """Master, two workers and tracking server, healthy; `/input` in them is a folder `input` of this test."""
    inputs = tmp_path_factory.mktemp("input")
    inputs.chmod(0o755)
    ui, mlflow = any_free(), any_free()
    variables = {
        "MAILROOM_TAG": TAG,
        "MAILROOM_INPUT": str(inputs),
        "MAILROOM_SPARK_UI_PORT": str(ui),
        "MAILROOM_MLFLOW_PORT": str(mlflow),
    }
    compose = Compose(
        f"mailroom-{uuid.uuid4().hex[:8]}", variables, f"http://127.0.0.1:{mlflow}", f"http://127.0.0.1:{ui}"
    )
    try:
        compose("up", "--detach", "--wait", "--pull", "never", "--no-build")
        yield compose
    except pytest.fail.Exception:
        print(compose("logs", "--tail", "40"))  # noqa: T201 - pytest shows it with the failure
        raise
    finally:
        compose("down", "--volumes", "--remove-orphans", "--timeout", "30")
