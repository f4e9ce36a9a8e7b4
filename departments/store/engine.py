"""Opening the database: SQLite in WAL mode at home, or PostgreSQL by URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from departments.store.migrating import migrate
from mailroom.contracts.errors import MailroomError, UsageError
from mailroom.desk_settings import DesksSettings
from mailroom.settings import home

FILE_NAME = "departments.db"
BUSY_SECONDS = 30.0
"""How long a writer waits for another; SQLite has one at a time."""

_IMMEDIATE = "mailroom_immediate"
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",  # readers and the writer do not wait for one another
    "PRAGMA synchronous = FULL",  # what is committed outlasts a loss of power: an act may not be lost
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}",
)


class DatabaseUnavailable(MailroomError):
    """The departments' database does not answer; the work can be tried again."""


@dataclass(frozen=True, slots=True)
class Store:
    """The departments' database. Threads may share it; processes each open their own."""

    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that reads, in one transaction: all it reads is of one moment.

        Raises:
            DatabaseUnavailable: The database does not answer.
        """
        with _translated(), sessionmaker(self.engine)() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that writes; what it did is committed at its end, or nothing of it where it raises.

        Raises:
            DatabaseUnavailable: The database does not answer.
        """
        # Taken at once: a transaction that read first and then wants to write may be refused without any wait.
        immediate = self.engine.execution_options(**{_IMMEDIATE: True})
        with _translated(), sessionmaker(immediate, expire_on_commit=False)() as session, session.begin():
            yield session

    def close(self) -> None:
        """Give its connections back."""
        self.engine.dispose()


def open_store(settings: DesksSettings) -> Store:
    """Open the database that settings name, made or migrated as this version needs it.

    Raises:
        UsageError: The URL cannot be right.
        DatabaseUnavailable: It does not answer.
    """
    store = Store(connect(database_url(settings)))
    with _translated():
        migrate(store.engine)
    return store


def database_url(settings: DesksSettings) -> URL:
    """Where the database is; at home where settings do not say.

    Raises:
        UsageError: What they say is no URL.
    """
    if settings.database is None:
        return URL.create("sqlite", database=str(home() / FILE_NAME))
    try:
        return make_url(settings.database.get_secret_value())
    except ArgumentError as error:
        raise UsageError(
            "setting desks.database: not a URL; write postgresql+psycopg://user:password@host/name"
        ) from error


def connect(url: URL) -> Engine:
    """An engine for a URL. Nothing is connected yet.

    Raises:
        UsageError: No such kind of database is known here.
    """
    try:
        backend = url.get_backend_name()
        if backend == "sqlite":
            return _sqlite(url)
        if backend == "postgresql":
            return create_engine(url, pool_pre_ping=True)
    except (NoSuchModuleError, ImportError) as error:
        raise UsageError(f"setting desks.database: {error}") from error
    raise UsageError(f"setting desks.database: {backend} is not supported; give sqlite or postgresql+psycopg")


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # sqlite3 would begin transactions of its own, and too late
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(_IMMEDIATE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise DatabaseUnavailable(_sentence(error)) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseUnavailable(_sentence(error)) from error
        raise


def _sentence(error: DBAPIError) -> str:
    reason = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    return f"the departments' database does not answer ({reason}): is it up, and is `desks.database` right?"
