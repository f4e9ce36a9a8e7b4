"""The whole system in containers, as `docker compose up` starts it: documents in, labels out."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from mailroom.settings import KafkaSettings
from tests.conftest import Until
from tests.integration.docker.conftest import Compose, project, told
from tests.integration.kafka.world import Answers
from tests.unit.deploy.test_monitoring import ALERTS, QUERIES, series_of

# Building the images anew downloads a gigabyte.
pytestmark = [pytest.mark.docker, pytest.mark.kafka, pytest.mark.flink, pytest.mark.timeout(1500)]

LARGE = 1_500_000
SERVICES = {
    "classifier-scanned",
    "classifier-text",
    "console",
    "departments",
    "ingest",
    "jobmanager",
    "kafka",
    "lookup",
    "mlflow",
    "postgres",
    "taskmanager",
}


@pytest.fixture(scope="module")
def system(
    flink_image: str, tracking_image: str, classifier_image: str, ingest_image: str, departments_image: str
) -> Iterator[Compose]:
    """All services, the doors for uploads and look-ups too, healthy."""
    names = ("KAFKA", "FLINK_UI", "MLFLOW", "HTTP", "CONSOLE", "LOOKUP")
    ports = tuple(f"MAILROOM_{name}_PORT" for name in names)
    with project({}, *ports, profile="doors").up() as running:
        yield running


@pytest.fixture
def answers(system: Compose) -> Iterator[Answers]:
    """What the system has labelled, and what it could not."""
    following = Answers(KafkaSettings(bootstrap=f"127.0.0.1:{system.ports['MAILROOM_KAFKA_PORT']}"))
    yield following
    following.close()


def sent(system: Compose, folder: Path) -> set[bytes]:
    """Send a folder as a person does; the ids of its documents."""
    verb = [sys.executable, "-m", "cli", "send", "--profile", "compose", "--json", str(folder)]
    port = {"MAILROOM_KAFKA_PORT": str(system.ports["MAILROOM_KAFKA_PORT"])}
    result = json.loads(told(verb, environment=port))
    assert result["failed"] == []
    return {document["id"].encode() for document in result["sent"]}


def large_page() -> bytes:
    """A page that is too large to travel in its record between services: its paper has a grain."""
    grain = np.random.default_rng(7).integers(246, 256, (1754, 1240, 3), dtype=np.uint8)
    image = Image.fromarray(grain)
    for line in range(12):
        place, font = (60, 60 + 40 * line), ImageFont.load_default(size=24)
        ImageDraw.Draw(image).text(place, "Invoice 118: please pay 480.00 EUR", fill=(0, 0, 0), font=font)
    stream = BytesIO()
    image.save(stream, format="PNG")
    return stream.getvalue()


def test_every_document_is_labelled_once(
    system: Compose, answers: Answers, tmp_path: Path, until: Until
) -> None:
    """Texts, mails, PDF, scans, and a page that travels by reference to the store that all containers share."""
    folder = tmp_path / "documents"
    verb = ["samples", "--count", "21", "--seed", "4", "--output", str(tmp_path / "generated")]
    subprocess.run([sys.executable, "-m", "cli", *verb], check=True, capture_output=True)
    (tmp_path / "generated" / "labels.jsonl").unlink()
    (tmp_path / "generated").rename(folder)
    page = large_page()
    assert len(page) > LARGE
    (folder / "large.png").write_bytes(page)
    ids = sent(system, folder)
    assert len(ids) == 22
    assert until(lambda: answers.at_least(len(ids))), system("logs", "--tail", "20")
    assert until(answers.nothing_follows)
    assert Counter(answers.keys) == Counter(dict.fromkeys(ids, 1))
    assert set(answers.topics) == {"documents.classified"}


def test_an_upload_is_labelled_and_known_to_its_door(system: Compose, answers: Answers, until: Until) -> None:
    """A letter over HTTP goes the way of all others; its id is asked for where it was handed in."""
    door = f"http://127.0.0.1:{system.ports['MAILROOM_HTTP_PORT']}/documents"
    letter = ("letter.txt", b"Please pay invoice 118 over 480.00 EUR within 14 days.")
    handed = httpx.post(door, files={"file": letter}, timeout=30)
    assert handed.status_code == httpx.codes.ACCEPTED, handed.text
    identifier = handed.json()["id"]
    assert until(lambda: answers.at_least(1) and identifier.encode() in answers.keys)
    assert until(lambda: httpx.get(f"{door}/{identifier}", timeout=30).json()["state"] == "labelled")


def test_its_label_is_looked_up_in_postgresql(system: Compose, until: Until) -> None:
    """What is labelled comes to a desk, and the page is there for whoever sits at it."""
    door = f"http://127.0.0.1:{system.ports['MAILROOM_LOOKUP_PORT']}/labels"
    assert until(lambda: len(httpx.get(door, timeout=30).json()["labels"]) > 20)
    found = httpx.get(door, params={"limit": 1}, timeout=30).json()["labels"][0]
    assert found["state"] in {"at_desk", "waiting"}
    page = httpx.get(
        f"http://127.0.0.1:{system.ports['MAILROOM_CONSOLE_PORT']}/", timeout=30, follow_redirects=True
    )
    assert page.status_code == httpx.codes.OK
    client = ["env", "PGPASSWORD=mailroom", "psql", "--host", "127.0.0.1", "--username", "mlflow"]
    query = "select (select sum(documents) from flow) = (select count(*) from documents)"
    words = ("--tuples-only", "--no-align", "--command", query, "departments")
    assert system("exec", "--no-TTY", "postgres", *client, *words).strip() == "t"


def test_a_jobmanager_that_was_killed_goes_on(
    system: Compose, answers: Answers, tmp_path: Path, until: Until
) -> None:
    """What came in meanwhile is labelled once it is back, and nothing that was labelled before is labelled again."""
    assert until(answers.nothing_follows)
    before = list(answers.keys)
    system("kill", "jobmanager")
    for number in range(20):
        (tmp_path / f"{number}.txt").write_text(f"Please repair machine {number}, it has stopped.")
    ids = sent(system, tmp_path)
    system("up", "--detach", "--wait", "--pull", "never", "--no-build")
    assert until(lambda: answers.at_least(len(before) + 20)), system("logs", "--tail", "20", "jobmanager")
    assert until(answers.nothing_follows)
    assert Counter(answers.keys) == Counter(dict.fromkeys({*before, *ids}, 1))


def test_what_runs_is_there_for_this_machine_alone(system: Compose) -> None:
    """All services run, ports are open on the loopback only, and none of ours is root or has capabilities."""
    details = json.loads(told(["docker", "inspect", *system("ps", "--quiet").split()]))
    assert {detail["Config"]["Labels"]["com.docker.compose.service"] for detail in details} == SERVICES
    bindings = {
        binding["HostIp"]
        for detail in details
        for published in detail["NetworkSettings"]["Ports"].values()
        for binding in published or ()
    }
    assert bindings == {"127.0.0.1"}
    ours = [detail for detail in details if detail["Config"]["Image"].startswith("mailroom")]
    assert {detail["Config"]["User"] for detail in ours} == {"mailroom"}
    assert {tuple(detail["HostConfig"]["CapDrop"]) for detail in ours} == {("ALL",)}


def test_the_tracking_server_keeps_its_tables_in_postgresql(system: Compose) -> None:
    """An experiment that is made over HTTP is a row there."""
    server = f"http://127.0.0.1:{system.ports['MAILROOM_MLFLOW_PORT']}/api/2.0/mlflow/experiments/create"
    assert httpx.post(server, json={"name": "composed"}, timeout=30).status_code == httpx.codes.OK
    query = "select count(*) from experiments where name = 'composed'"
    client = ["env", "PGPASSWORD=mailroom", "psql", "--host", "127.0.0.1", "--username", "mlflow"]
    rows = system(
        "exec", "--no-TTY", "postgres", *client, "--tuples-only", "--no-align", "--command", query, "mlflow"
    )
    assert rows.strip() == "1"


def test_flink_exposes_what_dashboard_and_alerts_ask_for(system: Compose) -> None:
    """Every name of a series of Flink's is one that JobManager or TaskManager shows Prometheus."""
    look = "import urllib.request; print(urllib.request.urlopen('http://localhost:9249/metrics').read().decode())"
    shown = "".join(
        system("exec", "--no-TTY", manager, "python", "-c", look) for manager in ("jobmanager", "taskmanager")
    )
    names = {re.split(r"[{ ]", line)[0] for line in shown.splitlines()}
    asked = {name for query in (*QUERIES, *ALERTS) for name in series_of(query) if name.startswith("flink_")}
    assert len(asked) == 4
    assert asked <= names


def test_it_ends_when_it_is_asked_to(system: Compose) -> None:
    """Every part ends by its signal, in its own time: none waits to be killed, and none but Flink's hurries itself."""
    containers = system("ps", "--quiet").split()
    system("stop", "--timeout", "60")
    details = json.loads(told(["docker", "inspect", *containers]))
    codes = {
        detail["Config"]["Labels"]["com.docker.compose.service"]: detail["State"]["ExitCode"]
        for detail in details
    }
    # A TaskManager whose farewell takes longer than five seconds, as it may on a busy machine, halts itself (239).
    others = {code for service, code in codes.items() if service != "taskmanager"}
    assert others <= {0, 143}, codes
    assert codes["taskmanager"] in {0, 143, 239}, codes
