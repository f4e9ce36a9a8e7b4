"""Callers of the HTTP door who mean no good."""

import gzip
import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from mailroom.access import key_file
from mailroom.access.keys import new_key
from mailroom.access.scopes import Scope
from mailroom.contracts import headers as h
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaReader
from tests.conftest import Until
from tests.integration.ingest.http_door import HttpDoor, http_door, make_key

pytestmark = [pytest.mark.kafka, pytest.mark.security]

MIB = 1024 * 1024
METADATA = "http://169.254.169.254/latest/meta-data/"


def record_of(kafka: KafkaSettings, identifier: str) -> Record:
    """The one record of an id."""
    reader = KafkaReader(kafka, [Topic.RAW])
    found: list[Record] = []
    while not reader.caught_up():
        found += (record for record in reader.poll(500, 0.2) if record.key == identifier.encode())
    reader.close()
    (record,) = found
    return record


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../../../etc/passwd", b"passwd"),
        ("..\\..\\windows\\system.ini", b"system.ini"),
        ("/etc/cron.d/evil", b"evil"),
        ("a/..", None),
        ("x" * 5000 + ".pdf", b"x" * 251 + b".pdf"),
    ],
)
def test_a_file_name_leads_nowhere(
    door: HttpDoor, until: Until, kafka: KafkaSettings, given: str, kept: bytes | None
) -> None:
    """Of a path only its last part is a name, and a name is never a path: nothing is written by it."""
    answer = door.form((given, b"a letter"))
    assert answer.status_code == 202
    assert record_of(kafka, answer.json()["id"]).header(h.SUBJECT) == kept
    assert until(lambda: not door.uploads())


@pytest.mark.parametrize(
    "path",
    [
        "/documents/../../../../etc/passwd/content",
        "/documents/..%2f..%2f..%2fetc%2fpasswd/content",
        "/documents/%2e%2e%5c%2e%2e%5cetc%5cpasswd/content",
        "/documents/%00/content",
        "/documents/' OR '1'='1/content",
        "/documents/%25%32%65%25%32%65%25%32%66",
        "/documents/" + "x" * 10_000,
    ],
)
def test_an_id_leads_nowhere(door: HttpDoor, path: str) -> None:
    """An id is looked up among those that were promised, and nowhere else."""
    line = f"GET {path.replace(' ', '%20')} HTTP/1.1\r\n"
    rest = f"host: a\r\nx-api-key: {door.key}\r\nconnection: close\r\n\r\n"
    assert door.raw((line + rest).encode()).startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("name", ["a%0d%0aset-cookie: x=1%0d%0a.txt", "a%00b%1b[31m.txt", "gpj%e2%80%ae.exe"])
def test_a_file_name_becomes_no_header(door: HttpDoor, kafka: KafkaSettings, name: str) -> None:
    """Line ends, control characters and turned writing in a name reach neither the log's headers nor a response's."""
    content = uuid.uuid4().bytes
    told = door.post(content, x_file_name=name).json()
    subject = (record_of(kafka, told["id"]).header(h.SUBJECT) or b"").decode()
    assert subject.isprintable()
    folder = door.home / "objects" / told["sha256"][:2]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / told["sha256"]).write_bytes(content)
    head = (
        f"GET /documents/{told['id']}/content HTTP/1.1\r\n"
        f"host: a\r\nx-api-key: {door.key}\r\nconnection: close\r\n\r\n"
    )
    answer = door.raw(head.encode()).partition(b"\r\n\r\n")[0]
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nset-cookie" not in answer.lower()
    assert not any(byte < 32 for byte in answer.replace(b"\r\n", b""))


def test_a_file_name_of_a_form_becomes_no_header(door: HttpDoor, kafka: KafkaSettings) -> None:
    """A part whose disposition breaks its line is refused, or named by what is harmless of it."""
    body = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a\nce_dataref: http://x"\r\n\r\nletter\r\n--b--'
    answer = door.client.post(
        f"{door.url}/documents",
        content=body,
        headers=door.keyed({"content-type": "multipart/form-data; boundary=b"}),
    )
    assert answer.status_code == 400 or b"\n" not in (
        record_of(kafka, answer.json()["id"]).header(h.SUBJECT) or b""
    )


def test_a_callers_headers_do_not_reach_the_log(door: HttpDoor, kafka: KafkaSettings) -> None:
    """Whoever sends `ce_dataref` to an address inside gets no request made: the record has the door's headers alone."""
    told = door.post(b"a letter", ce_dataref=METADATA, ce_id="chosen", ce_sha256="0" * 64).json()
    record = record_of(kafka, told["id"])
    assert (record.value, record.header(h.DATAREF), record.header(h.SHA256)) == (b"a letter", None, None)
    assert record.header(h.ID) == told["id"].encode() != b"chosen"


def test_an_id_of_a_request_breaks_no_header(door: HttpDoor) -> None:
    """A request's id that is not plain gives way to a new one."""
    answer = door.get("/documents/unknown")
    assert len(answer.headers["x-request-id"]) == 32
    request = "GET /livez HTTP/1.1\r\nhost: a\r\nx-request-id: a\tb\x01\r\nconnection: close\r\n\r\n"
    assert b"a\tb\x01" not in door.raw(request.encode())


def test_a_head_that_never_ends_is_given_up(door: HttpDoor) -> None:
    """A caller who sends its head byte by byte is told so and closed."""
    assert door.raw(b"POST /documents HTTP/1.1\r\nhost: a\r\n").startswith(b"HTTP/1.1 408 ")


def test_a_head_that_is_too_large_is_refused(door: HttpDoor) -> None:
    """A hundred kilobytes of headers are more than anybody needs."""
    head = b"GET /livez HTTP/1.1\r\n" + b"".join(b"x-%d: y\r\n" % number for number in range(10_000))
    assert door.raw(head).startswith(b"HTTP/1.1 431 ")


def test_a_body_that_drips_is_given_up(door: HttpDoor) -> None:
    """A caller who sends a byte now and then does not hold its place for long."""
    with door.connect() as caller:
        caller.sendall(
            f"POST /documents HTTP/1.1\r\nhost: a\r\nx-api-key: {door.key}\r\ncontent-length: 99999\r\n\r\n".encode()
        )
        caller.settimeout(0.1)
        answer, end = b"", time.monotonic() + 30
        while not answer and time.monotonic() < end:
            caller.sendall(b"x")
            try:
                answer = caller.recv(65_536)
            except TimeoutError:
                continue
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_body_that_is_too_large_is_refused(door: HttpDoor, until: Until) -> None:
    """A body above the limit is refused whether it says its length or not, and nothing of it is left."""

    def endless() -> Iterator[bytes]:
        for _ in range(200):
            yield bytes(MIB)

    said = door.post(bytes(161 * MIB))
    unsaid = httpx.post(f"{door.url}/documents", content=endless(), headers=door.keyed({}), timeout=60)
    assert (said.status_code, unsaid.status_code) == (413, 413)
    assert until(lambda: not door.uploads())


def test_a_file_that_is_too_large_is_refused(door: HttpDoor, until: Until) -> None:
    """A file above the limit in a form that is not is read on and forgotten, so that its sender learns why."""
    answer = door.form(("small.txt", b"x"), ("large.bin", bytes(130 * MIB)))
    assert (answer.status_code, "128 MiB" in answer.json()["detail"]) == (413, True)
    assert until(lambda: not door.uploads())


def form(door: HttpDoor, body: bytes, boundary: str = "b") -> httpx.Response:
    """Send a form as it is."""
    headers = door.keyed({"content-type": f"multipart/form-data; boundary={boundary}"})
    return door.client.post(f"{door.url}/documents", content=body, headers=headers)


PART = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n'
BOMBS = {
    "thousands of parts": (PART * 20_000 + b"--b--", 413),
    "thousands of headers": (b"--b\r\n" + b"x-y: z\r\n" * 5_000 + b"\r\nx\r\n--b--", 400),
    "a header of a megabyte": (b"--b\r\nx-y: " + b"z" * MIB + b"\r\n\r\nx\r\n--b--", 400),
    "no end": (PART, 400),
    "a field that is no file": (b'--b\r\ncontent-disposition: form-data; name="q"\r\n\r\n1\r\n--b--', 422),
    "a part without a name": (b"--b\r\ncontent-type: text/plain\r\n\r\n1\r\n--b--", 400),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_form_that_is_a_bomb_is_refused(door: HttpDoor, until: Until, bomb: str) -> None:
    """Forms with too much of anything are refused, and memory stays."""
    body, status = BOMBS[bomb]
    before = door.memory
    assert form(door, body).status_code == status
    assert door.memory - before < 24 * MIB
    assert until(lambda: not door.uploads())


def test_a_boundary_that_is_too_long_is_refused(door: HttpDoor) -> None:
    """A boundary may have seventy characters, and is no work for the parser beyond."""
    assert form(door, b"--x", boundary="x" * 5_000).status_code == 400


def test_compressed_bodies_are_not_taken(door: HttpDoor) -> None:
    """Nothing is unpacked on the way in."""
    answer = door.post(gzip.compress(bytes(MIB)), content_encoding="gzip")
    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")


def test_a_request_in_a_request_is_refused(door: HttpDoor) -> None:
    """A body with two lengths is read in one way by nobody, and so by nobody here."""
    request = (
        f"POST /documents HTTP/1.1\r\nhost: a\r\nx-api-key: {door.key}\r\ncontent-length: 5\r\n"
        "transfer-encoding: chunked\r\nconnection: close\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"
    )
    assert door.raw(request.encode()).startswith(b"HTTP/1.1 400 ")


def test_all_that_is_wrong_with_a_key_is_told_alike(door: HttpDoor) -> None:
    """No key, nonsense, an unknown, a wrong, an expired and a revoked one: word for word the same refusal."""
    unknown, _ = new_key("nobody", [Scope.WRITE_DOCUMENTS], "2026-01-01T00:00:00.000Z")
    wrong = door.key[:-1] + ("a" if door.key[-1] != "a" else "b")
    expired = make_key(door.home, expires_at="2026-01-01T00:00:00.000Z")
    given = ["", "nonsense", "x" * 5_000, "mr_\u00e4", unknown, wrong, expired]
    answers = [
        httpx.post(
            f"{door.url}/documents",
            content=b"x",
            headers=[(b"x-api-key", key.encode()), (b"x-request-id", b"r")],
        )
        for key in given
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert {answer.headers["www-authenticate"] for answer in answers} == {'Bearer realm="mailroom"'}


def test_a_key_is_good_for_its_scopes_alone(door: HttpDoor) -> None:
    """Who may put documents in may not ask, who may ask may not see originals."""
    told = door.post(b"a letter").json()
    writer = {"authorization": f"Bearer {make_key(door.home, Scope.WRITE_DOCUMENTS)}"}
    reader = {"authorization": f"bearer {make_key(door.home, Scope.READ_DOCUMENTS)}"}
    place = f"{door.url}/documents"
    assert httpx.post(place, content=b"x", headers=writer).status_code == 202
    assert httpx.get(f"{place}/{told['id']}", headers=writer).status_code == 403
    assert httpx.get(f"{place}/{told['id']}", headers=reader).status_code == 200
    refused = httpx.get(f"{place}/{told['id']}/content", headers=reader)
    assert (refused.status_code, "content:read" in refused.json()["detail"]) == (403, True)
    assert httpx.post(place, content=b"x", headers=reader).status_code == 403


def test_a_revoked_key_is_worth_nothing_at_once(door: HttpDoor) -> None:
    """The door looks at its keys anew, without a restart."""
    key = make_key(door.home, Scope.READ_DOCUMENTS)
    headers = {"x-api-key": key}
    assert httpx.get(f"{door.url}/documents/x", headers=headers).status_code == 404
    key_file.change(
        door.home / "keys.json",
        lambda known: [
            replace(item, revoked_at="2026-01-01T00:00:00.000Z") if item.id in key else item for item in known
        ],
    )
    assert httpx.get(f"{door.url}/documents/x", headers=headers).status_code == 401


def test_keys_that_others_may_write_let_nobody_in(door: HttpDoor) -> None:
    """A file of keys that somebody else could have changed is not trusted, until it is mended."""
    file = door.home / "keys.json"
    file.chmod(0o666)
    answer = door.get("/documents/x")
    file.chmod(0o600)
    assert answer.status_code == 503
    assert str(door.home) not in answer.text  # the log says which file it is
    assert door.get("/documents/x").status_code == 404


def test_logs_tell_no_text_name_key_or_address(kafka: KafkaSettings, tmp_path: Path) -> None:
    """At its most talkative, through successes, refusals and a broken form, a door logs nothing personal."""
    with http_door(tmp_path, kafka, TELEMETRY__LOG_LEVEL="debug") as opened:
        told = opened.post(b"Dear Erika Mustermann, sick leave", x_file_name="erika-mustermann.txt").json()
        opened.get(f"/documents/{told['id']}")
        opened.get("/documents/erika.mustermann@example.com")
        opened.post(b"x", x_api_key="stolen-secret")
        form(opened, b"--b\r\nerika-mustermann")
        with socket.create_connection(("127.0.0.1", opened.port)) as caller:
            caller.sendall(b"erika-mustermann is no http\r\n\r\n")
            caller.recv(1000)
        status, output, errors = opened.stop()
    assert status == 0
    assert '"event": "stopped"' in errors
    for secret in ("rika", "ustermann", opened.key, "stolen-secret", "sick leave"):
        assert secret not in errors + output
