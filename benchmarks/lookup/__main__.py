"""`python -m benchmarks.lookup`: look-ups over HTTP beside the same queries in SQLAlchemy alone."""

import argparse
import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.orm import Session

from benchmarks.lookup import world
from benchmarks.lookup.timing import Caller, Times, timed
from departments.lookup import queries
from departments.lookup.asked import Asked, asked
from departments.store.engine import Store, open_store
from departments.store.tables import Document
from mailroom.desk_settings import DesksSettings

ONE, MANY = 10.0, 50.0
"""Milliseconds that the 99th percentile of a look-up, and of a list, is to stay below."""
WARM_UP = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    what: str
    http: Times
    bare: Times
    target: float


def main() -> None:
    """Fill a database, open the door over it, time both."""
    arguments = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="mailroom-lookup-") as name:
        folder = Path(name)
        database = arguments.database or f"sqlite:///{folder / 'departments.db'}"
        with closing(open_store(DesksSettings(database=database))) as store:
            rate = world.fill(store, arguments.documents)
            with world.door(folder, database) as port:
                rows = list(_rows(store, Caller(port), arguments))
    result = {
        "documents": arguments.documents,
        "written_per_second": round(rate),
        "rows": [asdict(row) for row in rows],
    }
    print(json.dumps(result) if arguments.json else _table(rows, rate))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=2_000, help="of each kind")
    parser.add_argument("--database", help="an empty one, as postgresql+psycopg://…; else SQLite")
    parser.add_argument("--json", action="store_true")
    return parser


def _rows(store: Store, caller: Caller, arguments: argparse.Namespace) -> Iterator[Row]:
    source = random.Random(3)
    identifiers = [world.identifier(source.randrange(arguments.documents)) for _ in range(arguments.requests)]
    for what, path, query in (
        ("a label", "/labels/", _one),
        ("a document's way", "/documents/", _way),
    ):
        calls = [partial(caller.get, path + identifier) for identifier in identifiers]
        bare = [partial(_read, store, partial(query, identifier)) for identifier in identifiers]
        yield _row(what, calls, bare, ONE)
    for what, query_string in _lists(caller):
        wanted = asked(query_string.encode())
        calls = [partial(caller.get, f"/labels?{query_string}")] * (arguments.requests // 4)
        bare = [partial(_read, store, partial(_page, wanted))] * len(calls)
        yield _row(what, calls, bare, MANY)


def _row(
    what: str, calls: Sequence[Callable[[], object]], bare: Sequence[Callable[[], object]], target: float
) -> Row:
    timed(calls[:WARM_UP])
    timed(bare[:WARM_UP])
    return Row(what, timed(calls), timed(bare), target)


def _lists(caller: Caller) -> Iterator[tuple[str, str]]:
    middle = quote((world.BEGIN + timedelta(days=world.DAYS / 2)).isoformat())
    yield "the newest 100", ""
    yield "100 of a department", "department=accounts-payable"
    yield "100 to review", "department=review"
    yield "100 of a label", "label=invoice"
    yield "100 by decision", "decision=review"
    yield "100 since a time, oldest first", f"since={middle}&order=oldest"
    yield "100 of a label and department", f"label=invoice&department=accounts-payable&since={middle}"
    cursor = ""
    for _ in range(50):
        found = json.loads(caller.get(f"/labels?limit=500{cursor}"))
        cursor = f"&cursor={found.get('next', '')}" if "next" in found else ""
    yield "100 from the 50th page", f"limit=100{cursor}"


def _one(identifier: str, session: Session) -> object:
    return session.get(Document, identifier)


def _way(identifier: str, session: Session) -> object:
    return session.get(Document, identifier), queries.history(session, identifier)


def _page(wanted: Asked, session: Session) -> object:
    return queries.page(session, wanted)


def _read(store: Store, query: Callable[[Session], object]) -> object:
    with store.reading() as session:
        return query(session)


def _table(rows: list[Row], rate: float) -> str:
    lines = [
        f"{'':32}{'HTTP p50':>10}{'p99':>8}{'bare p50':>10}{'p99':>8}{'ratio of p50':>14}{'target p99':>12}"
    ]
    lines += [
        f"{row.what:32}{row.http.p50:10.2f}{row.http.p99:8.2f}{row.bare.p50:10.2f}{row.bare.p99:8.2f}"
        f"{row.http.p50 / row.bare.p50:14.2f}{row.target:12.0f}"
        for row in rows
    ]
    return "\n".join([*lines, f"milliseconds; the database was filled with {rate:,.0f} documents a second"])


if __name__ == "__main__":
    main()
