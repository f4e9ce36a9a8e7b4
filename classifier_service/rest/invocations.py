"""`POST /invocations`: what SageMaker's hosting and MLflow's clients send, and answers in the form that they expect."""

import asyncio
import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from classifier_service.classifier import Outcome
from classifier_service.intake import Original
from classifier_service.labelling import Labeller
from classifier_service.refusal import Refusal
from classifier_service.rest.answers import Labelled, NotLabelled, refused, results
from classifier_service.rest.classify import MAX_DOCUMENTS, file_of
from classifier_service.rest.problems import status_of
from classifier_service.rest.wire import Predictions
from mailroom.web.bodies import NO_JSON, BodyReader
from mailroom.web.http import JSON, Answer, Request, RequestRefused
from mailroom.web.problems import PROBLEM

CSV, LINES = "text/csv", "application/jsonlines"
LINES_TOO = ("application/x-jsonlines", "application/x-ndjson")
COLUMN = "text"
LARGE = 1024 * 1024
"""Bytes of a body above which it is taken apart in a thread: a third of a second for the largest table."""
FORMS = (
    'send JSON with one of "inputs", "instances", "dataframe_split" or "dataframe_records", CSV with a column `text`, '
    'JSON lines such as {"text": "…"}, or a file as it is'
)

_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Invocations:
    """The operation's handler."""

    labeller: Labeller
    bodies: BodyReader

    async def __call__(self, request: Request) -> Answer:
        """Label what the body holds.

        Raises:
            RequestRefused: It is in no form that is known here.
            Overloaded: Too much waits already.
        """
        self.labeller.require_room()
        body = await self.bodies.read(request)
        given = _given(request, body) if len(body) < LARGE else await asyncio.to_thread(_given, request, body)
        if not 1 <= len(given) <= MAX_DOCUMENTS:
            raise RequestRefused(422, f"{len(given)} documents, 1 to {MAX_DOCUMENTS} are taken: {FORMS}")
        outcomes = await self.labeller.label(self.labeller.models.current, given)
        return _answer(request, given, outcomes)


def _given(request: Request, body: bytes) -> list[Original]:
    read = _READERS.get(request.media_type)
    if read is None:
        return [file_of(request, body)]
    try:
        texts = read(body)
    except (*NO_JSON, csv.Error) as error:
        raise RequestRefused(400, f"the body is no {request.media_type} ({error}): {FORMS}") from error
    return [Original(f"{request.id}-{place}", text) for place, text in enumerate(texts)]


def _json_texts(body: bytes) -> list[str]:
    content = msgspec.json.decode(body)
    if not isinstance(content, dict):
        raise _unknown("the JSON is no object")
    for name, read in _FORMS.items():
        if name in content:
            return _strings(read(content[name]))
    raise _unknown("the JSON has none of them")


def _texts_of(names: Any, rows: Any) -> Sequence[Any]:
    """The cells of the column of texts; the only column is that whatever its name."""
    if not isinstance(names, list) or not isinstance(rows, list):
        raise _unknown("columns and data are no lists")
    place = names.index(COLUMN) if COLUMN in names else 0
    if COLUMN not in names and len(names) != 1:
        raise _unknown(f"there is no column {COLUMN!r}")
    try:
        return [row[place] for row in rows]
    except (IndexError, TypeError, KeyError):
        raise _unknown("a row has another number of cells than there are columns") from None


def _items(value: Any) -> Sequence[Any]:
    """Strings, lists of one string, objects with a text, or columns by name."""
    if isinstance(value, dict):
        value = value.get(COLUMN)
    if not isinstance(value, list):
        raise _unknown("there is no list of texts")
    return [_item(item) for item in value]


def _item(item: Any) -> Any:
    if isinstance(item, dict):
        return item.get(COLUMN)
    return item[0] if isinstance(item, list) and len(item) == 1 else item


def _split(value: Any) -> Sequence[Any]:
    if not isinstance(value, dict):
        raise _unknown("the frame is no object")
    return _texts_of(value.get("columns"), value.get("data"))


_FORMS: Mapping[str, Callable[[Any], Sequence[Any]]] = {
    "inputs": _items,
    "instances": _items,
    "dataframe_split": _split,
    "dataframe_records": _items,
}


def _csv_texts(body: bytes) -> list[str]:
    csv.field_size_limit(max(csv.field_size_limit(), len(body)))
    rows = [row for row in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")) if row]
    if not rows:
        return []
    headed = COLUMN in rows[0]
    names = rows[0] if headed else [COLUMN] * len(rows[0])
    if not headed and len(names) > 1:
        raise _unknown(f"there is no column {COLUMN!r}, and more than one without a name")
    return _strings(_texts_of(names, rows[1:] if headed else rows))


def _line_texts(body: bytes) -> list[str]:
    return _strings([_item(msgspec.json.decode(line)) for line in body.splitlines() if line.strip()])


_READERS: Mapping[str, Callable[[bytes], list[str]]] = {
    "application/json": _json_texts,
    CSV: _csv_texts,
    LINES: _line_texts,
} | dict.fromkeys(LINES_TOO, _line_texts)


def _strings(values: Sequence[Any]) -> list[str]:
    for place, value in enumerate(values):
        if not isinstance(value, str):
            raise _unknown(f"document {place} is no text")
    return list(values)


def _unknown(what: str) -> RequestRefused:
    return RequestRefused(400, f"{what}: {FORMS}")


def _answer(request: Request, given: Sequence[Original], outcomes: Sequence[Outcome]) -> Answer:
    if len(outcomes) == 1 and isinstance(outcomes[0], Refusal):
        problem = refused(outcomes[0], request.id)
        return Answer(status_of(outcomes[0]), _ENCODER.encode(problem), PROBLEM)
    found = results([item.id for item in given], outcomes).results
    accept = request.header(b"accept")
    if CSV in accept:
        return Answer(200, _csv(found), b"text/csv; charset=utf-8")
    if LINES in accept or any(name in accept for name in LINES_TOO):
        return Answer(200, _ENCODER.encode_lines(found), LINES.encode())
    return Answer(200, _ENCODER.encode(Predictions(found)), JSON)


def _csv(found: Sequence[Labelled | NotLabelled]) -> bytes:
    """A line for each document: label, confidence, decision, department; empty cells for one without a label."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for item in found:
        if isinstance(item, Labelled):
            writer.writerow((item.label, item.confidence, item.decision, item.department))
        else:
            writer.writerow(("",) * 4)
    return buffer.getvalue().encode()
