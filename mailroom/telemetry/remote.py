"""A model behind HTTP: whether it answers, and in what time."""

from contextlib import AbstractContextManager

from prometheus_client import CollectorRegistry, Gauge, Histogram

SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]


class RemoteMetrics:
    """Records what asking the model takes; a process without such a model exposes none of it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._up = Gauge(
            "mailroom_remote_model_up", "1 while the model answers, 0 while it is away.", registry=registry
        )
        self._seconds = Histogram(
            "mailroom_remote_request_duration_seconds",
            "One inference request to the model.",
            registry=registry,
            buckets=SECONDS,
        )

    def up(self, *, is_up: bool) -> None:
        """The model answered, or did not."""
        self._up.set(is_up)

    def timed(self) -> AbstractContextManager[object]:
        """Times a request while the block runs."""
        return self._seconds.time()
