"""Documents of concurrent requests in common batches."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from classifier_service.batching import Batcher, BatchLimits
from classifier_service.classifier import Document, Outcome
from classifier_service.errors import Overloaded
from mailroom.streams.clock import FakeClock
from tests.unit.classifier_service.fakes import FakeModel, classifier, text_document

Label = Callable[[Sequence[Document]], Sequence[Outcome]]


def labels(outcomes: Sequence[Any]) -> list[str]:
    """Labels, or reasons where there is none."""
    return [getattr(item, "label", None) or item.reason for item in outcomes]


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    """Run on a loop."""

    async def main() -> Any:
        return await work()

    return asyncio.run(main())


def test_requests_of_one_turn_share_a_batch() -> None:
    """Three requests that come in the same turn of the loop are one call of the model, each with its own answer."""
    model = FakeModel()
    batcher = Batcher(clock=FakeClock())

    label = classifier(model).label

    async def all_of() -> list[Any]:
        texts = ("pay", "an offer", "pay")
        return await asyncio.gather(*(batcher.submit(label, [text_document(text)]) for text in texts))

    assert [labels(item) for item in run(all_of)] == [["invoice"], ["offer"], ["invoice"]]
    assert model.calls == [3]


def test_requests_that_come_while_others_gather_join_them() -> None:
    """A request that comes a turn later, before the batch is labelled, is in it."""
    model = FakeModel()
    batcher, label = Batcher(clock=FakeClock()), classifier(model).label

    async def late() -> Any:
        return await batcher.submit(label, [text_document("an offer")])

    async def both() -> Sequence[Any]:
        early = batcher.submit(label, [text_document("pay")])
        return await asyncio.gather(early, late())

    assert [labels(item) for item in run(both)] == [["invoice"], ["offer"]]
    assert model.calls == [2]


def test_gathering_ends_with_its_budget() -> None:
    """While every turn brings another request, the first one waits for its budget and no longer."""
    model, clock = FakeModel(), FakeClock()
    batcher, label = Batcher(BatchLimits(gather_seconds=0.010), clock=clock), classifier(model).label

    async def steadily() -> None:
        first = batcher.submit(label, [text_document("pay")])
        while not first.done():
            clock.sleep(0.004)
            batcher.submit(label, [text_document("pay")])
            await asyncio.sleep(0)

    run(steadily)
    assert model.calls[0] == 4


def test_batches_keep_their_limit() -> None:
    """More documents than one batch holds are several batches, and one request may have some in each."""
    model = FakeModel()
    sizes: list[int] = []
    batcher = Batcher(BatchLimits(documents=4), lambda documents, _: sizes.append(documents), FakeClock())
    documents = [text_document("an offer" if place == 8 else "pay") for place in range(10)]

    async def one() -> Any:
        return await batcher.submit(classifier(model).label, documents)

    assert labels(run(one)) == ["invoice"] * 8 + ["offer", "invoice"]
    assert (model.calls, sizes) == ([4, 4, 2], [4, 4, 2])


def test_connections_are_served_between_batches() -> None:
    """Other work of the loop gets its turn between two batches of a large request."""
    batcher, label = Batcher(BatchLimits(documents=2), clock=FakeClock()), classifier(FakeModel()).label
    seen: list[int] = []

    async def watch() -> None:
        while len(batcher):
            seen.append(len(batcher))
            await asyncio.sleep(0)

    async def both() -> None:
        done = batcher.submit(label, [text_document()] * 6)
        await asyncio.gather(done, watch())

    run(both)
    assert {4, 2} <= set(seen)


def test_a_poisoned_document_fails_alone() -> None:
    """Of three requests in a batch the one that breaks the model has a reason, the others their labels."""
    batcher, label = Batcher(clock=FakeClock()), classifier(FakeModel()).label

    async def all_of() -> list[Any]:
        texts = ("pay", "poison", "an offer")
        return await asyncio.gather(*(batcher.submit(label, [text_document(text)]) for text in texts))

    assert [labels(item) for item in run(all_of)] == [["invoice"], ["inference-failed"], ["offer"]]


def test_two_models_never_share_a_call() -> None:
    """Requests that came before and after a swap are each labelled by the model that they came to."""
    old, new = FakeModel(), FakeModel()
    batcher = Batcher(clock=FakeClock())

    async def both() -> None:
        await asyncio.gather(
            batcher.submit(classifier(old).label, [text_document()]),
            batcher.submit(classifier(new).label, [text_document()]),
        )

    run(both)
    assert (old.calls, new.calls) == ([1], [1])


def test_what_concerns_no_document_reaches_all_who_wait() -> None:
    """A fault of the service is raised to each request of the batch, and the next batch is labelled."""
    batcher = Batcher(clock=FakeClock())

    def broken(_: Sequence[Document]) -> Sequence[Outcome]:
        raise ConnectionError("gone")

    async def twice() -> list[Any]:
        found = await asyncio.gather(
            *(batcher.submit(broken, [text_document()]) for _ in range(2)), return_exceptions=True
        )
        return [*found, await batcher.submit(classifier().label, [text_document("pay")])]

    first, second, third = run(twice)
    assert (type(first), type(second), labels(third)) == (ConnectionError, ConnectionError, ["invoice"])


def test_a_full_queue_refuses() -> None:
    """What would not fit into the queue is refused at once, and what waits is labelled."""
    batcher, label = Batcher(BatchLimits(waiting=2), clock=FakeClock()), classifier().label

    async def three() -> Any:
        waiting = [batcher.submit(label, [text_document("pay")]) for _ in range(2)]
        assert batcher.full
        with pytest.raises(Overloaded, match="later"):
            batcher.submit(label, [text_document("pay")])
        return await asyncio.gather(*waiting)

    assert [labels(item) for item in run(three)] == [["invoice"], ["invoice"]]


def test_a_large_request_is_taken_where_nobody_waits() -> None:
    """A request with more documents than may wait is labelled: it bounds itself."""
    batcher = Batcher(BatchLimits(waiting=2), clock=FakeClock())

    async def one() -> Any:
        return await batcher.submit(classifier().label, [text_document("pay")] * 5)

    assert len(run(one)) == 5


def test_a_caller_who_left_does_no_harm() -> None:
    """A request that was cancelled while it waited leaves the others of its batch their answers."""
    batcher, label = Batcher(clock=FakeClock()), classifier().label

    async def two() -> Any:
        gone = batcher.submit(label, [text_document("pay")])
        stays = batcher.submit(label, [text_document("an offer")])
        gone.cancel()
        return await stays

    assert labels(run(two)) == ["offer"]
