"""The JSON of this door's own answers."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from classifier_service.classifier import Outcome
from classifier_service.refusal import Refusal
from classifier_service.rest.problems import status_of
from mailroom.contracts.records import Candidate, Classification, ModelReference
from mailroom.web.problems import Problem, problem


class Labelled(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document's label.

    Attributes:
        id: The caller's name for the document, or one made of the request's id.
        label: The best candidate's label.
        confidence: Its calibrated probability, 0 to 1.
        candidates: All labels, best first.
        decision: `auto`, or `review` where a person must look.
        department: Who must act.
        language: ISO 639-1 code of the text, `und` where too little text tells.
        media_type: The true media type, by the bytes.
        model: The package that decided.
        classified_at: RFC 3339 time of labelling.
        file_name: The uploaded file's name.
        deciding_page: The page that decided, from 1, where the document has pages.
    """

    id: str
    label: str
    confidence: float
    candidates: tuple[Candidate, ...]
    decision: str
    department: str
    language: str
    media_type: str
    model: ModelReference
    classified_at: str
    file_name: str | None = None
    deciding_page: int | None = None


class NotLabelled(msgspec.Struct, frozen=True):
    """A document among several that gets no label, and why."""

    id: str
    error: Problem


# msgspec encodes untagged unions of classes and describes none.
ResultList = Annotated[
    list[Any],
    msgspec.Meta(
        extra_json_schema={
            "items": {
                "anyOf": [{"$ref": f"#/components/schemas/{kind}"} for kind in ("Labelled", "NotLabelled")]
            }
        }
    ),
]
"""Of `Labelled` or `NotLabelled`."""


class Results(msgspec.Struct, frozen=True):
    """The answer for several documents, in their order."""

    results: ResultList


def labelled(outcome: Classification) -> Labelled:
    """A label for whoever asked for it."""
    return Labelled(
        outcome.id,
        outcome.label,
        outcome.confidence,
        outcome.candidates,
        outcome.decision,
        outcome.department,
        outcome.language,
        outcome.source.media_type,
        outcome.model,
        outcome.classified_at,
        outcome.source.file_name,
        outcome.deciding_page,
    )


def results(ids: Sequence[str], outcomes: Sequence[Outcome]) -> Results:
    """Labels and refusals, in order."""
    return Results([_result(name, outcome) for name, outcome in zip(ids, outcomes, strict=True)])


def refused(refusal: Refusal, request_id: str = "") -> Problem:
    """A refusal as a problem."""
    return problem(status_of(refusal), refusal.message, request_id, refusal.reason)


def _result(name: str, outcome: Outcome) -> Labelled | NotLabelled:
    return NotLabelled(name, refused(outcome)) if isinstance(outcome, Refusal) else labelled(outcome)
