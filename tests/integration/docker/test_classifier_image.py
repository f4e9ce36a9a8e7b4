"""The classifier's image by itself: what is in it, its REST door, how it ends, what it says when it cannot start."""

import json
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image, ImageDraw, ImageFont

from mailroom.embedded.ports import any_free
from mailroom.model_package import load
from tests.conftest import Until
from tests.integration.docker.conftest import told
from tests.integration.docker.containers import Running, started
from tests.integration.spark.servers import S3Server

# Building the image anew downloads some hundred megabytes.
pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

LETTER = "Invoice 2026-118. Please pay the amount of 480.00 EUR within 14 days to the account below."


def page(lines: int = 12) -> bytes:
    """A scanned page that says `LETTER` again and again."""
    image = Image.new("L", (1240, 1754), 255)
    for line in range(lines):
        font = ImageFont.load_default(size=24)
        ImageDraw.Draw(image).text((60, 60 + 40 * line), LETTER, fill=0, font=font)
    stream = BytesIO()
    image.save(stream, format="PNG")
    return stream.getvalue()


def answers(service: Running) -> bool:
    """Whether the door is ready."""
    return is_ok(service.url("/v2/health/ready"))


def is_ok(address: str) -> bool:
    """Whether somebody answers there that all is well."""
    try:
        return httpx.get(address).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def classified(service: Running, content: bytes, name: str) -> httpx.Response:
    """What the door says of an upload."""
    return httpx.post(service.url("/classify"), files={"file": (name, content)}, timeout=60)


@pytest.fixture(scope="module")
def service(classifier_image: str) -> Iterator[Running]:
    """The image as its documentation runs it: read-only, one port, no further argument."""
    with started(classifier_image, ports=[8080]) as running:
        yield running


@pytest.fixture
def ready(service: Running, until: Until) -> Running:
    """That service, once its door is open."""
    assert until(lambda: answers(service)), service.said
    return service


def test_the_verb_says_what_it_built(packed: dict[str, Any], package: Path) -> None:
    """Name, id, size and model; the size is below what is promised with OCR."""
    assert packed["image"] == "mailroom/classifier:test"
    assert packed["id"].startswith("sha256:")
    assert packed["model"]["digest"] == load(package).manifest.digest
    assert packed["size_bytes"] < 700_000_000


def test_the_image_says_what_it_is(packed: dict[str, Any]) -> None:
    """Nobody's root, with the standard labels, its model, and a health check."""
    [image] = json.loads(told(["docker", "image", "inspect", packed["id"]]))
    configuration = image["Config"]
    assert configuration["User"] == "mailroom"
    assert configuration["Healthcheck"]["Test"] == ["CMD", "healthy.sh"]
    assert configuration["Labels"]["mailroom.model.digest"] == packed["model"]["digest"]
    assert {
        "org.opencontainers.image.title",
        "org.opencontainers.image.description",
        "org.opencontainers.image.licenses",
        "org.opencontainers.image.version",
    } <= set(configuration["Labels"])


def test_it_holds_no_compiler_and_no_trainer(classifier_image: str) -> None:
    """What a service does not need is no way into it."""
    look = (
        "import importlib.util, json, shutil; print(json.dumps("
        "[name for name in ('gcc', 'cc', 'g++', 'make', 'java') if shutil.which(name)]"
        "+ [name for name in ('tensorflow', 'pyspark', 'keras', 'sklearn', 'pip') if importlib.util.find_spec(name)]))"
    )
    with started(classifier_image, "-c", look, entrypoint="python") as container:
        assert container.ended() == 0
        assert json.loads(container.said) == []


def test_a_text_and_a_page_get_labels(ready: Running) -> None:
    """The page has been read: both say that somebody must pay."""
    for content, name in ((LETTER.encode() * 3, "letter.txt"), (page(), "page.png")):
        answer = classified(ready, content, name)
        assert answer.status_code == httpx.codes.OK, answer.text
        assert answer.json()["label"] == "invoice"
        assert answer.json()["department"] == "accounts-payable"


def test_uploads_that_memory_does_not_hold_are_received(ready: Running) -> None:
    """Nothing needs a place to write that a read-only file system does not give."""
    answer = classified(ready, LETTER.encode() + b" " * 5_000_000, "long.txt")
    assert answer.status_code == httpx.codes.OK, answer.text


def test_its_health_check_agrees(ready: Running, until: Until) -> None:
    """Docker calls it healthy without a program that the image would have to bring."""
    assert until(lambda: ready.health == "healthy")


def test_it_answers_what_it_has_begun_before_it_ends(classifier_image: str, until: Until) -> None:
    """SIGTERM: pages that are being read get their labels, then it ends with status 0, long before it is killed."""
    with started(classifier_image, "serve", ports=[8080]) as service, ThreadPoolExecutor() as clients:
        assert until(lambda: answers(service)), service.said
        answer = clients.submit(classified, service, page(), "page.png")
        # The page, and the question itself.
        assert until(lambda: "requests_in_progress 2.0" in httpx.get(service.url("/metrics")).text)
        assert service.stop(seconds=30) == 0
        assert answer.result().status_code == httpx.codes.OK
        assert "Traceback" not in service.said


def test_a_package_that_was_changed_is_refused(classifier_image: str, package: Path, tmp_path: Path) -> None:
    """One line that says which file and what to do, and status 1."""
    wrong = tmp_path / "wrong"
    shutil.copytree(package, wrong)
    (wrong / "golden.jsonl").write_text("{}\n", encoding="utf-8")
    wrong.chmod(0o755)
    tmp_path.chmod(0o755)
    with started(classifier_image, volumes={"/opt/ml/model": str(wrong)}) as service:
        assert service.ended() == 1
        assert service.said == (
            "mailroom: /opt/ml/model/golden.jsonl is not the file that was packed: fetch the package again\n"
        )


def test_without_a_package_it_says_so(packed: dict[str, Any]) -> None:
    """The service's own image has none."""
    with started(packed["base"]) as service:
        assert service.ended() != 0
        assert service.said.startswith("mailroom: ")
        assert len(service.said.splitlines()) == 1


def test_without_ocr_it_is_smaller_and_refuses_pages(package: Path, until: Until, engine: None) -> None:
    """Texts are labelled all the same."""
    verb = [
        "package",
        "--package",
        str(package),
        "--tag",
        "mailroom/classifier:test-texts",
        "--no-ocr",
        "--json",
    ]
    built = json.loads(told([sys.executable, "-m", "cli", *verb]))
    assert built["size_bytes"] < 500_000_000
    with started(built["image"], ports=[8080]) as service:
        assert until(lambda: answers(service)), service.said
        assert classified(service, LETTER.encode(), "letter.txt").json()["label"] == "invoice"
        refused = classified(service, page(), "page.png")
        assert refused.status_code == httpx.codes.UNSUPPORTED_MEDIA_TYPE
        assert "reads no pages" in refused.text


def test_a_package_comes_from_an_object_store(classifier_image: str, package: Path, until: Until) -> None:
    """What the image keeps of AWS's library is enough for a package in a bucket."""
    with S3Server() as server:
        for file in filter(Path.is_file, package.rglob("*")):
            server.put(f"champion/{file.relative_to(package)}", file.read_bytes())
        door = any_free()
        variables = {
            "AWS_ACCESS_KEY_ID": server.key,
            "AWS_SECRET_ACCESS_KEY": server.secret,
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL": server.endpoint,
            "MAILROOM_CLASSIFIER__PACKAGE": f"s3://{server.bucket}/champion",
            "MAILROOM_REST__HOST": "127.0.0.1",
            "MAILROOM_REST__PORT": str(door),
            "MAILROOM_TELEMETRY__METRICS_PORT": "0",
        }
        with started(classifier_image, environment=variables, network_mode="host") as service:
            assert until(lambda: is_ok(f"http://127.0.0.1:{door}/v2/health/ready")), service.said
            assert until(lambda: service.health == "healthy"), service.said


def test_training_ends_with_a_container(package: Path, tmp_path: Path, engine: None) -> None:
    """`mailroom train … --image`: the image that it names holds the package that it trained."""
    documents = tmp_path / "labelled.jsonl"
    lines = (package.parent / "documents" / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    documents.write_text("\n".join(lines[:140]), encoding="utf-8")
    image = "mailroom/classifier:test-trained"
    verb = [
        "train",
        "--documents",
        str(documents),
        "--output",
        str(tmp_path / "package"),
        "--image",
        image,
        "--json",
    ]
    trained = json.loads(told([sys.executable, "-m", "cli", *verb]))
    assert trained["image"]["model"]["digest"] == load(tmp_path / "package").manifest.digest
    [built] = json.loads(told(["docker", "image", "inspect", image]))
    assert built["Id"] == trained["image"]["id"]
