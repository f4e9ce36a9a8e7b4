"""What the verbs do: the departments' database, and the answer."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from departments.delivery import selecting, signing
from departments.delivery.selecting import Selection
from departments.store.columns import rfc3339
from departments.store.engine import Store, open_store
from departments.store.tables import DEAD, DUE, SENT, Delivery
from mailroom.contracts.errors import UsageError
from mailroom.dead_letters.selection import moment
from mailroom.settings import load_settings
from mailroom.streams.clock import SystemClock
from mailroom.terminal import emit, visible

STATES = (DUE, SENT, DEAD)
CHANNELS = ("webhook", "email", "folder")
SECRET_BYTES = 32


def chosen(
    states: Sequence[str] | None,
    desks: Sequence[str] | None,
    channels: Sequence[str] | None,
    ids: Sequence[str] | None,
    since: str | None,
) -> Selection:
    """The flags as a selection.

    Raises:
        UsageError: There is no such state or channel, or the time is none.
    """
    _require("state", states or (), STATES)
    _require("channel", channels or (), CHANNELS)
    seconds = moment(since, SystemClock.now())
    return Selection(
        tuple(states or ()),
        tuple(desks or ()),
        tuple(channels or ()),
        tuple(ids or ()),
        None if seconds is None else datetime.fromtimestamp(seconds, UTC),
    )


def list_deliveries(selection: Selection, limit: int, skip: int, *, as_json: bool) -> None:
    """Print a page of deliveries, and the counts of all."""
    with _store() as store, store.reading() as session:
        counts = selecting.counted(session, selection)
        rows = [_row(each) for each in selecting.listed(session, selection, limit, skip)]
    result = {
        "count": sum(counts.values()),
        "by_state": {state: counts.get(state, 0) for state in STATES},
        "skipped": skip,
        "deliveries": rows,
    }
    emit(result, as_json=as_json, render=lambda console: _draw(console, result))


def redeliver(selection: Selection, *, everything: bool, as_json: bool) -> None:
    """Make deliveries due again, and print which.

    Raises:
        UsageError: It is not said which, and not that all are meant either.
    """
    named = replace(selection, states=()) != Selection()
    if named == everything:
        raise UsageError("say which: --id, --desk, --channel, --since; or --all, and none of these")
    with _store() as store, store.writing() as session:
        called = selecting.call_back(session, selection, datetime.now(UTC))
    result = {"count": len(called), "deliveries": list(called)}
    sentence = f"{len(called)} due again: `mailroom departments run` sends them"
    emit(result, as_json=as_json, render=lambda console: console.out(sentence, highlight=False))


def make_secret(*, as_json: bool) -> None:
    """Print a new secret."""
    made = signing.secret_of(secrets.token_bytes(SECRET_BYTES))
    emit({"secret": made}, as_json=as_json, render=lambda console: console.out(made, highlight=False))


@contextmanager
def _store() -> Iterator[Store]:
    store = open_store(load_settings().desks)
    try:
        yield store
    finally:
        store.close()


def _require(what: str, given: Sequence[str], known: Sequence[str]) -> None:
    for each in given:
        if each not in known:
            raise UsageError(f"there is no {what} {each!r}: say one of {', '.join(known)}")


def _row(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "document": delivery.document_id,
        "desk": delivery.desk,
        "channel": delivery.channel,
        "event": delivery.event,
        "revision": delivery.revision,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "created_at": rfc3339(delivery.created_at),
        "next_at": rfc3339(delivery.next_at) if delivery.state == DUE else None,
        "sent_at": None if delivery.sent_at is None else rfc3339(delivery.sent_at),
        "last_error": delivery.last_error,
    }


def _draw(console: Console, result: dict[str, Any]) -> None:
    width = max((len(row["desk"]) for row in result["deliveries"]), default=0)
    for row in result["deliveries"]:
        event = row["event"].rpartition(".")[2]
        names = f"{row['state']:4}  {event:8}  {row['channel']:7}  {row['desk']:{width}}  {row['document']}"
        # Lines, since a table would cut ids off, which are to be copied.
        console.out(visible(f"{names}  {row['last_error'] or ''}").rstrip(), highlight=False)
    counts = ", ".join(f"{count} {state}" for state, count in result["by_state"].items())
    console.print(f"{result['count']} deliveries: {counts}", highlight=False)
