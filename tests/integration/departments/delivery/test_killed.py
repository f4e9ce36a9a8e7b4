"""The process that sends is killed between sending and marking: the receiver sees the same message again."""

import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from departments.delivery.office import run_deliveries
from departments.store.engine import open_store
from departments.store.tables import DUE, SENT
from mailroom.settings import load_settings
from mailroom.streams.clock import FakeClock
from tests.servers import hooks
from tests.servers.deliveries import DESK, add, delivery, kept

SENDING = """
import threading
from departments.delivery.office import run_deliveries
from departments.store.engine import open_store
from mailroom.objects import ObjectStore
from mailroom.settings import load_settings
settings = load_settings()
run_deliveries(open_store(settings.desks), settings.desks, ObjectStore(settings.objects.uri), threading.Event())
"""
COUNT = 60


def test_what_was_sent_and_not_marked_is_sent_again(
    home: Path, monkeypatch: pytest.MonkeyPatch, until: Any
) -> None:
    """Killed twice, once before an answer and once among many: every message arrives, none under another id."""
    with hooks.listening() as hook:
        webhook = {"url": hook.url, "secret": hooks.SECRET, "internal": True, "timeout_seconds": 5}
        (home / "mailroom.yaml").write_text(
            yaml.safe_dump({"desks": {"at": {DESK: {"webhook": webhook}}}}), encoding="utf-8"
        )
        monkeypatch.setenv("MAILROOM_CONFIG", str(home / "mailroom.yaml"))
        settings = load_settings()
        store = open_store(settings.desks)
        first = add(store)
        hook.answering.clear()
        with subprocess.Popen([sys.executable, "-c", SENDING]) as process:
            assert until(lambda: bool(hook.received))
            process.kill()
        found = delivery(store, first)
        assert (found.state, found.lease_until is not None) == (DUE, True)

        hook.answering.set()
        due = [first, *(add(store, number) for number in range(2, COUNT + 1))]
        with subprocess.Popen([sys.executable, "-c", SENDING]) as process:
            assert until(lambda: len(hook.received) > COUNT // 3)
            process.kill()
        assert {delivery(store, each).state for each in due} == {SENT, DUE}

        stop = threading.Event()
        later = FakeClock(time.time() + 3600)  # when all leases have run out
        thread = threading.Thread(
            target=run_deliveries, args=(store, settings.desks, kept(home)[0], stop), kwargs={"clock": later}
        )
        thread.start()
        try:
            assert until(lambda: all(delivery(store, each).state == SENT for each in due))
        finally:
            stop.set()
            thread.join()
        store.close()
        seen = Counter(received.id for received in hook.received)
        assert set(seen) == set(due)
        assert seen[first] == 2
        bodies = {received.body for received in hook.received if received.id == first}
        assert len(bodies) == 1
