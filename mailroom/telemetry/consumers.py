"""How far a reader of the log is behind."""

import threading
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge


class ConsumerMetrics:
    """Records lag in records and in seconds, for the partitions that this process reads."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._lag = Gauge(
            "mailroom_consumer_lag_records",
            "Records of a partition that wait to be read.",
            ["topic", "partition"],
            registry=registry,
        )
        self._age = Gauge(
            "mailroom_consumer_record_age_seconds",
            "Age of the oldest record of the batch in hand; 0 where none is.",
            ["door"],
            registry=registry,
        )
        self._shown: set[tuple[str, int]] = set()
        self._lock = threading.Lock()

    def behind(self, lags: Mapping[str, Mapping[int, int]]) -> None:
        """Set the lag of every partition that is assigned; those that went to others are no longer shown.

        Args:
            lags: Records by topic and partition; topics that are not named stay as they are shown.
        """
        shown = {(topic, partition) for topic, each in lags.items() for partition in each}
        with self._lock:
            for topic, partition in {place for place in self._shown if place[0] in lags} - shown:
                self._lag.remove(topic, str(partition))
                self._shown.discard((topic, partition))
            for topic, partition in shown:
                self._lag.labels(topic, str(partition)).set(lags[topic][partition])
            self._shown |= shown

    def age(self, door: str, seconds: float) -> None:
        """Set the age of the oldest record in a door's hand."""
        self._age.labels(door).set(seconds)
