"""How far a reader of the log is behind."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge


class ConsumerMetrics:
    """What all consumers of a registry share."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.lag = Gauge(
            "mailroom_consumer_lag_records",
            "Records of a partition that wait to be read.",
            ["door", "member", "topic", "partition"],
            registry=registry,
        )
        self.age = Gauge(
            "mailroom_consumer_record_age_seconds",
            "Age of the oldest record of the batch in hand; 0 where none is.",
            ["door", "member"],
            registry=registry,
        )

    def member(self, door: str, number: int) -> "MemberMetrics":
        """What one consumer records into.

        Args:
            door: The door's name.
            number: Which of this process's consumers of that door it is.
        """
        return MemberMetrics(self, door, str(number))


class MemberMetrics:
    """Records how far one member of a consumer group is behind, in the partitions that are its own."""

    def __init__(self, shared: ConsumerMetrics, door: str, member: str) -> None:
        self._lag = shared.lag
        self._age = shared.age.labels(door, member)
        self._names = (door, member)
        self._shown: set[tuple[str, int]] = set()

    def behind(self, lags: Mapping[str, Mapping[int, int]]) -> None:
        """Set the lag of every partition that is assigned; those that went to others are no longer shown.

        Args:
            lags: Records by topic and partition.
        """
        shown = {(topic, partition) for topic, each in lags.items() for partition in each}
        for topic, partition in self._shown - shown:
            self._lag.remove(*self._names, topic, str(partition))
        for topic, partition in shown:
            self._lag.labels(*self._names, topic, str(partition)).set(lags[topic][partition])
        self._shown = shown

    def age(self, seconds: float) -> None:
        """Set the age of the oldest record in hand."""
        self._age.set(seconds)
