"""Alembic's environment; the connection is handed in by `departments.store.migrating`."""

from typing import Any, Literal

from alembic import context

from departments.store.columns import BigNumber, Json, UtcTime
from departments.store.tables import Table


def _named(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """Our types by their names in a migration that is generated, since theirs differ by database."""
    if kind != "type":
        return False
    if isinstance(value, UtcTime):
        return "UtcTime()"
    return next((name for name, ours in (("Json", Json), ("BigNumber", BigNumber)) if value is ours), False)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    render_item=_named,
)
with context.begin_transaction():
    context.run_migrations()
