"""What went wrong, in the words of whoever asked: problem details (RFC 9457)."""

from http import HTTPStatus

import msgspec

from mailroom.web.http import Answer, Header

PROBLEM = b"application/problem+json"


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


def problem(status: int, detail: str, request_id: str = "", reason: str = "") -> Problem:
    """A problem of a status."""
    return Problem(status, HTTPStatus(status).phrase, detail, reason, request_id)


def as_problem(status: int, detail: str, request_id: str, headers: tuple[Header, ...] = ()) -> Answer:
    """An error for most callers."""
    return Answer(status, msgspec.json.encode(problem(status, detail, request_id)), PROBLEM, headers)
