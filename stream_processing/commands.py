"""The verb of the stage that cleanses and routes."""


def stream() -> None:
    """Run what cleanses and routes, until it is stopped: a Flink job, or a process of its own on Kinesis."""
    from stream_processing.starting import serve

    serve()
