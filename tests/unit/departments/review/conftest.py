"""A database with reviews over it, and a time that tests move."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from departments.review.reviews import Reviews
from departments.rules import desk_rules
from departments.store.engine import Store, open_store
from mailroom.desk_settings import DesksSettings
from mailroom.settings import Settings
from tests.unit.departments.documents import NOON

DESKS = {
    "accounts-payable": {"folder": "payable", "deadline_hours": 48},
    "procurement": {"folder": "procurement"},
}


@dataclass(slots=True)
class Time:
    """A time that a test moves."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        """What time it is."""
        return self.now

    def passes(self, seconds: float) -> None:
        """Move it."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two desks with a folder each, and a database that is nobody else's."""
    url = SecretStr(f"sqlite:///{tmp_path}/departments.db")
    return Settings(desks=DesksSettings.model_validate({"database": url, "at": DESKS}))


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """The database."""
    opened = open_store(settings.desks)
    yield opened
    opened.close()


@pytest.fixture
def time() -> Time:
    """Noon of the first of January, until moved."""
    return Time()


@pytest.fixture
def reviews(store: Store, settings: Settings, time: Time) -> Reviews:
    """Reviews with leases of ten minutes."""
    return Reviews(store, desk_rules(settings), settings.desks.review, time)
