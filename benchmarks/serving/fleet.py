"""All servers of a comparison, started, and agreed on what the documents are."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving.contestants import Contestant
from benchmarks.serving.model import ServedModel
from benchmarks.serving.servers import Cores, Server, ServerFailed, free_port, running, wait_for
from mailroom.model_package.manifest import MANIFEST

AGREEMENT = 1e-5
"""Largest difference of a probability: packages hold single precision, and answers six decimals."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A contestant whose server runs.

    Attributes:
        contestant: Who.
        server: Its process.
        bodies: What to post, one a line.
    """

    contestant: Contestant
    server: Server
    bodies: Path

    @property
    def url(self) -> str:
        """Where to post."""
        return f"{self.server.url}{self.contestant.path}"


@contextmanager
def started(
    contestants: Sequence[Contestant], model: ServedModel, cores: Cores, folder: Path, *, plain: bool = False
) -> Iterator[list[Standing]]:
    """Every contestant's server, ready.

    Args:
        contestants: Who.
        model: What they serve.
        cores: Where they run.
        folder: For what they write.
        plain: Peers serve the pipeline over scikit-learn's own words.

    Raises:
        MailroomError: One does not start.
    """
    texts = model.texts()
    with ExitStack() as stack:
        servers: dict[str, Server] = {}
        standing = []
        for contestant in contestants:
            bodies = _bodies(contestant, texts, folder)
            if contestant.server not in servers:
                home = folder / contestant.server
                ours = contestant.server == "mailroom"
                served = model.package if ours else model.plain if plain else model.pipeline
                servers[contestant.server] = stack.enter_context(_server(contestant, served, cores, home))
            server = servers[contestant.server]
            wait_for(server, contestant.path, _lines(bodies)[0], folder / contestant.server / "log")
            standing.append(Standing(contestant, server, bodies))
        yield standing


@contextmanager
def _server(contestant: Contestant, served: Path, cores: Cores, home: Path) -> Iterator[Server]:
    port = free_port()
    start = contestant.start(served, port)
    home.mkdir(parents=True)
    for name, content in start.files.items():
        (home / name).write_text(content)
    with running(start.command, port, cores.server, home, start.variables) as server:
        yield server


def largest_difference(standing: Sequence[Standing], model: ServedModel) -> float:
    """The largest difference of any probability of any document between the first contestant and another.

    Raises:
        ServerFailed: It is more than rounding explains.
    """
    labels = json.loads((model.package / MANIFEST).read_text())["labels"]
    first, *others = [_answers(one, labels) for one in standing]
    differences = [
        abs(ours[label] - theirs[label])
        for other in others
        for ours, theirs in zip(first, other, strict=True)
        for label in labels
    ]
    largest = max(differences, default=0.0)
    if largest > AGREEMENT:
        raise ServerFailed(f"probabilities differ by {largest:g}: the servers do not serve the same model")
    return largest


def _answers(standing: Standing, labels: Sequence[str]) -> list[dict[str, float]]:
    asked = standing.contestant
    return [
        asked.read(json.loads(standing.server.post(asked.path, body)), labels)
        for body in _lines(standing.bodies)
    ]


def _bodies(contestant: Contestant, texts: Iterable[str], folder: Path) -> Path:
    path = folder / f"{contestant.name.replace(' ', '-')}.jsonl"
    path.write_text("".join(json.dumps(contestant.body(text)) + "\n" for text in texts))
    return path


def _lines(bodies: Path) -> list[bytes]:
    return bodies.read_bytes().splitlines()
