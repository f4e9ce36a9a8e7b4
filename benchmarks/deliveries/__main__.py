"""`python -m benchmarks.deliveries`: webhooks out of the outbox beside the same requests made with aiohttp alone."""

import argparse
import asyncio
import json
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import aiohttp
from sqlalchemy import func, insert, select

from benchmarks.deliveries.receiver import SECRET, listening
from benchmarks.lookup import world
from departments.delivery import signing
from departments.delivery.office import run_deliveries
from departments.store.engine import Store, open_store
from departments.store.tables import ASSIGNED, DUE, SENT, Delivery, Document
from mailroom.desk_settings import DesksSettings
from mailroom.objects import ObjectStore
from mailroom.telemetry import logs

DESK = "accounts-payable"
BODY = b'{"type":"document.assigned","data":{"id":"' + b"x" * 600 + b'"}}'
LOOK_SECONDS = 0.02


def main() -> None:
    """Fill an outbox, empty it into a receiver, and make as many requests without one."""
    arguments = _parser().parse_args()
    logs.configure("warning")
    with tempfile.TemporaryDirectory(prefix="mailroom-deliveries-") as name, listening() as url:
        folder = Path(name)
        settings = DesksSettings.model_validate(
            {
                "database": arguments.database or f"sqlite:///{folder / 'departments.db'}",
                "at": {DESK: {"webhook": {"url": url, "secret": SECRET, "internal": True}}},
            }
        )
        with closing(open_store(settings)) as store:
            _fill(store, arguments.deliveries)
            sent = arguments.deliveries / _emptied(store, settings, folder)
        bare = arguments.deliveries / asyncio.run(
            _bare(url, arguments.deliveries, settings.delivery.at_a_time)
        )
    result = {"deliveries": arguments.deliveries, "sent_per_second": sent, "bare_per_second": bare}
    if arguments.json:
        print(json.dumps(result))
    else:
        print(
            f"{sent:,.0f} webhooks/s out of the outbox, {bare:,.0f} requests/s without one: {sent / bare:.0%}"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=2_000)
    parser.add_argument("--database", help="an empty one, as postgresql+psycopg://…; else SQLite")
    parser.add_argument("--json", action="store_true")
    return parser


def _fill(store: Store, count: int) -> None:
    world.fill(store, count)
    with store.writing() as session:
        rows = [
            {
                "id": f"delivery-{number}", "document_id": document, "desk": DESK, "channel": "webhook",
                "event": ASSIGNED, "revision": 0, "state": DUE, "attempts": 0,
                "next_at": world.BEGIN, "created_at": world.BEGIN,
            }
            for number, document in enumerate(session.scalars(select(Document.id)))
        ]  # fmt: skip
        session.execute(insert(Delivery), rows)


def _emptied(store: Store, settings: DesksSettings, folder: Path) -> float:
    """Seconds until everything is marked as sent."""
    stop, objects = threading.Event(), ObjectStore(f"file://{folder / 'objects'}")
    thread = threading.Thread(target=run_deliveries, args=(store, settings, objects, stop))
    begin = time.perf_counter()
    thread.start()
    while _undone(store):
        time.sleep(LOOK_SECONDS)
    seconds = time.perf_counter() - begin
    stop.set()
    thread.join()
    return seconds


def _undone(store: Store) -> int:
    with store.reading() as session:
        return int(session.scalar(select(func.count()).where(Delivery.state != SENT)) or 0)


async def _bare(url: str, count: int, at_a_time: int) -> float:
    """Seconds for as many signed requests, as many under way at a time."""
    keys, numbers = [signing.key_of(SECRET)], iter(range(count))

    async def work(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            headers = signing.signed_headers(keys, f"delivery-{number}", int(time.time()), BODY)
            async with session.post(url, data=BODY, headers=headers) as response:
                response.raise_for_status()

    begin = time.perf_counter()
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(work(session) for _ in range(at_a_time)))
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
