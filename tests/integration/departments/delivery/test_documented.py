"""What docs/departments.md shows for readers of the log and of webhooks does what it says there."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from departments.delivery.webhook import WebhookChannel
from mailroom.contracts import codec
from mailroom.contracts import headers as h
from mailroom.contracts.records import Candidate, Classification, ModelReference, Record, Source
from mailroom.desk_settings import WebhookSettings
from mailroom.embedded.ports import any_free
from mailroom.embedded.topics import ensure_topics
from mailroom.settings import KafkaSettings
from mailroom.streams.clock import SystemClock
from mailroom.streams.kafka import KafkaSink
from tests.servers.deliveries import message
from tests.servers.hooks import SECRET

PAGE = Path(__file__).parents[4] / "docs" / "departments.md"
SOURCE = Source("documents.raw", 0, 0, "text/plain", 9, "0" * 64, "2026-01-01T00:00:00.000Z")
CLIENT_LINES = 10


def block(language: str, holding: str) -> str:
    """The one example of the page that is written in a language and holds a word."""
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (found,) = [each for each in blocks if holding in each]
    return str(found)


@pytest.fixture
def topic(kafka: KafkaSettings, unique: str) -> str:
    """A topic of labels: two invoices and an offer between them."""
    name = f"documents.classified.{unique}"
    ensure_topics(kafka.bootstrap, names=[name], partitions=1)
    sink = KafkaSink(kafka)
    for number, (label, department) in enumerate(
        (("invoice", "accounts-payable"), ("offer", "procurement"), ("invoice", "accounts-payable")), start=1
    ):
        sink.send(record(name, f"d{number}", label, department))
    sink.flush(30)
    sink.close()
    return name


def record(topic: str, document: str, label: str, department: str) -> Record:
    """A label as the classifier writes it."""
    model = ModelReference("linear", "1", "0" * 64)
    value = Classification(
        id=document, label=label, confidence=0.9, candidates=(Candidate(label, 0.9),), decision="auto",
        department=department, language="en", model=model, source=SOURCE,
        cleansed_at="2026-01-01T00:00:00.000Z", classified_at="2026-01-01T00:00:00.000Z",
    )  # fmt: skip
    headers = ((h.LABEL, label.encode()), (h.DEPARTMENT, department.encode()), (h.DECISION, b"auto"))
    return Record(topic, document.encode(), codec.encode(value), headers)


@contextmanager
def lines_of(command: Sequence[str]) -> Iterator[Iterator[str]]:
    """What a command that never ends writes, line by line; what it started ends with it."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            assert process.stdout is not None
            yield (line.rstrip("\n") for line in process.stdout)
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # of its own session, as it was started above


def test_ten_lines_of_python_read_one_departments_documents(
    kafka: KafkaSettings, topic: str, unique: str
) -> None:
    """And no more than ten."""
    client = block("python", "Consumer(")
    assert len(client.splitlines()) == CLIENT_LINES
    ours = client.replace('"documents.classified"', repr(topic)).replace('"erp"', repr(unique))
    with lines_of([sys.executable, "-c", ours, kafka.bootstrap]) as lines:
        assert [next(lines), next(lines)] == ["d1", "d3"]


def test_kcat_reads_one_departments_documents(kafka: KafkaSettings, topic: str, unique: str) -> None:
    """By the header alone."""
    command = block("sh", "kcat -b").replace("127.0.0.1:9092", kafka.bootstrap)
    ours = command.replace("documents.classified", topic).replace("-G erp", f"-G {unique}")
    with lines_of(["bash", "-c", ours]) as lines:
        assert [next(lines).split("\t")[1], next(lines).split("\t")[1]] == ["d1", "d3"]


@pytest.mark.security
def test_the_receiver_takes_a_message_once_and_nothing_unsigned(tmp_path: Path, until: Any) -> None:
    """However often it comes; and whoever knows the address alone cannot tell it of documents."""
    (tmp_path / "receiver.py").write_text(block("python", "FastAPI()"), encoding="utf-8")
    port = any_free()
    server = [sys.executable, "-um", "uvicorn", "receiver:app", "--port", str(port), "--no-access-log"]
    url = f"http://127.0.0.1:{port}/mailroom"
    webhook = WebhookSettings(url=url, secret=SecretStr(SECRET), internal=True)
    with lines_of(["env", f"SECRET={SECRET}", f"PYTHONPATH={tmp_path}", *server]) as lines:
        assert until(lambda: _listens(port))
        assert httpx.post(url, content=message().body()).status_code == HTTPStatus.INTERNAL_SERVER_ERROR

        async def deliver() -> None:
            async with WebhookChannel(webhook, SystemClock()) as channel:
                for told in (message(), message(), message(id="m2", event="document.recalled")):
                    await channel.deliver(told)

        asyncio.run(deliver())
        assert [next(lines), next(lines)] == ["document.assigned 4711", "document.recalled 4711"]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
