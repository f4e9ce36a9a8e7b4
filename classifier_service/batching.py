"""Documents of concurrent requests, labelled together on the event loop's own thread.

Inference on short texts takes less than handing it to a thread and back, and a batch takes a third of its documents one
by one. So a batch is what requests have brought by the time the loop comes round: it is gathered for as long as each
turn of the loop brings more, up to a budget. A lone request waits two turns, some ten microseconds, for company.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from classifier_service.classifier import Document, Outcome
from classifier_service.errors import Overloaded
from mailroom.streams.clock import Clock, SystemClock

Label = Callable[[Sequence[Document]], Sequence[Outcome]]
"""Documents to outcomes, as `Classifier.label`."""


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """How much is labelled at once, and how much may wait.

    Attributes:
        documents: Documents of one batch; the loop serves connections between two batches. Above capacity a larger one
            has more refusals at a go between two, and each is cheaper for it.
        waiting: Documents that wait; a request beyond is refused.
        gather_seconds: What the oldest document may wait for others while they keep coming: the time goes into reading
            them. A batch costs as much as several of its documents, so that small ones are dear under load.
    """

    documents: int = 256
    waiting: int = 320
    gather_seconds: float = 0.01


@dataclass(slots=True)
class _Request:
    label: Label
    missing: int
    outcomes: list[Outcome | None]
    done: asyncio.Future[list[Outcome]]

    def answer(self, place: int, outcome: Outcome) -> None:
        self.outcomes[place] = outcome
        self.missing -= 1
        if not self.missing and not self.done.done():
            self.done.set_result([item for item in self.outcomes if item is not None])

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


_Waiting = tuple[Document, _Request, int]


@dataclass(slots=True)
class Batcher:
    """Gathers documents and labels them; to be used on one event loop's thread.

    Attributes:
        limits: See `BatchLimits`.
        observe: Told the size of each batch and the seconds it took.
        clock: Times the gathering and the work.
    """

    limits: BatchLimits = field(default_factory=BatchLimits)
    observe: Callable[[int, float], None] = lambda _documents, _seconds: None
    clock: Clock = field(default_factory=SystemClock)
    _queue: deque[_Waiting] = field(default_factory=deque)
    _turning: bool = False
    _since: float = 0.0

    def __len__(self) -> int:
        """How many documents wait."""
        return len(self._queue)

    @property
    def full(self) -> bool:
        """Whether not one document more may wait."""
        return len(self._queue) >= self.limits.waiting

    def submit(self, label: Label, documents: Sequence[Document]) -> asyncio.Future[list[Outcome]]:
        """Have documents labelled with the next batches.

        Args:
            label: The model to ask; documents for the same one share a batch.
            documents: One or more. More than may wait are taken where nobody else waits: they bound themselves.

        Returns:
            One outcome per document, in their order; or the error that concerns no single document.

        Raises:
            Overloaded: Too many documents wait already.
        """
        if self._queue and len(self._queue) + len(documents) > self.limits.waiting:
            raise Overloaded("too many documents wait already: send this again a little later")
        loop = asyncio.get_running_loop()
        request = _Request(label, len(documents), [None] * len(documents), loop.create_future())
        self._queue.extend((document, request, place) for place, document in enumerate(documents))
        if not self._turning:
            self._turning, self._since = True, self.clock.monotonic()
            loop.call_soon(self._turn, loop, 0)
        return request.done

    def _turn(self, loop: asyncio.AbstractEventLoop, seen: int) -> None:
        """Look again while each turn of the loop brings more, then label a batch."""
        if len(self._queue) > seen and not self._due():
            loop.call_soon(self._turn, loop, len(self._queue))
            return
        self._label_batch()
        self._turning = bool(self._queue)
        if self._queue:
            self._since = self.clock.monotonic()
            loop.call_soon(self._turn, loop, 0)

    def _due(self) -> bool:
        full = len(self._queue) >= self.limits.documents
        return full or self.clock.monotonic() - self._since >= self.limits.gather_seconds

    def _label_batch(self) -> None:
        batch = [self._queue.popleft() for _ in range(min(len(self._queue), self.limits.documents))]
        begin = self.clock.monotonic()
        for label in dict.fromkeys(request.label for _, request, _ in batch):
            _label_together(label, [item for item in batch if item[1].label == label])
        self.observe(len(batch), self.clock.monotonic() - begin)


def _label_together(label: Label, batch: Sequence[_Waiting]) -> None:
    try:
        outcomes = label([document for document, _, _ in batch])
    except Exception as error:  # noqa: BLE001 - handed to those who wait
        for _, request, _ in batch:
            request.fail(error)
        return
    for (_, request, place), outcome in zip(batch, outcomes, strict=True):
        request.answer(place, outcome)
