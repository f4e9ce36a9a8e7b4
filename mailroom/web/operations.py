"""An operation of a door: its path, its handler, who may ask for it, and what its description says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailroom.access.scopes import Scope
from mailroom.web.endpoint import Complain
from mailroom.web.http import Handler
from mailroom.web.problems import Problem, as_problem


@dataclass(frozen=True, slots=True)
class Description:
    """What the OpenAPI description says of one operation.

    Attributes:
        summary: A few words.
        answer: The type of its JSON, or several; None where a success has no other form than `also`.
        request: Media type to a type of ours, several, or a schema.
        examples: JSON requests, by name.
        errors: Statuses that it may answer beside a success; those of keys are added where it asks for one.
        problem: The type of errors.
        also: Media types of a success beside JSON.
        not_ready: Whether 503 has the same form as a success.
        status: Of a success.
        headers: Of the request, name to what is said of it.
        answers: Examples of a success, by name.
        query: Parameters of the query string, name to what is said of it.
        mentions: Types that the schemas of others refer to by name.
    """

    summary: str
    answer: Any
    request: Mapping[str, Any] = field(default_factory=dict)
    examples: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[int, ...] = ()
    problem: Any = Problem
    also: tuple[str, ...] = ()
    not_ready: bool = False
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    mentions: tuple[Any, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        method: The HTTP method.
        path: A pattern, as Starlette has them.
        handler: Request to answer.
        described: For the OpenAPI description; None leaves it out.
        complain: How its errors are told.
        scope: What a key must be good for; None lets everybody ask.
        sheds: Whether it is work: above capacity it is refused unread.
    """

    method: str
    path: str
    handler: Handler
    described: Description | None
    complain: Complain = as_problem
    scope: Scope | None = None
    sheds: bool = False
