"""When a stage stops because it is broken."""

import pytest

from mailroom.contracts.reasons import Reason
from mailroom.failure_cap import LABELLING_FAULTS, ROUTING_FAULTS, FailureCap, StageBroken

FAULT, OWN = Reason.INFERENCE_FAILED, Reason.ENCRYPTED


def cap(**more: float) -> FailureCap:
    """A cap over the last ten documents: six faults are one too many."""
    return FailureCap("here", LABELLING_FAULTS, window=10, **more)  # type: ignore[arg-type]


def test_it_trips_at_one_more_than_the_share() -> None:
    """Half of the window may fail; one more may not, and the message says of what, and how to go on."""
    counting = cap()
    for reason in [FAULT, Reason.INTERNAL, FAULT, None, FAULT, FAULT]:
        counting.add(reason)
    with pytest.raises(StageBroken) as caught:
        counting.add(FAULT, "the model failed (RuntimeError)")
    assert str(caught.value) == (
        "6 of the last 7 documents failed in here for what is no fault of theirs (inference-failed 5, internal 1; the "
        "last one: the model failed (RuntimeError)): it stopped, and the log keeps what waits. Mend the cause and "
        "start it again; failures.share: 1 lets everything through"
    )


def test_five_failures_and_nothing_else_are_too_few() -> None:
    """The share is of the window, not of the few documents that were seen."""
    counting = cap()
    for _ in range(5):
        counting.add(FAULT)


def test_what_lies_further_back_is_forgotten() -> None:
    """Every other document fails, for ever: that is half, and no more."""
    counting = cap()
    for _ in range(100):
        counting.add(FAULT)
        counting.add(None)


@pytest.mark.security
@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in LABELLING_FAULTS])
def test_broken_documents_never_stop_a_stage(reason: Reason) -> None:
    """Whoever sends a thousand of them stops nobody's mail."""
    counting = cap()
    for _ in range(1_000):
        counting.add(reason)


def test_what_concerns_routing_is_less() -> None:
    """A text that a model cannot take was routed rightly."""
    counting = FailureCap("here", ROUTING_FAULTS, window=10)
    for _ in range(100):
        counting.add(FAULT)


def test_with_a_share_of_one_it_never_trips() -> None:
    """That is how an operator lets everything through."""
    counting = cap(share=1.0)
    for _ in range(100):
        counting.add(FAULT)


def test_lost_work_is_not_counted() -> None:
    """A batch is counted in a copy, which is forgotten when the batch is read again."""
    before = cap()
    for _ in range(10):
        before.after([(FAULT, ""), (FAULT, ""), (OWN, "")])
    assert before.after([(FAULT, "")] * 5).after([(None, "")]) is not before
    with pytest.raises(StageBroken):
        before.after([(FAULT, "")] * 6)
