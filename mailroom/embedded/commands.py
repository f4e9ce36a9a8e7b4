"""The verbs of the embedded system: `up`, `down`, `status`, `doctor`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailroom import profiles
from mailroom.contracts.errors import MailroomError
from mailroom.terminal import emit

if TYPE_CHECKING:
    from rich.console import Console

    from mailroom.embedded.doctor import Finding

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


class NotRunning(MailroomError):
    """There is no embedded system to speak of."""


class NotFit(MailroomError):
    """This machine lacks something that the embedded system cannot do without."""


def up(
    package: Annotated[Path | None, typer.Option(help="Model package; one is trained without it.")] = None,
    data: Annotated[Path | None, typer.Option(help="Where to keep documents and state.")] = None,
    port: Annotated[int | None, typer.Option(help="The broker's port; a free one without it.")] = None,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return when it is ready.")] = False,
    json: Json = False,
) -> None:
    """Start the system on this machine and stay until Ctrl-C; with --detach, return when it is ready."""
    from mailroom.embedded import detached, foreground
    from mailroom.embedded.services import Folders
    from mailroom.embedded.system import Options
    from mailroom.settings import home, load_settings

    folders = Folders(home().absolute(), (data or home()).absolute())
    configured = load_settings().classifier.package
    package = package or (Path(configured) if configured else None)
    options = Options(folders, package, port)
    if detach:
        state = detached.start(foreground.arguments(options), folders.home, folders.log("up"))
        foreground.show(state, as_json=json)
    else:
        foreground.run(options, as_json=json)


def down(json: Json = False) -> None:
    """Stop the system that `up` started; documents and labels stay."""
    from mailroom.embedded import detached
    from mailroom.embedded.state import read_state

    state = read_state()
    stopped = state is not None and state.alive
    if state is not None and stopped:
        detached.end(state)
    words = "stopped" if stopped else "nothing was running"
    emit({"stopped": stopped}, as_json=json, render=lambda console: console.print(words))


def status(json: Json = False) -> None:
    """Say what runs, where it listens and where it logs; exit status 1 when nothing does."""
    from mailroom.embedded import foreground
    from mailroom.embedded.state import read_state

    state = read_state()
    if state is not None and state.alive:
        foreground.show(state, as_json=json)
        return
    emit({"running": False}, as_json=json, render=lambda _: None)
    raise NotRunning("nothing is running: start it with `mailroom up`")


def doctor(json: Json = False) -> None:
    """Say what this machine lacks and how to mend it; exit status 1 when something needed is missing."""
    from mailroom.embedded.doctor import examine

    findings = examine()
    well = all(finding.ok or not finding.needed for finding in findings)
    result: dict[str, Any] = {"ok": well, "findings": [finding.document() for finding in findings]}
    emit(result, as_json=json, render=lambda console: _draw(console, findings))
    if not well:
        lacking = ", ".join(finding.name for finding in findings if finding.needed and not finding.ok)
        raise NotFit(f"this machine lacks something that is needed ({lacking}): see what mends it above")


def _draw(console: "Console", findings: "list[Finding]") -> None:
    for finding in findings:
        sign = "[green]✓[/]" if finding.ok else "[red]✗[/]" if finding.needed else "[yellow]![/]"
        console.print(f"{sign} {finding.name:<9}", end=" ")
        console.print(finding.found, markup=False, highlight=False, soft_wrap=True)
        if finding.mend:
            console.print(f"            {finding.mend}", markup=False, highlight=False, soft_wrap=True)


def topics(
    *,
    partitions: Annotated[
        int, typer.Option(min=1, help="Of topics (or shards of streams) not there yet.")
    ] = 2,
    profile: Annotated[str | None, typer.Option(help=profiles.HELP)] = None,
    json: Json = False,
) -> None:
    """Create the topics (on Kinesis: streams, and a table) that the log lacks; those that exist stay as they are."""
    from mailroom.embedded.topics import ensure_topics
    from mailroom.settings import load_settings

    settings = profiles.resolve(profile, load_settings(), on_kinesis=True)
    if settings.log == "kinesis":
        from mailroom.streams.kinesis_setup import ensure_streams

        emit(dict(ensure_streams(settings.kinesis, shards=partitions)), as_json=json)
        return
    kafka = settings.kafka
    made = ensure_topics(kafka.bootstrap, partitions=partitions, timeout_seconds=60.0, client=kafka.client())
    emit(dict(made), as_json=json)
