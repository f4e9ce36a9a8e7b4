"""Both databases, as real servers have them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import URL

from departments.store.engine import Store, open_store
from mailroom.desk_settings import DesksSettings
from mailroom.settings import Settings
from tests.integration.spark.servers import HOST, Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of the session's own."""
    with Postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, unique: str) -> Settings:
    """Desks with a folder each, in an empty database."""
    if request.param == "sqlite":
        url = URL.create("sqlite", database=str(tmp_path / "departments.db"))
    else:
        url = _schema(request.getfixturevalue("postgres"), f"s{unique}")
    desks = {
        "database": SecretStr(url.render_as_string(hide_password=False)),
        "at": {"accounts-payable": {"folder": "payable"}, "procurement": {"folder": "procurement"}},
    }
    return Settings(desks=DesksSettings.model_validate(desks))


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """The database."""
    opened = open_store(settings.desks)
    yield opened
    opened.close()


def _schema(server: Postgres, name: str) -> URL:
    server.execute(f'CREATE SCHEMA "{name}"')
    return URL.create(
        "postgresql+psycopg",
        username=server.user,
        password=server.password,
        host=HOST,
        port=server.port,
        database="postgres",
        query={"options": f"-csearch_path={name}"},
    )
