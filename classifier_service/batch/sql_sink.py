"""Results in a table of a SQL database.

A part's rows and its tally are one transaction, so that a run that was killed goes on where it was. Rows carry their
run; what an earlier run of other documents or of another package wrote stays.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classifier_service.batch.results import COLUMNS, Done, Row
from mailroom.contracts.errors import MailroomError, UsageError

if TYPE_CHECKING:
    import sqlalchemy as sql

_VARIABLE = re.compile(r"\$\{(\w+)\}")
WAIT_SECONDS = 60
"""What SQLite's writers wait for one another."""


class DatabaseUnavailable(MailroomError):
    """The database cannot be written now; what was committed is kept."""


@dataclass(frozen=True, slots=True)
class SqlSink:
    """A table of labels, and two beside it: `<table>_parts` with what is done, `<table>_runs` with where it comes from.

    Attributes:
        url: As SQLAlchemy writes it.
        table: The table's name.
        run: Digest of the run.
    """

    url: str
    table: str
    run: str

    def prepare(self) -> None:
        """Make the tables where they are not there.

        Raises:
            UsageError: The URL is none, its driver is not installed, or a table is there with other columns.
            DatabaseUnavailable: No database answers, or it refuses.
        """
        with _explained(self.url):
            engine, tables = _engine(self.url), _tables(self.table)
            tables[0].metadata.create_all(engine)
            with engine.connect() as connection:
                for table in tables:
                    connection.execute(table.select().limit(0))

    def published(self) -> Mapping[str, Any] | None:
        """The provenance of the whole, if this run has published it."""
        _, _, runs = _tables(self.table)
        with _explained(self.url), _engine(self.url).connect() as connection:
            found = connection.execute(runs.select().where(runs.c.run == self.run)).one_or_none()
        return None if found is None else dict(json.loads(found.provenance))

    def finished(self) -> Mapping[int, Done]:
        """The parts of this run that are committed."""
        _, parts, _ = _tables(self.table)
        with _explained(self.url), _engine(self.url).connect() as connection:
            found = connection.execute(parts.select().where(parts.c.run == self.run)).all()
        return {row.part: Done(**json.loads(row.tally)) for row in found}

    def keep(self, done: Done, rows: Sequence[Row]) -> None:
        """Insert a part and its tally, or neither."""
        labels, parts, _ = _tables(self.table)
        with _explained(self.url), _engine(self.url).begin() as connection:
            connection.execute(
                parts.insert(), {"run": self.run, "part": done.number, "tally": json.dumps(asdict(done))}
            )
            if rows:
                connection.execute(labels.insert(), [self._row(row) for row in rows])

    def publish(self, parts: int, provenance: Mapping[str, Any]) -> None:  # noqa: ARG002 - rows are there already
        """Write down where the run's rows come from."""
        _, _, runs = _tables(self.table)
        about = json.dumps(provenance, ensure_ascii=False)
        with _explained(self.url), _engine(self.url).begin() as connection:
            connection.execute(runs.delete().where(runs.c.run == self.run))
            connection.execute(runs.insert(), {"run": self.run, "provenance": about})

    def _row(self, row: Row) -> Row:
        candidates = row["candidates"]
        words = None if candidates is None else json.dumps(candidates, ensure_ascii=False)
        return row | {"run": self.run, "candidates": words}


@cache
def _engine(url: str) -> "sql.Engine":
    import sqlalchemy as sql  # noqa: PLC0415

    lite = url.startswith("sqlite")
    return sql.create_engine(url, connect_args={"timeout": WAIT_SECONDS} if lite else {}, pool_pre_ping=True)


@cache
def _tables(name: str) -> "tuple[sql.Table, sql.Table, sql.Table]":
    import sqlalchemy as sql  # noqa: PLC0415

    metadata, word = sql.MetaData(), sql.Text
    kinds: dict[str, Any] = {"confidence": sql.Double, "deciding_page": sql.Integer}
    columns = [sql.Column(column, kinds.get(column, word), nullable=column != "id") for column in COLUMNS]
    run = sql.String(64)
    labels = sql.Table(name, metadata, sql.Column("run", run, nullable=False, index=True), *columns)
    key = sql.Column("run", run, primary_key=True), sql.Column("part", sql.Integer, primary_key=True)
    parts = sql.Table(f"{name}_parts", metadata, *key, sql.Column("tally", word, nullable=False))
    runs = sql.Table(
        f"{name}_runs", metadata, sql.Column("run", run, primary_key=True), sql.Column("provenance", word)
    )
    return labels, parts, runs


@contextmanager
def _explained(url: str) -> Iterator[None]:
    from sqlalchemy import exc  # noqa: PLC0415

    try:
        yield
    except (exc.ArgumentError, exc.NoSuchModuleError) as error:
        raise UsageError("--output is no URL of a database that SQLAlchemy knows") from error
    except ImportError as error:
        raise UsageError(f"no driver for the database: install {error.name or 'it'}") from error
    except exc.SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        raise DatabaseUnavailable(f"{_hidden(url)}: {reason}; mend it, then run the same again") from error


def _hidden(url: str) -> str:
    import sqlalchemy as sql  # noqa: PLC0415

    return sql.make_url(url).render_as_string(hide_password=True)


def shown(url: str) -> str:
    """A database's URL without its password.

    Raises:
        UsageError: It is none.
    """
    with _explained(url):
        return _hidden(url)


def with_password(url: str) -> str:
    """A database's URL with a password in the place of `${NAME}`: the variable, or what the file `NAME_FILE` holds.

    Raises:
        UsageError: There is no such variable, or the URL is none.
    """
    import sqlalchemy as sql  # noqa: PLC0415

    with _explained(url):
        made = sql.make_url(url)
    named = _VARIABLE.fullmatch(made.password or "")
    if named is None:
        return url
    return made.set(password=_secret(named[1])).render_as_string(hide_password=False)


def _secret(name: str) -> str:
    file = os.environ.get(f"{name}_FILE")
    try:
        return Path(file).read_text().rstrip("\r\n") if file else os.environ[name]
    except (KeyError, OSError) as error:
        raise UsageError(
            f"the password of --output: set {name}, or {name}_FILE to a file that holds it"
        ) from error
