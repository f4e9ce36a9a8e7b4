"""The one place where the console is put together, from its settings."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version

from fastapi import FastAPI

from console import queries
from console.accounts.sessions import Sessions
from console.dead_letters import DeadLetters
from console.deciding import Explainer
from console.glances import Glances
from console.models import Models
from console.originals import Originals
from console.pages import dead_letters, document, documents, live, models, review, signing_in, upload
from console.pages import settings as settings_shown
from console.uploads import Uploads
from console.web import files
from console.web.context import Context
from console.web.errors import add_handlers
from console.web.guarding import Guarding
from console.web.rendering import Renderer
from departments.changes import Changes
from departments.review.reviews import Reviews
from departments.review.texts import Texts
from departments.store.engine import Store, open_store
from mailroom.objects import ObjectStore
from mailroom.settings import Settings
from mailroom.streams.clock import SystemClock
from mailroom.telemetry.metrics import Metrics
from mailroom.telemetry.tracing import tracer
from mailroom.web.endpoint import DoorState
from mailroom.web.observing import RequestObserver
from mailroom.web.rates import SlidingRates
from mailroom.web.refusals import Wire

SERVICE = "mailroom-console"
PAGES = (files, signing_in, live, documents, document, review, upload, dead_letters, models, settings_shown)


class Pages(FastAPI):
    """The pages as an application that the server takes; it refuses nothing unread."""

    def refusal(self, url: bytes, identifier: bytes) -> Wire | None:  # noqa: ARG002 - the server's interface
        """No page is work that could be shed."""
        return None


@dataclass(frozen=True, slots=True)
class Console:
    """The console, not yet open.

    Attributes:
        app: The application.
        context: What its pages work with.
        metrics: What it counts.
    """

    app: Pages
    context: Context
    metrics: Metrics


@contextmanager
def built(settings: Settings) -> Iterator[Console]:
    """Wire the console.

    Raises:
        UsageError: A setting cannot be right.
        DatabaseUnavailable: The database does not answer.
    """
    metrics = Metrics()
    with (
        closing(open_store(settings.desks)) as store,
        closing(Originals(ObjectStore(settings.objects.uri))) as originals,
        closing(Texts(originals.store)) as texts,
    ):
        context = _context(settings, store, originals, texts)
        observer = RequestObserver(metrics, tracer(SERVICE, settings.telemetry.otlp_endpoint))
        yield Console(application(context, observer), context, metrics)


def application(context: Context, observer: RequestObserver) -> Pages:
    """All pages over a context. There is no description of an API: these are pages, and the look-up door has one."""
    app = Pages(
        title="Mailroom console", version=version("mailroom"), openapi_url=None, docs_url=None, redoc_url=None
    )
    app.state.context = context
    add_handlers(app)
    for page in PAGES:
        app.include_router(page.router)
    app.add_middleware(Guarding, observer=observer, https=context.settings.console.https)
    return app


def _context(settings: Settings, store: Store, originals: Originals, texts: Texts) -> Context:
    clock = SystemClock()

    def look() -> int:
        with store.reading() as session:
            return queries.last_change(session)

    return Context(
        settings=settings,
        store=store,
        clock=clock,
        state=DoorState(),
        sessions=Sessions(store, clock, settings.console.session_hours),
        attempts=SlidingRates(settings.console.sign_in_rate),
        renderer=Renderer(clock.now),
        glances=Glances(store, clock),
        changes=Changes(look),
        reviews=Reviews.of(store, settings),
        originals=originals,
        texts=texts,
        explainer=Explainer(settings.console.package or settings.classifier.package),
        uploads=Uploads.of(settings),
        dead_letters=DeadLetters(settings),
        models=Models(),
    )
