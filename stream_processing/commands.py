"""The verb of the Flink job."""


def stream() -> None:
    """Run the Flink job that cleanses and routes, until it is stopped."""
    from stream_processing.service import serve

    serve()
