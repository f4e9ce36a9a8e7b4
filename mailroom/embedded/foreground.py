"""Running the system in the terminal: signals, messages, and the table of what runs."""

import signal
import threading
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from mailroom.embedded import system
from mailroom.embedded.services import all_services
from mailroom.embedded.state import SystemState
from mailroom.settings import home
from mailroom.terminal import emit, messages

MEBIBYTE = 1 << 20
FIRST_PASSWORD = "console-password"  # noqa: S105 - a file's name
"""Where the console leaves the first account's password, for whoever started the system."""


def run(options: system.Options, *, as_json: bool) -> None:
    """Run the system until Ctrl-C or SIGTERM. Raises as `system.run` does."""
    stopping = threading.Event()

    def ready(state: SystemState) -> None:
        show(state, as_json=as_json)
        messages().print("ready; Ctrl-C stops it, documents and labels stay")

    system.run(
        options,
        stopping,
        say=lambda words: messages().print(words, markup=False),
        prepared=lambda: stop_on_signals(stopping),
        ready=ready,
        services=all_services,
    )


def stop_on_signals(stopping: threading.Event) -> None:
    """From now on Ctrl-C, SIGTERM and a closed terminal ask for a clean stop; asking twice is no quicker."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())


def arguments(options: system.Options) -> list[str]:
    """The arguments of `mailroom up` that give these options."""
    flags = {"--package": options.package, "--data": options.folders.data, "--port": options.port}
    return [part for flag, value in flags.items() if value is not None for part in (flag, str(value))]


def show(state: SystemState, *, as_json: bool) -> None:
    """Print what runs: one JSON document, or lines and a table."""
    memory = {service.name: resident_bytes(service.pid) for service in state.services}
    emit(describe(state, memory), as_json=as_json, render=lambda console: _draw(console, state, memory))


def describe(state: SystemState, memory: dict[str, int]) -> dict[str, Any]:
    """The state with each service's memory, as JSON-serialisable values."""
    document = {"running": True, **state.document()}
    services = [{**service, "memory_bytes": memory[service["name"]]} for service in document["services"]]
    return {**document, "services": services}


def resident_bytes(pid: int | None) -> int:
    """The resident memory of a process and of everything below it; 0 when it is gone."""
    total = 0
    try:
        tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)] if pid else []
    except psutil.Error:
        return 0
    for process in tree:
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return int(total)


def _draw(console: Console, state: SystemState, memory: dict[str, int]) -> None:
    facts = {
        "broker": state.bootstrap or "starting",
        "package": state.package,
        "data": state.data,
        "process": state.pid,
    }
    for name, value in facts.items():
        console.print(f"{name:<11} {value}", markup=False, highlight=False, soft_wrap=True)
    table = Table("service", "state", "process", "restarts", "MiB", "log", box=None)
    for service in state.services:
        if service.address:
            console.print(
                f"{service.name:<11} {service.address}", markup=False, highlight=False, soft_wrap=True
            )
        size = str(memory[service.name] // MEBIBYTE)
        pid = str(service.pid or "")
        table.add_row(service.name, service.phase, pid, str(service.restarts), size, service.log)
    password = home() / FIRST_PASSWORD
    if password.is_file():
        console.print(
            f"sign in to the console with the name and password in {password}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    console.print(table)
