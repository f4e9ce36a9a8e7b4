"""The verb of the Kafka door: `classify-stream`."""

from typing import TYPE_CHECKING, Annotated

import typer

from mailroom import profiles

if TYPE_CHECKING:
    from classifier_service.service import Service
    from mailroom.settings import Settings


def classify_stream(
    *,
    package: Annotated[str | None, typer.Option(help="Folder or URI of the model package.")] = None,
    profile: Annotated[str | None, typer.Option(help=profiles.HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document at the end.")] = False,
) -> None:
    """Label documents from Kafka to Kafka, until it is stopped."""
    from classifier_service.service import build
    from mailroom.settings import load_settings
    from mailroom.terminal import emit

    settings = load_settings()
    log_to_stderr(settings.telemetry.log_level)
    if profile is not None:  # else the settings alone decide, as whoever supervises the service wrote them
        settings = profiles.resolve(profile, settings, on_kinesis=True)
    service = build(_with_package(settings, package))
    stop_on_signals(service)
    finished = serve(service, settings)
    emit(service.summary(), as_json=as_json)
    if not finished:
        leave_now()


def serve(service: "Service", settings: "Settings") -> bool:
    """Run a service to its end, say when it reads documents, and log what it did; see `Service.run`."""
    import structlog

    from mailroom.readiness import announce
    from mailroom.telemetry.scraping import scraped

    log = structlog.get_logger()
    rest_the_collector()
    telemetry = settings.telemetry
    with scraped(service.metrics, telemetry.metrics_host, telemetry.metrics_port, settings.access) as port:

        def ready() -> None:
            announce(metrics_port=port)
            log.info("ready", metrics_port=port)

        try:
            return service.run(ready)
        finally:
            log.info("stopped", **service.summary())


def rest_the_collector() -> None:
    """Leave the model out of the search for cycles, and search less often.

    A batch makes a hundred thousand values that are in no cycle and live for less than a second.
    """
    import gc

    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def stop_on_signals(service: "Service") -> None:
    """Let SIGTERM and Ctrl-C finish the open batches and leave."""
    import signal

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.stop.set())


def log_to_stderr(level: str = "info") -> None:
    """One JSON object a line on standard error, without any text of a document."""
    from mailroom.telemetry import logs

    logs.configure(level)


def leave_now() -> None:
    """End the process while a page is still being read in native code, which nothing can interrupt."""
    import os
    import sys

    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _with_package(settings: "Settings", package: str | None) -> "Settings":
    if package is None:
        return settings
    classifier = settings.classifier.model_copy(update={"package": package})
    return settings.model_copy(update={"classifier": classifier})
