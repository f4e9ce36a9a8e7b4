"""How far a reader of the log is behind."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge


class ConsumerMetrics:
    """Records lag in records and in seconds, for the partitions that this process reads."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._lag = Gauge(
            "mailroom_consumer_lag_records",
            "Records of a partition that are in the log and not yet answered.",
            ["topic", "partition"],
            registry=registry,
        )
        self._age = Gauge(
            "mailroom_consumer_record_age_seconds",
            "Age of the oldest record of the newest batch; 0 where nothing waits.",
            ["topic"],
            registry=registry,
        )
        self._shown: dict[str, set[int]] = {}

    def behind(self, topic: str, lags: Mapping[int, int]) -> None:
        """Set the lag of every partition that is assigned; those that went to others are no longer shown.

        Args:
            topic: The topic.
            lags: Records by partition.
        """
        for partition in self._shown.get(topic, set()) - lags.keys():
            self._lag.remove(topic, str(partition))
        for partition, lag in lags.items():
            self._lag.labels(topic, str(partition)).set(lag)
        self._shown[topic] = set(lags)

    def age(self, topic: str, seconds: float) -> None:
        """Set the age of the oldest record in hand."""
        self._age.labels(topic).set(seconds)
