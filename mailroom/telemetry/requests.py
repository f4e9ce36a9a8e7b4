"""HTTP requests, by method, route and status."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]


class RequestMetrics:
    """Records requests.

    A route is the pattern that matched (`/v2/models/{name}/infer`), never the path that came: a caller who tries a
    thousand paths must not make a thousand series.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._in_progress = Gauge(
            "mailroom_http_requests_in_progress", "Requests that are being answered.", registry=registry
        )
        self._seconds = Histogram(
            "mailroom_http_request_duration_seconds",
            "From the first byte of a request to the last of its answer.",
            ["method", "route"],
            registry=registry,
            buckets=SECONDS,
        )
        self._total = Counter(
            "mailroom_http_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=registry,
        )
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def began(self) -> None:
        """A request has come."""
        self._in_progress.inc()

    def finished(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request that had begun was answered.

        Args:
            method: `GET`, `POST` …; `other` for what HTTP does not know.
            route: The pattern that matched; `unmatched` where none did.
            status: The HTTP status.
            seconds: What it took.
        """
        self._in_progress.dec()
        total, timed = self._series(method, route, status)
        total.inc()
        timed.observe(seconds)

    def shed(self, method: str, route: str, status: int) -> None:
        """A request was refused before it was read: it is counted, and there was nothing to time.

        Args:
            method: As in `finished`.
            route: Likewise.
            status: Likewise.
        """
        self._series(method, route, status)[0].inc()

    def _series(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        key = (method, route, status)
        known = self._known.get(key)
        if known is None:
            total = self._total.labels(method, route, str(status))
            known = self._known[key] = (total, self._seconds.labels(method, route))
        return known
