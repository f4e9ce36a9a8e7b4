"""What the pages work with, wired once."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from console.accounts.sessions import Sessions
from console.dead_letters import DeadLetters
from console.deciding import Explainer
from console.glances import Glances
from console.models import Models
from console.originals import Originals
from console.uploads import Uploads
from console.web.rendering import Renderer
from departments.changes import Changes
from departments.review.reviews import Reviews
from departments.review.texts import Texts
from departments.store.engine import Store
from mailroom.settings import Settings
from mailroom.streams.clock import Clock
from mailroom.web.endpoint import DoorState
from mailroom.web.rates import SlidingRates


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that a page may need.

    Attributes:
        settings: As they were read at the start.
        store: The departments' database.
        clock: Tells the time.
        state: Whether the process is about to end.
        sessions: Who is signed in.
        attempts: How often an address, or anybody for an account, may try to sign in.
        renderer: Makes HTML.
        glances: The state of the whole.
        changes: Tells when a document was written.
        reviews: What people do with documents.
        originals: Documents' bytes and pages.
        texts: Their texts.
        explainer: Which words decided.
        uploads: The door for documents.
        dead_letters: What failed.
        models: What training made.
    """

    settings: Settings
    store: Store
    clock: Clock
    state: DoorState
    sessions: Sessions
    attempts: SlidingRates
    renderer: Renderer
    glances: Glances
    changes: Changes
    reviews: Reviews
    originals: Originals
    texts: Texts
    explainer: Explainer
    uploads: Uploads
    dead_letters: DeadLetters
    models: Models


def of_request(request: Request) -> Context:
    """The context of the application that a request came to."""
    context: Context = request.app.state.context
    return context


Wired = Annotated[Context, Depends(of_request)]
