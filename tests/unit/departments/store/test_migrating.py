from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError

from departments.store.engine import DatabaseUnavailable, Store, connect, open_store
from departments.store.migrating import DatabaseTooNew, migrate
from departments.store.tables import Counter, Table
from mailroom.contracts.errors import UsageError
from mailroom.desk_settings import DesksSettings


def settings(place: object) -> DesksSettings:
    return DesksSettings(database=SecretStr(str(place)))


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # which Alembic cannot compare
def test_migrations_make_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    """Nothing is left that Alembic would still change."""
    with closing(open_store(settings(f"sqlite:///{tmp_path / 'd.db'}"))) as store:
        with store.engine.connect() as connection:
            differences: list[Any] = compare_metadata(MigrationContext.configure(connection), Table.metadata)
        assert differences == []


def test_opening_again_leaves_everything(tmp_path: Path) -> None:
    """Tables are made once."""
    place = settings(f"sqlite:///{tmp_path / 'd.db'}")
    with closing(open_store(place)) as store, store.writing() as session:
        session.merge(Counter(name="documents", value=41))
    with closing(open_store(place)) as store, store.reading() as session:
        assert session.get_one(Counter, "documents").value == 41


def test_the_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    """Somebody went back to an older Mailroom: it says so."""
    store = Store(connect(make_url(f"sqlite:///{tmp_path / 'd.db'}")))
    migrate(store.engine)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match=r"revision 9999.*upgrade Mailroom"):
        migrate(store.engine)
    store.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", r"desks\.database: not a URL"),
        ("mysql+pymysql://host/name", r"mysql is not supported"),
        ("postgresql+nothing://host/name", r"desks\.database"),
    ],
)
def test_a_database_that_cannot_be_is_told_in_one_line(url: str, said: str) -> None:
    """The message names the setting, and never the password."""
    with pytest.raises(UsageError, match=said):
        open_store(settings(url))


def test_a_database_that_does_not_answer_is_told_in_one_line() -> None:
    """A server that is not there; the password is in no message."""
    place = settings("postgresql+psycopg://clerk:hidden@127.0.0.1:1/mailroom")
    with pytest.raises(DatabaseUnavailable, match=r"does not answer .*is it up") as raised:
        open_store(place)
    assert "hidden" not in str(raised.value)


def test_what_raises_leaves_nothing(tmp_path: Path) -> None:
    """Half a transaction is none."""
    with closing(open_store(settings(f"sqlite:///{tmp_path / 'd.db'}"))) as store:
        with pytest.raises(IntegrityError), store.writing() as session:
            session.add_all([Counter(name="half", value=1), Counter(name="none")])
        with store.reading() as session:
            assert session.get(Counter, "half") is None
