"""How values lie in the database, alike in SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Dialect, Integer, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.types import TypeEngine

_WIDTH = len("2026-01-01T00:00:00.000000Z")


class UtcTime(TypeDecorator[datetime]):
    """An aware `datetime` in UTC: TIMESTAMPTZ in PostgreSQL, RFC 3339 text of fixed width (it sorts) in SQLite."""

    impl = String(_WIDTH)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostgreSQL's own type, else text."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(_WIDTH))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Into the database.

        Raises:
            ValueError: The time has no zone, so nobody knows when it was.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone: give an aware datetime")
        return value.astimezone(UTC) if dialect.name == "postgresql" else rfc3339(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """Out of the database."""
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
"""Lists and objects; JSONB in PostgreSQL."""

BigNumber = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits. SQLite's integers all are, and only a plain INTEGER may count up by itself there."""


def rfc3339(time: datetime) -> str:
    """A time as RFC 3339 in UTC with microseconds, always as wide."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
