"""The projection as a part of `mailroom departments run`."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

from departments.projection.application import Group, application
from departments.projection.batches import Batches
from departments.projection.measuring import ProjectionMetrics
from departments.projection.quieting import quiet
from departments.projection.transport import CommittedApp
from departments.projection.writing import Projector
from departments.rules import desk_rules
from departments.store.engine import Store
from mailroom.contracts.errors import MailroomError
from mailroom.contracts.topics import Topic
from mailroom.embedded.topics import ensure_topics
from mailroom.settings import Settings, home

LOOK_SECONDS = 0.1
STOP_SECONDS = 10.0


class ProjectionFailed(MailroomError):
    """The application gave up; whoever supervises the process starts it again, and nothing is lost."""


def run_projection(
    store: Store,
    settings: Settings,
    stop: threading.Event,
    *,
    ready: Callable[[], None] = lambda: None,
    metrics: ProjectionMetrics | None = None,
) -> None:
    """Project labels and judgements until `stop` is set; for a thread of its own.

    Args:
        store: The departments' database.
        settings: The log, the desks, and who this instance is.
        stop: Ends it, within some seconds.
        ready: Called once the state is recovered and records are read.
        metrics: Told of each batch.

    Raises:
        TopicsMissing: The log does not answer.
        ProjectionFailed: The application gave up.
    """
    quiet()
    batches = Batches(Projector(store, desk_rules(settings)), metrics or ProjectionMetrics())
    group = _group(settings)
    asyncio.run(_run(lambda: application(settings.kafka, group, batches), batches, stop, ready))


def _group(settings: Settings) -> Group:
    kafka, desks = settings.kafka, settings.desks
    topics = ensure_topics(
        kafka.bootstrap, names=(Topic.CLASSIFIED, Topic.FEEDBACK), client=kafka.client(), timeout_seconds=30.0
    )
    folder: Path = (desks.state_dir or home() / "departments") / "faust"
    folder.mkdir(parents=True, exist_ok=True)
    return Group(desks.consumer_group, desks.instance, topics[Topic.CLASSIFIED], folder)


async def _run(
    make: Callable[[], CommittedApp], batches: Batches, stop: threading.Event, ready: Callable[[], None]
) -> None:
    app = make()  # within the loop that it belongs to
    writing = asyncio.create_task(batches.run())
    starting = asyncio.create_task(_start(app, ready))
    try:
        # A thread sets the event, and Faust tells nobody when it gives up.
        while not (stop.is_set() or app.crashed or writing.done() or _failed(starting)):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        for task in (starting, writing):
            task.cancel()
        await _stopped(app)
    _tell(app, starting, writing)


async def _start(app: CommittedApp, ready: Callable[[], None]) -> None:
    await app.start()
    await app.tables.wait_until_recovery_completed()
    ready()


async def _stopped(app: CommittedApp) -> None:
    try:
        await asyncio.wait_for(app.stop(), STOP_SECONDS)
    except TimeoutError:  # what it has not committed is read again
        return


def _failed(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None


def _tell(app: CommittedApp, *tasks: asyncio.Task[None]) -> None:
    """Raise what ended the projection, where it was not told to end."""
    causes = [task.exception() for task in tasks if _failed(task)]
    if app.crashed:
        causes.append(app.crash_reason)
    for cause in causes:
        raise ProjectionFailed(
            f"the projection of labels ended ({type(cause).__name__}): start it again, nothing is lost"
        ) from cause
