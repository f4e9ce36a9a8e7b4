"""The verb of the REST door: `serve`."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from socket import socket

    from classifier_service.rest.bootstrap import RestService
    from mailroom.settings import Settings


def serve(
    *,
    package: Annotated[str | None, typer.Option(help="Folder or URI of the model package.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen at.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen at; 0 takes a free one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document at the end.")] = False,
) -> None:
    """Label documents over HTTP, until it is stopped."""
    from classifier_service.commands import leave_now, log_to_stderr, rest_the_collector
    from classifier_service.packages import load_package
    from classifier_service.rest.bootstrap import build
    from mailroom.settings import load_settings
    from mailroom.terminal import emit
    from mailroom.web.listening import bound

    settings = _with_options(load_settings(), package, host, port)
    log_to_stderr(settings.telemetry.log_level)
    opened = bound(settings.rest.host, settings.rest.port)
    service = build(settings, lambda: load_package(settings.classifier.package))
    rest_the_collector()
    try:
        requests = _listen(service, settings, opened)
    finally:
        service.close()
    emit({"model": service.labeller.models.name, "requests": requests}, as_json=as_json)
    leave_now()


def _listen(service: "RestService", settings: "Settings", opened: "socket") -> int:
    """Serve until told to stop; the number of requests answered."""
    import structlog

    from mailroom.readiness import announce
    from mailroom.web.listening import listeners
    from mailroom.web.server import Server, ServerLimits

    host, port = opened.getsockname()[:2]
    model = service.labeller.models.name

    def ready() -> None:
        announce(host=host, port=port)
        structlog.get_logger().info("ready", host=host, port=port, model=model)

    limits = ServerLimits(
        settings.rest.head_seconds, settings.rest.drain_seconds, requests=service.labeller.room
    )
    server = Server(service.door, service.state, limits, ready)
    server.run(sockets=listeners(opened))
    answered = server.server_state.total_requests
    structlog.get_logger().info("stopped", requests=answered)
    return answered


def _with_options(
    settings: "Settings", package: str | None, host: str | None, port: int | None
) -> "Settings":
    rest = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    classifier = {} if package is None else {"package": package}
    return settings.model_copy(
        update={
            "rest": settings.rest.model_copy(update=rest),
            "classifier": settings.classifier.model_copy(update=classifier),
        }
    )
