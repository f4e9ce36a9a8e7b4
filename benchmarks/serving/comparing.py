"""The comparison: everybody turn by turn, so that whatever else the machine does befalls all alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.serving.contestants import FASTAPI, MAILROOM, PEERS_OF
from benchmarks.serving.fleet import Standing
from benchmarks.serving.servers import Cores
from benchmarks.serving.wrk import Load, post

WARM_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One contestant under one load, once.

    Attributes:
        name: Whose.
        connections: Of the client.
        round: From 0.
        load: What the client saw.
        cpu_ms: Processor time of the server for each request, milliseconds.
    """

    name: str
    connections: int
    round: int
    load: Load
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Target:
    """A ratio that is asked for.

    Attributes:
        what: For people.
        ratio: Median over the rounds.
        bound: What is asked.
        at_least: Whether the ratio must reach the bound, rather than stay within it.
    """

    what: str
    ratio: float
    bound: float
    at_least: bool

    @property
    def met(self) -> bool:
        """Whether it is."""
        return self.ratio >= self.bound if self.at_least else self.ratio <= self.bound


def turns(
    standing: Sequence[Standing], connections: Sequence[int], rounds: int, seconds: float, cores: Cores
) -> Iterator[Turn]:
    """Every contestant under every load, `rounds` times over, after a warm-up of each."""
    for one in standing:
        post(one.url, one.bodies, 8, WARM_SECONDS, cores.client)
    for number in range(rounds):
        shift = number % len(standing)
        for count in connections:
            for one in [*standing[shift:], *standing[:shift]]:
                yield _turn(one, count, number, seconds, cores)


def _turn(one: Standing, connections: int, number: int, seconds: float, cores: Cores) -> Turn:
    before = one.server.cpu_seconds()
    load = post(one.url, one.bodies, connections, seconds, cores.client)
    cpu_ms = 1_000 * (one.server.cpu_seconds() - before) / max(load.requests, 1)
    return Turn(one.contestant.name, connections, number, load, cpu_ms)


def targets(found: Sequence[Turn]) -> list[Target]:
    """What is asked of our door; loads that were not measured are left out."""
    best = [peer.name for peer in PEERS_OF]
    asked = [
        (1, "requests/s of the FastAPI handler's", [FASTAPI.name], False, 1.0),
        (32, "requests/s of the best peer's", best, False, 1.8),
        (8, "p99 of the best peer's", best, True, 0.7),
        (32, "p99 of the best peer's", best, True, 0.7),
    ]
    measured = {turn.connections for turn in found}
    return [
        Target(
            f"{count} connection{'s'[: count > 1]}: {what}",
            _ratio(found, count, names, p99=p99),
            bound,
            not p99,
        )
        for count, what, names, p99, bound in asked
        if count in measured
    ]


def _ratio(found: Sequence[Turn], connections: int, peers: Sequence[str], *, p99: bool) -> float:
    by_round: dict[int, dict[str, float]] = {}
    for turn in found:
        if turn.connections == connections:
            value = turn.load.p99_ms if p99 else turn.load.requests_per_second
            by_round.setdefault(turn.round, {})[turn.name] = value
    choose = min if p99 else max
    return median(
        values[MAILROOM.name] / choose(values[name] for name in peers) for values in by_round.values()
    )


def middle(found: Sequence[Turn], name: str, connections: int) -> Turn:
    """The median of a contestant's rounds, figure by figure."""
    own = [turn for turn in found if (turn.name, turn.connections) == (name, connections)]
    load = Load(
        sum(turn.load.requests for turn in own),
        median(turn.load.requests_per_second for turn in own),
        median(turn.load.p50_ms for turn in own),
        median(turn.load.p99_ms for turn in own),
        sum(turn.load.refused for turn in own),
        sum(turn.load.broken for turn in own),
    )
    return Turn(name, connections, len(own), load, median(turn.cpu_ms for turn in own))
