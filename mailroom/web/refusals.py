"""What a request is told that comes above capacity, encoded once for all that follow.

Encoding the same problem for each of thousands a second takes time that labels miss: only the request's id differs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from mailroom.web.http import CLOSE, Answer

PLACEHOLDER = "0" * 32
"""As long as an id that we give."""


class Wire(NamedTuple):
    """An answer as it is sent.

    Attributes:
        status: The HTTP status.
        rest: What follows the status line and the server's own headers.
        last: Whether the connection is closed after it.
    """

    status: int
    rest: bytes
    last: bool


@dataclass(frozen=True, slots=True)
class Refusals:
    """The refusals of one operation.

    Attributes:
        make: The answer to a request of this id, all headers included; another one during a drain.
    """

    make: Callable[[str], Answer]
    _made: dict[bool, Wire] = field(default_factory=dict, init=False)

    def next(self, identifier: str, *, draining: bool) -> Wire:
        """The refusal of one more request.

        Args:
            identifier: Its id, fit for a header.
            draining: Whether the door is draining.
        """
        if len(identifier) != len(PLACEHOLDER):
            return _wire(self.make(identifier))
        made = self._made.get(draining)
        if made is None:
            made = self._made[draining] = _wire(self.make(PLACEHOLDER))
        return made._replace(rest=made.rest.replace(PLACEHOLDER.encode(), identifier.encode()))


def _wire(answer: Answer) -> Wire:
    lines = b"".join(b"%s: %s\r\n" % header for header in answer.headers)
    return Wire(answer.status, lines + b"\r\n" + answer.body, CLOSE[0] in answer.headers)
