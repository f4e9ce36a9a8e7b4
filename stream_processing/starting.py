"""The stage on the log that the settings name: the Flink job on Kafka, a plain process on Kinesis."""

from mailroom.settings import load_settings


def serve() -> None:
    """Run it until SIGTERM or Ctrl-C.

    Raises:
        MailroomError: As `service.serve` and `kinesis_stage.serve` do.
    """
    settings = load_settings()
    if settings.log == "kinesis":
        from mailroom.telemetry import logs  # noqa: PLC0415 - Flink's job has the JVM's
        from stream_processing import kinesis_stage  # noqa: PLC0415 - neither needs the other's libraries

        logs.configure(settings.telemetry.log_level)
        kinesis_stage.serve(settings)
        return
    from stream_processing import service  # noqa: PLC0415 - likewise

    service.serve(settings)
