"""From what a caller hands in to labels: short texts on the event loop, everything long in threads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from classifier_service.batching import Batcher
from classifier_service.classifier import Document, Outcome
from classifier_service.errors import Overloaded
from classifier_service.intake import Extractor, Intake, Original
from classifier_service.models import Models, ServedModel
from classifier_service.refusal import Refusal
from classifier_service.sandboxes import Sandboxes
from classifier_service.workers import Workers
from mailroom.contracts.errors import MalformedRecord
from mailroom.extract import extract, sniff
from mailroom.extract.sandbox import is_hostile_ground
from mailroom.streams.clock import Clock, SystemClock

SHORT = 32_000
"""Characters or bytes of a request up to which it is worked on the event loop: some milliseconds."""


@dataclass(slots=True)
class Labeller:
    """Labels for what callers hand in; to be used on one event loop's thread.

    Attributes:
        models: The model in service.
        batcher: Labels short texts of concurrent requests together.
        workers: Threads for parsers, OCR, long texts and slow models; a request counts as one piece of work.
        observe: Told the documents' ids and their outcomes.
        clock: Tells the time of entry.
    """

    models: Models
    batcher: Batcher
    workers: Workers
    observe: Callable[[Sequence[str], Sequence[Outcome]], None] = lambda _ids, _outcomes: None
    clock: Clock = field(default_factory=SystemClock)
    _sandboxes: Sandboxes = field(default_factory=Sandboxes)

    @property
    def room(self) -> int:
        """Requests that may be worked on and wait, short ones and long ones."""
        return self.batcher.limits.waiting + self.workers.limit

    def require_room(self) -> None:
        """Refuse while the queue is full, before a request is read: above capacity that is most of the work.

        Raises:
            Overloaded: It is.
        """
        if self.batcher.full:
            raise Overloaded("too many documents wait already: send this again a little later")

    async def label(self, model: ServedModel, given: Sequence[Original]) -> list[Outcome]:
        """One outcome per document, in their order; one that cannot be labelled fails alone.

        Args:
            model: From `models.current`, taken once for a request: its documents are cleansed and labelled by one
                model, whatever is swapped meanwhile.
            given: What the caller handed in.

        Raises:
            Overloaded: Too much waits already; nothing of the request was begun.
            MailroomError: What concerns no single document: the OCR engine is not there.
        """
        if model.quick and _is_short(given):
            outcomes = await self._label_short(model, given)
        else:
            outcomes = await self._label_in_threads(model, given)
        self.observe([item.id for item in given], outcomes)
        return outcomes

    def close(self) -> None:
        """End the threads and the parsers' processes."""
        self.workers.close()
        self._sandboxes.close()

    async def _label_short(self, model: ServedModel, given: Sequence[Original]) -> list[Outcome]:
        prepared = self._prepared(model, given, extract)
        documents = [item for item in prepared if not isinstance(item, Refusal)]
        outcomes = await self.batcher.submit(model.classifier.label, documents) if documents else []
        return _merged(prepared, outcomes)

    async def _label_in_threads(self, model: ServedModel, given: Sequence[Original]) -> list[Outcome]:
        """Texts in one batch; files, which may each take seconds of OCR, dealt out to all threads."""
        hands = min(self.workers.threads, len(given)) if any(map(_is_hostile, given)) else 1
        dealt = [given[hand::hands] for hand in range(hands)]
        found = await self.workers.map(partial(self._label_long, model), dealt)
        return [found[place % hands][place // hands] for place in range(len(given))]

    def _label_long(self, model: ServedModel, given: Sequence[Original]) -> list[Outcome]:
        with self._sandboxes.one() as sandbox:
            prepared = self._prepared(model, given, sandbox.extract)
        documents = [item for item in prepared if not isinstance(item, Refusal)]
        return _merged(prepared, model.classifier.label(documents))

    def _prepared(
        self, model: ServedModel, given: Sequence[Original], find_text: Extractor
    ) -> list[Document | Refusal]:
        intake = Intake(find_text, model.manifest.prep_version, self.clock)
        return [intake.document(item) for item in given]


def _is_short(given: Sequence[Original]) -> bool:
    return sum(map(_size, given)) <= SHORT and not any(map(_is_hostile, given))


def _size(item: Original) -> int:
    return len(item.content)


def _is_hostile(item: Original) -> bool:
    if isinstance(item.content, str):
        return False
    try:
        media_type = sniff(item.content, declared=item.media_type, file_name=item.file_name)
    except MalformedRecord:
        return False  # no parser will see it
    return is_hostile_ground(media_type, len(item.content))


def _merged(prepared: Sequence[Document | Refusal], outcomes: Sequence[Outcome]) -> list[Outcome]:
    rest = iter(outcomes)
    return [item if isinstance(item, Refusal) else next(rest) for item in prepared]
