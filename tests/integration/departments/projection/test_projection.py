"""The projection as a process, on a real log: what is committed, once, whatever is killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from confluent_kafka import Producer
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from departments.store.engine import Store, open_store
from departments.store.tables import Document, Flow, Refusal
from mailroom.contracts.topics import Topic
from mailroom.desk_settings import DesksSettings
from mailroom.embedded.kafka import Broker
from mailroom.embedded.topics import ensure_topics
from tests.servers.labels import label

Until = Callable[[Callable[[], bool]], bool]

pytestmark = pytest.mark.kafka

MANY = 2_000


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker with the topics under their real names; its address."""
    folder = tmp_path_factory.mktemp("log")
    with Broker(folder / "kafka", folder / "kafka.log") as running:
        ensure_topics(running.bootstrap)
        yield running.bootstrap


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    """The database that the process writes."""
    with closing(
        open_store(DesksSettings(database=SecretStr(f"sqlite:///{home / 'departments.db'}")))
    ) as opened:
        yield opened


@contextmanager
def projecting(log: str, home: Path, group: str) -> Iterator[subprocess.Popen[str]]:
    """`mailroom departments run`, killed at the end if it is still there."""
    command = [sys.executable, "-m", "departments", "run", "--profile", log, "--json"]
    variables = {
        "MAILROOM_HOME": str(home),
        "MAILROOM_DESKS__CONSUMER_GROUP": group,
        "MAILROOM_DESKS__INSTANCE": "the-only-one",
    }
    with subprocess.Popen(command, env=os.environ | variables, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def send(log: str, names: list[str], *, transaction: str = "", commit: bool = True) -> None:
    """Write labels; in a transaction that is committed or aborted, where it has a name."""
    settings = {"bootstrap.servers": log} | ({"transactional.id": transaction} if transaction else {})
    producer = Producer(settings)
    if transaction:
        producer.init_transactions(30)
        producer.begin_transaction()
    for name in names:
        producer.produce(str(Topic.CLASSIFIED), label(name).value, name.encode())
        producer.poll(0)
    producer.flush(30)
    if transaction:
        (producer.commit_transaction if commit else producer.abort_transaction)(30)


def count(store: Store, prefix: str) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).where(Document.id.startswith(prefix))) or 0


def flowing(session: Session) -> int:
    return session.scalar(select(func.sum(Flow.documents))) or 0


def test_an_aborted_transaction_never_was(
    log: str, home: Path, store: Store, unique: str, until: Until
) -> None:
    """Labels before, of and after it, in one log: those of it are in no row and in no count."""
    send(log, [f"{unique}-{number}" for number in range(3)], transaction=unique)
    send(log, [f"{unique}-aborted-{number}" for number in range(5)], transaction=unique, commit=False)
    send(log, [f"{unique}-{number}" for number in range(3, 6)], transaction=unique)
    with projecting(log, home, unique):
        assert until(lambda: count(store, unique) >= 6)
    assert count(store, f"{unique}-aborted") == 0
    with store.reading() as session:
        assert flowing(session) == session.scalar(select(func.count()).select_from(Document))


def test_killed_twice_nothing_is_lost_and_nothing_counted_twice(
    log: str, home: Path, store: Store, unique: str, until: Until
) -> None:
    """Kill -9 among thousands of labels: each is one row and is counted once, and changes have their numbers once."""
    for round_ in range(2):
        names = [f"{unique}-{round_}-{number}" for number in range(MANY)]
        with projecting(log, home, unique) as process:
            send(log, names)
            assert until(lambda r=round_: count(store, f"{unique}-{r}") > MANY // 10)  # type: ignore[misc]
            process.kill()
    assert count(store, unique) < 2 * MANY
    with projecting(log, home, unique) as process:
        assert until(lambda: count(store, unique) == 2 * MANY)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
        assert (process.returncode, json.loads(output)) == (0, {"finished": True})
    with store.reading() as session:
        documents, changes = session.execute(
            select(func.count(), func.count(Document.change.distinct())).select_from(Document)
        ).one()
        assert (flowing(session), changes) == (documents, documents)
        assert session.scalar(select(func.count()).select_from(Refusal)) == 0
