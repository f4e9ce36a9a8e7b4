"""Forms that do something with a document."""

import uuid
from typing import Annotated

from fastapi import Form

from departments.desks import ActKind, ActRefused
from departments.review.recording import ActRequest

Text = Annotated[str, Form(max_length=2_000)]
OLD = "this form is too old: load the page again"


def new_act(
    document_id: str,
    kind: str,
    label: str | None,
    actor: str,
    act: str,
    revision: str,
    token: str | None = None,
) -> ActRequest:
    """What a form asks for.

    Args:
        document_id: Which document.
        kind: What to do.
        label: What it is, where that is said.
        actor: Who.
        act: The id that the page gave its form: sent twice, it is done once.
        revision: Of the document, as the page showed it.
        token: Of the lease, where there is one.

    Raises:
        ActRefused: It is no form of ours.
    """
    try:
        return ActRequest(
            document_id,
            ActKind(kind),
            actor,
            label=label,
            token=token,
            revision=int(revision),
            id=str(uuid.UUID(act)),
        )
    except ValueError as error:
        raise ActRefused(OLD) from error


def new_id() -> str:
    """An id for an act that a form may ask for."""
    return str(uuid.uuid4())
