"""What went wrong, in the words of the inference protocol; and the status of a document that gets no label."""

import msgspec

from classifier_service.refusal import Refusal
from mailroom.contracts.reasons import Reason
from mailroom.web.http import Answer, Header

STATUSES = {
    Reason.OVERSIZED: 413,
    Reason.UNKNOWN_MEDIA_TYPE: 415,
    Reason.UNSUPPORTED_MEDIA_TYPE: 415,
    Reason.INFERENCE_FAILED: 500,
    Reason.INTERNAL: 500,
}
"""The status of a single document that gets no label; 422 for all other reasons: it was understood, and is no use."""

UNPROCESSABLE = 422


class ProtocolError(msgspec.Struct, frozen=True):
    """An error as the inference protocol has it."""

    error: str


def status_of(refusal: Refusal) -> int:
    """The status of a request whose only document gets no label."""
    return STATUSES.get(refusal.reason, UNPROCESSABLE)


def as_protocol_error(status: int, detail: str, request_id: str, headers: tuple[Header, ...] = ()) -> Answer:  # noqa: ARG001 - as `as_problem`
    """An error for callers of the inference protocol."""
    return Answer(status, msgspec.json.encode(ProtocolError(detail)), headers=headers)
