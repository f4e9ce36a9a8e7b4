"""Bodies within their limits."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from mailroom.web.bodies import BodyLimits, BodyReader
from mailroom.web.http import CallerGone, Request, RequestRefused
from tests.unit.classifier_service.rest.world import SMALL, World


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    """A body of unknown length."""
    for part in parts:
        yield part


class Caller:
    """Sends parts of a body; counts what was taken.

    Args:
        parts: Of the body.
        forever: The first of them is sent for ever.
        silent: After the last nothing comes, not even a goodbye.
        ended: The last of them is said to be the last.
    """

    def __init__(
        self, parts: Sequence[bytes], *, forever: bool = False, silent: bool = False, ended: bool = False
    ) -> None:
        self.parts, self.forever, self.silent, self.ended, self.taken = list(parts), forever, silent, ended, 0

    async def receive(self) -> dict[str, Any]:
        """As ASGI's."""
        if self.parts:
            self.taken += 1
            body = self.parts[0] if self.forever else self.parts.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(self.parts) or not self.ended}
        if self.silent:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}


def read(caller: Caller, limits: BodyLimits = SMALL, *headers: tuple[bytes, bytes]) -> bytes:
    """Let a reader read."""
    request = Request({"headers": headers}, caller.receive, "r")
    return asyncio.run(BodyReader(limits).read(request))


def test_a_large_body_is_refused_before_it_is_read_into_memory(world: World) -> None:
    """A body that says it is too large is refused, and so is one that turns out to be."""
    announced = world.ask("POST", "/classify", content=b"x" * 5000)
    grown = world.ask("POST", "/classify", content=chunks(*[b"x" * 1000] * 5))
    assert [answer.status_code for answer in (announced, grown)] == [413, 413]
    assert {answer.headers["connection"] for answer in (announced, grown)} == {"close"}
    assert world.ask("POST", "/classify", json={"text": "a"}).status_code == 200


def test_a_body_of_unknown_length_is_read(world: World) -> None:
    """Chunks are joined."""
    answer = world.ask("POST", "/classify", content=chunks(b"an ", b"offer"))
    assert answer.json()["label"] == "offer"


def test_what_is_too_large_is_read_on_to_a_bound() -> None:
    """The rest of a body that is too large is forgotten as it comes, so that its caller reads why; not for ever."""
    grown = Caller([b"x" * 4000], forever=True)
    with pytest.raises(RequestRefused, match="larger than"):
        read(grown)
    announced = Caller([b"x" * 4000], forever=True)
    with pytest.raises(RequestRefused, match="larger than"):
        read(announced, SMALL, (b"content-length", b"5000"))
    assert (grown.taken, announced.taken) == (19, 17)


def test_a_caller_who_asks_first_is_spared() -> None:
    """Nothing is read of a body that is too large where its caller waits to be told to send it."""
    caller = Caller([b"x"])
    with pytest.raises(RequestRefused, match="larger than"):
        read(caller, SMALL, (b"content-length", b"5000"), (b"expect", b"100-Continue"))
    assert caller.taken == 0


def test_a_slow_body_is_refused() -> None:
    """A body that stops coming is given up after its time."""
    with pytest.raises(RequestRefused, match=r"longer than 0\.01 s") as refused:
        read(Caller([b"x"], silent=True), replace(SMALL, seconds=0.01))
    assert refused.value.status == 408


def test_a_caller_who_leaves_gets_no_answer() -> None:
    """A connection that closes in the middle of a body is nobody to answer."""
    with pytest.raises(CallerGone):
        read(Caller([b"x"]))


def test_bodies_share_a_budget() -> None:
    """What all bodies hold together is bounded; each gives its share back once its request is answered."""
    reader = BodyReader(replace(SMALL, total_bytes=5000))

    async def three() -> None:
        first, second, third = (Request({"headers": []}, sender().receive, "r") for _ in range(3))
        assert await reader.read(first) == b"x" * 2000
        assert await reader.read(second) == b"x" * 2000
        with pytest.raises(RequestRefused, match="too many uploads"):
            await reader.read(third)
        for request in (first, third):
            for close in request.closing:
                close()
        assert await reader.read(Request({"headers": []}, sender().receive, "r")) == b"x" * 2000

    def sender() -> Caller:
        return Caller([b"x" * 1000, b"x" * 1000], ended=True)

    asyncio.run(three())


def test_the_budget_is_given_back_with_the_answer(world: World) -> None:
    """After answers of every kind nothing is held any more."""
    for parts in ([b"an ", b"offer"], [b"poison", b" "], [b"x" * 3000] * 2):
        world.ask("POST", "/classify", content=chunks(*parts))
    assert world.reader.held == 0


def test_compressed_bodies_are_refused(world: World) -> None:
    """A compressed body, which may be a bomb, is told to come as it is."""
    content = gzip.compress(b"please pay")
    answer = world.ask("POST", "/classify", content=content, headers={"content-encoding": "gzip"})
    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")
