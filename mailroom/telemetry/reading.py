"""Pages read by OCR."""

from prometheus_client import CollectorRegistry, Counter, Histogram

PAGE_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30]


class ReadingMetrics:
    """Records what reading pages takes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "mailroom_ocr_page_duration_seconds",
            "Reading one page.",
            registry=registry,
            buckets=PAGE_SECONDS,
        )
        self._crashes = Counter(
            "mailroom_ocr_worker_deaths", "Workers that died of a page or were ended.", registry=registry
        )

    def page(self, seconds: float) -> None:
        """One page was read."""
        self._seconds.observe(seconds)

    def worker_died(self) -> None:
        """A worker died of a page, or was ended because it took too long."""
        self._crashes.inc()
