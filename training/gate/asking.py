"""Asks a contender's REST door: labels of all documents, and the time that one takes."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mailroom.contracts.errors import MailroomError
from training.documents import LabelledDocument
from training.gate.answers import Said
from training.gate.bootstrap import Floats
from training.gate.errors import ServiceEnded
from training.gate.services import Service

BATCH, BATCH_CHARACTERS = 200, 2_000_000
SECONDS = 600.0
WARM_UP = 10
TIMED_SECONDS, FEWEST_TIMED = 15.0, 20
"""Scans take seconds each: timing ends then, but not before so many."""
REFUSED = frozenset({400, 413, 415, 422})
"""Answers that concern the document, not the service."""


@dataclass(frozen=True, slots=True)
class Question:
    """A raw document: what a door is sent.

    Attributes:
        text: As it came, not cleansed.
        path: Its file, where that is the document; then the text is not sent.
    """

    text: str
    path: str = ""


def question_of(document: LabelledDocument) -> Question:
    """A document as a door is asked about it."""
    return Question("", document.path) if document.path else Question(document.text)


class Door:
    """A contender's REST door, asked over one connection.

    Args:
        service: A service that is ready.
        labels: The order of the columns of all answers.
        ended: The error to raise, given its message.
    """

    def __init__(
        self, service: Service, labels: Sequence[str], ended: Callable[[str], MailroomError] = ServiceEnded
    ) -> None:
        import urllib3  # noqa: PLC0415

        self._service, self._ended = service, ended
        self._columns = {label: column for column, label in enumerate(labels)}
        self._broken: type[Exception] = urllib3.exceptions.HTTPError
        self._pool = urllib3.connectionpool.connection_from_url(
            service.address, maxsize=1, retries=False, timeout=SECONDS
        )

    def said(self, questions: Sequence[Question]) -> Said:
        """Label documents.

        Returns:
            One row for each, in their order.

        Raises:
            ServiceEnded: The service ended, or answers what it must not (or what `ended` makes).
        """
        rows = [row for batch in _batches(questions) for row in self._labelled(batch)]
        probabilities = np.zeros((len(rows), len(self._columns)))
        for place, row in enumerate(rows):
            for candidate in row.get("candidates", ()):
                probabilities[place, self._column(candidate["label"])] = candidate["score"]
        automatic = np.array([row.get("decision") == "auto" for row in rows], dtype=bool)
        return Said(probabilities, automatic, np.array(["candidates" in row for row in rows], dtype=bool))

    def seconds(self, question: Question) -> float:
        """The time of one document, by itself."""
        begin = time.perf_counter()
        self._asked([question])
        return time.perf_counter() - begin

    def _labelled(self, batch: Sequence[Question]) -> list[dict[str, Any]]:
        status, found = self._asked(batch)
        if len(batch) == 1:
            return [found if status not in REFUSED else {}]
        if status in REFUSED:
            raise self._ended(f"it refused a request of texts with status {status}")
        results: list[dict[str, Any]] = found["results"]
        if len(results) != len(batch):
            raise self._ended(f"it answered {len(results)} of {len(batch)} documents")
        return results

    def _asked(self, batch: Sequence[Question]) -> tuple[int, Any]:
        try:
            answer = self._pool.request("POST", "/classify", **_request(batch))
        except self._broken as error:
            reason = type(error).__name__ if self._service.running() else self._service.said()
            raise self._ended(f"it ended while it was asked: {reason}") from error
        if answer.status != 200 and answer.status not in REFUSED:  # noqa: PLR2004 - HTTP's OK
            raise self._ended(f"it answered with status {answer.status}")
        return answer.status, answer.json()

    def _column(self, label: str) -> int:
        if label not in self._columns:
            raise self._ended(f"it gave the label {label!r}, which its package does not name")
        return self._columns[label]


def in_turn(candidate: Door, champion: Door, questions: Sequence[Question]) -> Floats:
    """The times of both for each document, asked alternately, so that what disturbs the machine disturbs both.

    Returns:
        (documents, 2): seconds, the candidate's first; fewer documents than were given where they take long.
    """
    doors = (candidate, champion)
    end = time.monotonic() + TIMED_SECONDS
    for door in doors:
        for question in questions[:WARM_UP]:
            door.seconds(question)
    times: list[tuple[float, float]] = []
    for place, question in enumerate(questions):
        if time.monotonic() > end and place >= FEWEST_TIMED:
            break
        first = place % 2
        one = doors[first].seconds(question)
        other = doors[1 - first].seconds(question)
        times.append((other, one) if first else (one, other))
    return np.array(times)


def _request(batch: Sequence[Question]) -> dict[str, Any]:
    [*several] = batch
    if several[0].path:
        path = Path(several[0].path)
        return {"fields": {"file": (path.name, path.read_bytes())}}
    if len(several) == 1:
        return {"json": {"text": several[0].text}}
    return {"json": {"documents": [{"text": question.text} for question in several]}}


def _batches(questions: Sequence[Question]) -> Iterator[list[Question]]:
    """Texts together; a file by itself."""
    batch: list[Question] = []
    size = 0
    for question in questions:
        full = len(batch) == BATCH or size + len(question.text) > BATCH_CHARACTERS
        if batch and (full or question.path or batch[-1].path):
            yield batch
            batch, size = [], 0
        batch.append(question)
        size += len(question.text)
    if batch:
        yield batch
