"""The REST door's application."""

from collections.abc import Iterable

from classifier_service.rest.problems import as_protocol_error
from mailroom.web import app
from mailroom.web.endpoint import Complain, DoorState
from mailroom.web.guard import OPEN, Guard
from mailroom.web.observing import RequestObserver
from mailroom.web.operations import Operation
from mailroom.web.problems import as_problem

TITLE = "Mailroom classifier"


class Door(app.Door):
    """The door of one model.

    Args:
        operations: What the door does.
        model: The name of its model.
        observer: Watches.
        state: Whether it is draining.
        guard: Lets callers in.
    """

    def __init__(
        self,
        operations: Iterable[Operation],
        model: str,
        observer: RequestObserver,
        state: DoorState,
        guard: Guard = OPEN,
    ) -> None:
        super().__init__(
            operations, TITLE, observer, state, guard, known={"name": model}, complain_at=_complain_at
        )


def _complain_at(path: str) -> Complain:
    return as_protocol_error if path.startswith("/v2") else as_problem
