"""Tables are made and changed by Alembic; every process that opens the database calls this first."""

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from mailroom.contracts.errors import MailroomError

_SCRIPTS = Path(__file__).with_name("migrations")
_LOCK = 7_310_202_611
"""Of PostgreSQL's advisory locks: two processes that start together must not both make the tables."""


class DatabaseTooNew(MailroomError):
    """A newer Mailroom has been at this database."""


def migrate(engine: Engine) -> None:
    """Bring the tables to what this version needs; quick where they are there.

    Raises:
        DatabaseTooNew: A newer version made them.
        sqlalchemy.exc.OperationalError: The database does not answer.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)  # each step is nobody's affair while it goes well
    config = configuration()
    scripts = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        if _current(connection) == scripts.get_current_head():
            return
    with engine.execution_options(mailroom_immediate=True).begin() as connection:
        _take_lock(connection)
        _require_known(_current(connection), scripts)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def configuration() -> Config:
    """Alembic's configuration; there is no file of it."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _take_lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _require_known(revision: str | None, scripts: ScriptDirectory) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    if revision is not None and revision not in known:
        raise DatabaseTooNew(
            f"the departments' database is at revision {revision}, unknown here: upgrade Mailroom"
        )
