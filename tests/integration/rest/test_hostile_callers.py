"""Callers and documents that mean no good: each gets its status, memory stays, the next request is served."""

import io
import socket
import struct
import zipfile
import zlib
from collections.abc import Iterator

import httpx
import pytest

from tests.integration.rest.server import Serving

MIB = 1024 * 1024
STEADY = 24 * MIB
"""What the process may keep after a hostile request: buffers of the allocator, less than one body that is allowed."""


@pytest.fixture(autouse=True)
def unharmed(service: Serving) -> Iterator[None]:
    """The request after each test is served, and memory has not grown."""
    assert service.labels()
    before = service.memory
    yield
    assert service.labels()
    assert service.memory - before < STEADY


def upload(service: Serving, name: str, content: bytes) -> httpx.Response:
    """Send a file as a browser would."""
    return httpx.post(f"{service.url}/classify", files={"file": (name, content)}, timeout=60)


def test_an_upload_of_100_mb_is_refused(service: Serving) -> None:
    """A file above the limit is read to its end without being kept, so that its sender gets to read the refusal."""
    answer = upload(service, "big.pdf", b"%PDF-1.7" + bytes(100 * MIB))
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert "32 MiB" in answer.json()["detail"]


def test_an_upload_without_length_is_refused(service: Serving) -> None:
    """Chunks that never end are refused once they are too many."""

    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield bytes(MIB)

    answer = httpx.post(f"{service.url}/classify", content=chunks(), timeout=60)
    assert answer.status_code == 413


def test_an_image_bomb_is_refused(service: Serving) -> None:
    """A PNG of 900 million pixels in 30 kilobytes is refused before it is decoded."""
    answer = upload(service, "bomb.png", png_of(30_000, 30_000))
    assert (answer.status_code, answer.json()["reason"]) == (413, "oversized")


def test_a_pdf_bomb_costs_the_service_nothing(service: Serving) -> None:
    """A PDF whose page unpacks to a quarter of a gigabyte of nothing is unpacked elsewhere."""
    answer = upload(service, "bomb.pdf", pdf_of(zlib.compress(b" " * (256 * MIB))))
    assert answer.status_code in (200, 413, 422)


def test_an_archive_is_no_document(service: Serving) -> None:
    """An archive holds documents and is none: what is in it is labelled one by one."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.txt", "an offer")
    answer = upload(service, "a.zip", archive.getvalue())
    assert (answer.status_code, answer.json()["reason"]) == (415, "unsupported-media-type")


def test_a_request_line_that_never_ends_is_given_up(service: Serving) -> None:
    """A caller who sends its head byte by byte, or nothing, is told so and closed."""
    with service.connect() as slow, service.connect() as silent:
        slow.sendall(b"POST /classify HTTP/1.1\r\nhost: a\r\n")
        assert until_closed(slow).startswith(b"HTTP/1.1 408 ")
        assert until_closed(silent).startswith(b"HTTP/1.1 408 ")


def test_a_head_that_is_too_large_is_refused(service: Serving) -> None:
    """A head of 100 kilobytes is more than anybody needs."""
    with service.connect() as caller:
        caller.sendall(
            b"GET /ping HTTP/1.1\r\n" + b"".join(b"x-%d: y\r\n" % number for number in range(10_000))
        )
        assert until_closed(caller).startswith(b"HTTP/1.1 431 ")


def test_a_body_that_never_comes_is_given_up(service: Serving) -> None:
    """A caller who promises a body and goes silent is told so."""
    with service.connect() as caller:
        caller.sendall(b"POST /classify HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf")
        answer = until_closed(caller)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"longer than 3 s" in answer


def test_callers_who_hold_on_do_not_keep_others_out(service: Serving) -> None:
    """With two hundred unfinished requests open, others are served."""
    callers = [service.connect() for _ in range(200)]
    for caller in callers:
        caller.sendall(b"POST /classify HTTP/1.1\r\ncontent-length: 9\r\n\r\n")
    assert service.labels()
    for caller in callers:
        caller.close()


def test_what_is_not_http_is_refused(service: Serving) -> None:
    """Other protocols are told that this is HTTP."""
    with service.connect() as caller:
        caller.sendall(b"\x16\x03\x01\x02\x00\x01\x00 no http\r\n\r\n")
        assert until_closed(caller).startswith(b"HTTP/1.1 400 ")


def test_a_caller_who_leaves_is_forgotten(service: Serving) -> None:
    """A connection that is reset in the middle of a body leaves nothing behind."""
    for _ in range(20):
        with service.connect() as caller:
            caller.sendall(
                b"POST /classify HTTP/1.1\r\nhost: a\r\ncontent-length: 9000000\r\n\r\n" + bytes(100_000)
            )
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def until_closed(caller: socket.socket) -> bytes:
    """Everything until the other side closes."""
    received = b""
    while chunk := caller.recv(65_536):
        received += chunk
    return received


def png_of(width: int, height: int) -> bytes:
    """A black PNG, packed as tight as its format can."""
    packer = zlib.compressobj(9)
    row = b"\0" + bytes(width // 8)
    rows = b"".join([packer.compress(row * 1000) for _ in range(height // 1000)]) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    )


def pdf_of(packed: bytes) -> bytes:
    """A PDF of one page whose content is packed."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed) + packed + b"\nendstream",
    )
    file, places = io.BytesIO(b"%PDF-1.7\n"), []
    file.seek(0, io.SEEK_END)
    for number, content in enumerate(objects, 1):
        places.append(file.tell())
        file.write(b"%d 0 obj\n" % number + content + b"\nendobj\n")
    start = file.tell()
    file.write(
        b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    )
    file.write(b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start)
    return file.getvalue()
