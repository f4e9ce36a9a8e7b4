"""A request and its answer, as the handlers of this door see them: a thin layer over ASGI."""

from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from starlette.types import Receive, Scope

from mailroom.contracts.errors import MailroomError

JSON = b"application/json"

Header = tuple[bytes, bytes]


CLOSE: tuple[Header, ...] = ((b"connection", b"close"),)
RETRY_LATER: tuple[Header, ...] = ((b"retry-after", b"1"),)


class RequestRefused(MailroomError):
    """A request that gets no answer but this one.

    Args:
        status: The HTTP status.
        message: What is wrong, and the mend.
        headers: To be sent along.
    """

    def __init__(self, status: int, message: str, headers: tuple[Header, ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


class CallerGone(Exception):
    """The connection closed before the request was complete: there is nobody to answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back.

    Attributes:
        status: The HTTP status.
        body: All of it, or what comes before `more`.
        media_type: Of the body.
        headers: Besides its type and length.
        more: The rest of the body, a piece at a time.
        more_bytes: How many bytes that are; None where nobody knows before the end.
    """

    status: int
    body: bytes = b""
    media_type: bytes = JSON
    headers: tuple[Header, ...] = ()
    more: AsyncIterable[bytes] | None = None
    more_bytes: int | None = 0


@dataclass
class Request:
    """A request.

    Attributes:
        scope: As ASGI gives it.
        receive: Likewise.
        id: `x-request-id`, the caller's or ours.
        parameters: What the route's pattern matched.
        closing: To be called once the request is answered.
        caller: The public name of the key that it came with; empty where none was asked for.
    """

    scope: Scope
    receive: Receive
    id: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    closing: list[Callable[[], None]] = field(default_factory=list)
    caller: str = ""

    @cached_property
    def headers(self) -> Mapping[bytes, bytes]:
        """By lower-case name; the last of repeated ones."""
        return dict(self.scope["headers"])

    def header(self, name: bytes) -> str:
        """A header as text; empty where there is none."""
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def media_type(self) -> str:
        """The declared media type in lower case, its parameters left out; empty where there is none."""
        return self.header(b"content-type").partition(";")[0].strip().lower()


Handler = Callable[[Request], Awaitable[Answer]]
