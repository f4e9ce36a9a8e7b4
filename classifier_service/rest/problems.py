"""What went wrong, in the words of whoever asked: problem details (RFC 9457), or the inference protocol's `error`."""

from http import HTTPStatus

import msgspec

from classifier_service.refusal import Refusal
from classifier_service.rest.http import Answer, Header
from mailroom.contracts.reasons import Reason

PROBLEM = b"application/problem+json"

STATUSES = {
    Reason.OVERSIZED: 413,
    Reason.UNKNOWN_MEDIA_TYPE: 415,
    Reason.UNSUPPORTED_MEDIA_TYPE: 415,
    Reason.INFERENCE_FAILED: 500,
    Reason.INTERNAL: 500,
}
"""The status of a single document that gets no label; 422 for all other reasons: it was understood, and is no use."""

UNPROCESSABLE = 422


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem by RFC 9457.

    Attributes:
        status: The HTTP status.
        title: Its name.
        detail: What is wrong with this request, and the mend.
        reason: Why a document gets no label, one word as in dead letters.
        request_id: `x-request-id` of the request.
        type: Nothing beyond the status's meaning.
    """

    status: int
    title: str
    detail: str
    reason: str = ""
    request_id: str = ""
    type: str = "about:blank"


class ProtocolError(msgspec.Struct, frozen=True):
    """An error as the inference protocol has it."""

    error: str


def problem(status: int, detail: str, request_id: str = "", reason: str = "") -> Problem:
    """A problem of a status."""
    return Problem(status, HTTPStatus(status).phrase, detail, reason, request_id)


def status_of(refusal: Refusal) -> int:
    """The status of a request whose only document gets no label."""
    return STATUSES.get(refusal.reason, UNPROCESSABLE)


def as_problem(status: int, detail: str, request_id: str, headers: tuple[Header, ...] = ()) -> Answer:
    """An error for most callers."""
    return Answer(status, msgspec.json.encode(problem(status, detail, request_id)), PROBLEM, headers)


def as_protocol_error(status: int, detail: str, request_id: str, headers: tuple[Header, ...] = ()) -> Answer:  # noqa: ARG001 - as `as_problem`
    """An error for callers of the inference protocol."""
    return Answer(status, msgspec.json.encode(ProtocolError(detail)), headers=headers)
