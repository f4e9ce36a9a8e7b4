"""`mailroom send`: wires the real log, shows progress, prints ids."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from rich.console import Console
from rich.progress import Progress

from ingest.content import Intake
from ingest.delivery import Delivery, new_id
from ingest.documents import Failed, Outcome, Sent, as_json, printable
from ingest.selection import HARMLESS, STANDARD_INPUT, Choice, Skipped, select
from ingest.tracing import SERVICE, TracedSink
from mailroom import profiles
from mailroom.contracts.errors import UsageError
from mailroom.contracts.headers import MAX_ID_CHARACTERS
from mailroom.objects import ObjectStore
from mailroom.settings import Settings, load_settings
from mailroom.streams import Sink
from mailroom.streams.clock import SystemClock
from mailroom.streams.opening import open_sink, require_log, with_inline_limit
from mailroom.telemetry.tracing import tracer
from mailroom.terminal import emit, messages

NOTES_SHOWN = 5
INTERRUPTED = 130  # the shell's convention: 128 + SIGINT


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of `send`."""

    paths: tuple[str, ...]
    profile: str | None = None
    document_id: str | None = None
    name: str | None = None
    recursive: bool = True
    as_json: bool = False


def run(request: Request) -> int:
    """Send, print, and return the exit status: 1 where a document was not sent."""
    check(request)
    settings = profiles.resolve(request.profile, load_settings(), on_kinesis=True)
    outcomes: list[Outcome] = []
    interrupted = False
    try:
        outcomes.extend(_with_progress(request, _outcomes(request, settings)))
    except KeyboardInterrupt:  # what was acknowledged is in the log, and must be told
        interrupted = True
    sent = [outcome for outcome in outcomes if isinstance(outcome, Sent)]
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    result = {"sent": list(map(as_json, sent)), "failed": list(map(as_json, failed)), "count": len(sent)}
    emit(result, as_json=request.as_json, render=lambda console: _render(console, sent))
    for failure in failed:
        line = f"{failure.file}: {failure.error}"
        messages().print(line, style="red", highlight=False, markup=False, soft_wrap=True)
    return INTERRUPTED if interrupted else int(bool(failed))


def check(request: Request) -> None:
    """Refuse what cannot be meant.

    Raises:
        UsageError: An id that no document can have, one id for several documents, or a name for nothing.
    """
    inputs = request.paths.count(STANDARD_INPUT)
    if inputs > 1:
        raise UsageError("standard input can be read once: give `-` once")
    if request.name is not None and not inputs:
        raise UsageError("--name is for standard input: files bring their own names")
    if request.document_id is None:
        return
    if not 0 < len(request.document_id) <= MAX_ID_CHARACTERS:
        raise UsageError(f"--id needs 1 to {MAX_ID_CHARACTERS} characters")
    if len(list(islice(chosen(request), 2))) > 1:
        raise UsageError("--id names one document, and the paths name several: send them one by one")


def chosen(request: Request) -> Iterator[Choice]:
    """What is to be tried: everything but what is skipped on purpose."""
    choices = select(request.paths, recursive=request.recursive)
    return (choice for choice in choices if not _harmless(choice))


def skipped_on_purpose(request: Request) -> Iterator[Skipped]:
    """Hidden files and linked folders: no failures, but a person should know."""
    choices = select(request.paths, recursive=request.recursive)
    return (choice for choice in choices if isinstance(choice, Skipped) and _harmless(choice))


def _harmless(choice: Choice) -> bool:
    return isinstance(choice, Skipped) and choice.trouble in HARMLESS


def _outcomes(request: Request, settings: Settings) -> Iterator[Outcome]:
    settings = with_inline_limit(settings)
    require_log(settings)
    sink = _sink(settings)
    intake = Intake(ObjectStore(settings.objects.uri), settings.objects.inline_limit)
    delivery = Delivery(sink, intake, SystemClock(), request.name, lambda: request.document_id or new_id())
    try:
        yield from delivery.deliver(chosen(request))
    finally:
        sink.close()


def _sink(settings: Settings) -> Sink:
    traces = tracer(SERVICE, settings.telemetry.otlp_endpoint)
    sink = open_sink(settings)
    return sink if traces is None else TracedSink(sink, traces)


def _with_progress(request: Request, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    console = messages()
    _say_skipped(console, request)
    if not console.is_terminal:
        yield from outcomes
        return
    with Progress(console=console, transient=True) as progress:
        yield from progress.track(outcomes, total=sum(1 for _ in chosen(request)), description="sending")


def _say_skipped(console: Console, request: Request) -> None:
    count = 0
    for count, skipped in enumerate(skipped_on_purpose(request), start=1):
        if count <= NOTES_SHOWN:
            line = f"skipped, {skipped.trouble}: {printable(skipped.path)}"
            console.print(line, highlight=False, markup=False, soft_wrap=True)
    if count > NOTES_SHOWN:
        console.print(f"skipped {count} in all", highlight=False)


def _render(console: Console, sent: list[Sent]) -> None:
    for outcome in sent:
        console.out(outcome.id, str(outcome.position), outcome.file, sep="  ", highlight=False)
    console.out(f"{len(sent)} sent", highlight=False)
