"""`python -m benchmarks.queue`: twenty clerks on one queue, over the console's pages."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.queue import books
from benchmarks.queue.clerks import Clerk, Memory
from benchmarks.queue.filling import fill
from benchmarks.services import wait
from console.accounts import register
from console.accounts.roles import Person, Role
from departments.review.reviews import Reviews
from departments.store.engine import Store, open_store
from mailroom.settings import Settings, load_settings

PASSWORD = "a long enough password"  # noqa: S105 - of accounts that live for some minutes
WANDERERS = 3


def main() -> None:
    """Measure, and hold what clerks saw against the database; exit status 1 where it does not balance."""
    arguments = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="mailroom-queue-") as folder:
        result = _measure(Path(folder), arguments)
    print(json.dumps(result) if arguments.json else _table(result))
    sys.exit(0 if result["balance"] else 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clerks", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--documents", type=int, default=100_000, help="in the database")
    parser.add_argument("--waiting", type=int, default=5_000, help="of them, those that wait for review")
    parser.add_argument("--lease-seconds", type=float, default=10.0)
    parser.add_argument("--think", type=float, default=1.0, help="seconds over a document, on average")
    parser.add_argument("--database", help="URL of an empty PostgreSQL database; by default SQLite")
    parser.add_argument("--json", action="store_true")
    return parser


def _measure(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    os.environ["MAILROOM_HOME"] = str(folder)
    os.environ["MAILROOM_DESKS__REVIEW__LEASE_SECONDS"] = str(arguments.lease_seconds)
    os.environ["MAILROOM_CONSOLE__SIGN_IN_RATE"] = "10000/minute"
    if arguments.database:
        os.environ["MAILROOM_DESKS__DATABASE"] = arguments.database
    settings = load_settings()
    with closing(open_store(settings.desks)) as store:
        fill(store, settings, arguments.documents, arguments.waiting)
        names = [f"clerk-{number}" for number in range(arguments.clerks + WANDERERS)]
        _accounts(store, settings, names)
        memory = Memory()
        with _console(folder) as url:
            clerks = [Clerk(url, name, PASSWORD, memory, arguments.think) for name in names]
            _together(clerks, arguments)
        found = books.read(store, Reviews.of(store, settings), memory.done)
    return _result(arguments, memory, found)


def _accounts(store: Store, settings: Settings, names: Sequence[str]) -> None:
    with store.writing() as session:
        for name in names:
            register.add(session, Person(name, Role.REVIEWER, ()), PASSWORD, settings.departments.values())


@contextmanager
def _console(folder: Path) -> Iterator[str]:
    ready, log = folder / "ready", folder / "console.log"
    variables = {**os.environ, "MAILROOM_READY": str(ready)}
    with log.open("wb") as told:
        command = [sys.executable, "-m", "cli", "console", "--port", "0"]
        process = subprocess.Popen(command, env=variables, stdout=told, stderr=told)
        try:
            wait(lambda: ready.is_file() or process.poll() is not None)
            if process.poll() is not None:
                raise SystemExit(log.read_text(encoding="utf-8")[-2_000:])
            yield f"http://127.0.0.1:{json.loads(ready.read_text(encoding='utf-8'))['port']}"
        finally:
            process.terminate()
            process.wait(timeout=60)


def _together(clerks: Sequence[Clerk], arguments: argparse.Namespace) -> None:
    end, away = time.monotonic() + arguments.seconds, threading.Event()
    patience = 1.5 * arguments.lease_seconds
    threads = [threading.Thread(target=clerk.work, args=(end,)) for clerk in clerks[: arguments.clerks]]
    threads += [
        threading.Thread(target=clerk.wander, args=(end, away, patience))
        for clerk in clerks[arguments.clerks :]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _result(arguments: argparse.Namespace, memory: Memory, found: books.Books) -> dict[str, Any]:
    times = {"ask whether it is ready": memory.yardstick, "look": memory.shown, "decide": memory.decided}
    return {
        "clerks": arguments.clerks,
        "seconds": arguments.seconds,
        **asdict(found),
        "balance": found.balance and not memory.odd,
        "refused": memory.refused,
        "odd": memory.odd[:10],
        "times": [
            {"what": what, "count": len(each), "p50": _centile(each, 50), "p99": _centile(each, 99)}
            for what, each in times.items()
        ],
    }


def _centile(times: Sequence[float], share: int) -> float:
    return statistics.quantiles(times, n=100)[share - 1]


def _table(result: dict[str, Any]) -> str:
    yardstick = result["times"][0]
    rows = [
        f"| {row['what']} | {row['count']:,} | {row['p50'] * 1000:.1f} | {row['p99'] * 1000:.1f} "
        f"| {row['p50'] / yardstick['p50']:.1f} | {row['p99'] / yardstick['p99']:.1f} |"
        for row in result["times"]
    ]
    names = ("decided", "twice", "contradicted", "lost", "stuck", "refused")
    counts = ", ".join(f"{name} {result[name]:,}" for name in names)
    head = ["| request | times | p50 ms | p99 ms | p50 ratio | p99 ratio |", "|---|---|---|---|---|---|"]
    odd = [f"odd answers: {result['odd']}"] if result["odd"] else []
    return "\n".join([f"{result['clerks']} clerks, {result['seconds']} s: {counts}", *odd, *head, *rows])


if __name__ == "__main__":
    main()
