"""Metrics on a port of their own, and who may read them."""

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from mailroom.access import key_file
from mailroom.access.keys import new_key
from mailroom.access.scopes import Scope
from mailroom.contracts.errors import UsageError
from mailroom.settings import AccessSettings
from mailroom.telemetry.metrics import Metrics
from mailroom.telemetry.scraping import scraped

pytestmark = pytest.mark.security


def key(file: Path, scope: Scope) -> str:
    """A key of one scope."""
    made, kept = new_key("prometheus", [scope], "2026-01-01T00:00:00.000Z")
    key_file.change(file, lambda known: (*known, kept))
    return made


def status(port: int | None, given: str) -> int:
    """What a scrape with a key gets."""
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/metrics", headers={"authorization": f"Bearer {given}"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_a_scraper_shows_its_key(tmp_path: Path) -> None:
    """Where keys are named, one with the scope of metrics is needed."""
    file = tmp_path / "keys.json"
    reader, writer = key(file, Scope.READ_METRICS), key(file, Scope.WRITE_DOCUMENTS)
    with scraped(Metrics(), "127.0.0.1", 0, AccessSettings(keys=str(file))) as port:
        assert [status(port, given) for given in (reader, writer, "nonsense")] == [200, 401, 401]


def test_metrics_are_for_this_machine_alone_by_default(home: Path) -> None:
    """Without keys no other machine may read, unless the network guards the port."""
    everywhere = "0.0.0.0"  # noqa: S104 - that is what is refused
    with pytest.raises(UsageError, match="keys create"), scraped(Metrics(), everywhere, 0):
        pass
    with scraped(Metrics(), everywhere, 0, AccessSettings(open=True)) as port:
        assert status(port, "") == 200
