"""What deliveries tell of themselves, as Prometheus metrics."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge


class DeliveryMetrics:
    """Counts tries and what waits, by desk and channel: names that settings choose, never a document.

    Args:
        registry: Of the process; without one a registry of its own, which nobody reads.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        self._tries = Counter(
            "mailroom_delivery_tries_total",
            "Tries to tell a desk, by outcome: sent, put off, dead.",
            ["desk", "channel", "outcome"],
            registry=registry,
        )
        self._deliveries = Gauge(
            "mailroom_deliveries",
            "Deliveries that are not done: due, or dead until somebody calls them back.",
            ["desk", "channel", "state"],
            registry=registry,
        )

    def tried(self, desk: str, channel: str, outcome: str) -> None:
        """One try has ended."""
        self._tries.labels(desk, channel, outcome).inc()

    def undone(self, counts: Mapping[tuple[str, str, str], int]) -> None:
        """What is not done now.

        Args:
            counts: Deliveries by desk, channel and state.
        """
        self._deliveries.clear()
        for names, count in counts.items():
            self._deliveries.labels(*names).set(count)
