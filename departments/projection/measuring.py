"""What the projection counts."""

import time
from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram

from departments.projection.errors import NotApplicable
from departments.projection.writing import Read

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)


class ProjectionMetrics:
    """Records by topic and whether they could be applied; how long they took from the log to the database."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        self._records = Counter(
            "mailroom_projected_records_total",
            "Records of the log that were written to the departments' database, or refused.",
            ["topic", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "mailroom_projection_seconds",
            "From a record's time in the log to its commit in the database.",
            buckets=BUCKETS,
            registry=registry,
        )

    def written(self, batch: Sequence[Read]) -> None:
        """Count a batch that was committed."""
        now = time.time()
        for item in batch:
            outcome = "refused" if isinstance(item.meaning, NotApplicable) else "applied"
            self._records.labels(item.record.topic, outcome).inc()
            if item.record.timestamp is not None:
                self._seconds.observe(max(now - item.record.timestamp, 0.0))
