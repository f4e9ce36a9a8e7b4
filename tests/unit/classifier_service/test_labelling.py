"""Short requests on the loop, long ones in threads."""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import replace
from threading import Barrier, Event
from typing import Any

import pytest
from PIL import Image

from classifier_service.batching import BatchLimits
from classifier_service.classifier import Classifier, Outcome
from classifier_service.errors import Overloaded
from classifier_service.intake import Original
from classifier_service.labelling import SHORT
from mailroom.contracts.records import ScannedDocument
from mailroom.streams.clock import FakeClock
from mailroom.textprep import CleanText
from tests.unit.classifier_service.fakes import DEPARTMENTS
from tests.unit.classifier_service.rest.world import FakePackage, World


def label(world: World, *given: Original, quick: bool = True) -> Sequence[Any]:
    """Label documents of one request."""
    model = replace(world.labeller.models.current, quick=quick)

    async def work() -> list[Outcome]:
        return await world.labeller.label(model, given)

    return asyncio.run(work())


@pytest.mark.parametrize(
    ("content", "inline"),
    [
        ("please pay", True),
        (b"please pay", True),
        (b"<html><body>please pay</body></html>", True),
        ("please pay " * (SHORT // 10), False),
        (b"please pay " * (SHORT // 10), False),
    ],
    ids=["text", "file", "small page of HTML", "long text", "long file"],
)
def test_only_short_texts_are_labelled_on_the_loop(world: World, content: str | bytes, inline: bool) -> None:
    """What is long for its size goes to a thread, past the batches; both have their label."""
    assert label(world, Original("a", content))[0].label == "invoice"
    assert bool(world.batches) is inline


def test_small_pages_are_never_read_on_the_loop(world: World) -> None:
    """An image, however small, goes to its parsers' process and to a thread."""
    assert label(world, Original("a", png()))[0].label == "offer"
    assert world.batches == []


def test_many_short_texts_are_long_together(world: World) -> None:
    """It is the whole request that must be short."""
    given = [Original(str(place), "please pay" * 100) for place in range(SHORT // 1000 + 1)]
    assert len(label(world, *given)) == len(given)
    assert world.batches == []


def test_a_slow_model_never_works_on_the_loop(world: World) -> None:
    """A model whose inference takes long is asked in a thread, for short texts too."""
    assert label(world, Original("a", "please pay"), quick=False)[0].label == "invoice"
    assert world.batches == []


def test_a_long_request_keeps_the_order_of_its_documents(world: World) -> None:
    """Texts, files and what is broken come back in the order in which they came."""
    given = [Original("a", "x" * SHORT), Original("b", b""), Original("c", "an offer")]
    outcomes = label(world, *given)
    assert [getattr(item, "label", None) for item in outcomes] == ["invoice", None, "offer"]


def test_files_of_a_request_are_read_side_by_side() -> None:
    """Two pages of one request are read at the same time, three come back in their order."""
    meeting = Barrier(2, timeout=20)

    def read(document: ScannedDocument) -> CleanText:
        if document.id != "c":
            meeting.wait()
        return CleanText("an offer" if document.id == "b" else "please pay", "en", (), 1)

    with World(threads=2).opened() as world:
        reading = Classifier(FakePackage(), departments=DEPARTMENTS, read_scan=read, clock=FakeClock())
        model = replace(world.labeller.models.current, classifier=reading)
        outcomes = asyncio.run(world.labeller.label(model, [Original(name, png()) for name in "abc"]))
    assert [getattr(item, "label", None) for item in outcomes] == ["invoice", "offer", "invoice"]


def png() -> bytes:
    """A blank page."""
    file = io.BytesIO()
    Image.new("L", (60, 60), 255).save(file, "PNG")
    return file.getvalue()


class Slow(FakePackage):
    """Waits to be released."""

    release = Event()

    def predict(self, texts: Sequence[str]) -> Any:
        """As the fake, later."""
        self.release.wait(20)
        return super().predict(texts)


def test_long_requests_beyond_the_queue_are_refused() -> None:
    """One works, one waits, the third is refused; short requests go on, and the first two are answered."""
    world = World(package=Slow())
    slow = replace(world.labeller.models.current, quick=False)
    quick = World().labeller.models.current
    text = [Original("a", "please pay")]

    async def work() -> tuple[Any, ...]:
        waiting = [asyncio.ensure_future(world.labeller.label(slow, text)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded, match="later"):
            await world.labeller.label(slow, text)
        short = await world.labeller.label(quick, text)
        Slow.release.set()
        return (short, *await asyncio.gather(*waiting))

    outcomes = asyncio.run(work())
    assert [item[0].label for item in outcomes] == ["invoice"] * 3


def test_a_full_queue_refuses_before_anything_is_read() -> None:
    """While the queue is full a request is refused at its first byte, and taken again once there is room."""
    world = World(limits=BatchLimits(waiting=1))
    model = world.labeller.models.current

    async def work() -> list[Outcome]:
        waiting = asyncio.ensure_future(world.labeller.label(model, [Original("a", "please pay")]))
        await asyncio.sleep(0)
        with pytest.raises(Overloaded, match="later"):
            world.labeller.require_room()
        outcomes = await waiting
        world.labeller.require_room()
        return outcomes

    assert len(asyncio.run(work())) == 1
