"""`POST /classify`."""

import io

import pytest
from PIL import Image

from tests.unit.classifier_service.rest.world import World

LABELLED = {
    "label": "invoice",
    "confidence": 0.7,
    "candidates": [
        {"label": "invoice", "score": 0.7},
        {"label": "other", "score": 0.2},
        {"label": "offer", "score": 0.1},
    ],
    "decision": "auto",
    "department": "accounts-payable",
    "language": "und",
    "media_type": "text/plain",
    "model": {"name": "tiny", "version": "1", "digest": "d1"},
    "classified_at": "2026-01-01T00:00:00.000Z",
}
FORM_WITHOUT_DOCUMENT = b'--x\r\ncontent-disposition: form-data; name="other"\r\n\r\na\r\n--x--\r\n'


def png() -> bytes:
    """A blank page."""
    file = io.BytesIO()
    Image.new("L", (60, 60), 255).save(file, "PNG")
    return file.getvalue()


def test_a_text_is_labelled(world: World) -> None:
    """A JSON text gets its label with everything that the stream's record would say."""
    answer = world.ask("POST", "/classify", json={"text": "please pay", "id": "a-1"})
    assert answer.status_code == 200
    assert answer.json() == {"id": "a-1", **LABELLED}


def test_a_text_without_id_has_the_requests(world: World) -> None:
    """Without an id of its own a document has the request's."""
    answer = world.ask("POST", "/classify", json={"text": "please pay"}, headers={"x-request-id": "r-7"})
    assert answer.json()["id"] == "r-7"


def test_several_texts_are_labelled_in_order(world: World) -> None:
    """Each of several texts has its result, in the order in which they came."""
    body = {"documents": [{"text": "an offer", "id": "x"}, {"text": "please pay", "id": "y"}]}
    results = world.ask("POST", "/classify", json=body).json()["results"]
    assert [(item["id"], item["label"]) for item in results] == [("x", "offer"), ("y", "invoice")]


def test_one_bad_text_fails_alone(world: World) -> None:
    """A text that the model breaks on, and one without a letter, have their reasons; the third has its label."""
    body = {"documents": [{"text": "poison"}, {"text": "please pay"}, {"text": " \n"}]}
    results = world.ask("POST", "/classify", json=body).json()["results"]
    assert [item.get("label") for item in results] == [None, "invoice", None]
    assert [item.get("error", {}).get("reason") for item in results] == ["inference-failed", None, "no-text"]


def test_a_file_is_labelled(world: World) -> None:
    """An uploaded text file has its name and true media type in the answer."""
    files = {"file": ("mail.html", b"<html><body>please pay</body></html>", "application/octet-stream")}
    answer = world.ask("POST", "/classify", files=files).json()
    assert (answer["label"], answer["media_type"]) == ("invoice", "text/html")
    assert answer["file_name"] == "mail.html"


def test_a_page_is_read_and_labelled(world: World) -> None:
    """An image goes through the parsers' child process and OCR."""
    answer = world.ask("POST", "/classify", files={"file": ("page.png", png(), "image/png")})
    assert (answer.json()["label"], answer.json()["media_type"]) == ("offer", "image/png")


def test_several_files_and_texts_are_labelled(world: World) -> None:
    """A form may hold files and texts, each labelled by itself."""
    files = [
        ("file", ("a.txt", b"an offer")),
        ("file", ("b.txt", b"please pay")),
        ("text", (None, b"an offer")),
    ]
    results = world.ask("POST", "/classify", files=files).json()["results"]
    assert [item["label"] for item in results] == ["offer", "invoice", "offer"]


def test_a_body_may_be_the_document(world: World) -> None:
    """A file sent as the body, whatever it is declared as, is labelled by its bytes."""
    headers = {"content-type": "application/octet-stream"}
    answer = world.ask("POST", "/classify", content=b"please pay", headers=headers)
    assert answer.json()["label"] == "invoice"


def test_text_in_other_encodings_is_labelled(world: World) -> None:
    """Bytes that are no UTF-8 are read in the encoding that they are in."""
    answer = world.ask("POST", "/classify", content="bitte Gebühr zahlen".encode("cp1252"))
    assert (answer.status_code, answer.json()["media_type"]) == (200, "text/plain")


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (b"", 422, "empty"),
        (b"Rar!\x1a\x07\x00" + bytes(64), 415, "unsupported-media-type"),
        (bytes(range(256)) * 8, 415, "unknown-media-type"),
        (b"%PDF-1.7 broken", 422, "truncated"),
        (b"poison", 500, "inference-failed"),
    ],
)
def test_a_document_without_label_has_its_reason(
    world: World, content: bytes, status: int, reason: str
) -> None:
    """What cannot be labelled is a problem with the word that a dead letter would have."""
    answer = world.ask("POST", "/classify", content=content, headers={"x-request-id": "r"})
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["reason"]) == (status, status, reason)
    assert problem["request_id"] == "r"
    assert "poison" not in problem["detail"]


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b'{"text": 7}', "application/json", 422),
        (b'{"texts": "a"}', "application/json", 422),
        (b'{"documents": []}', "application/json", 422),
        (b'{"documents": [{"id": "a"}]}', "application/json", 422),
        (b'{"text": "a"', "application/json", 400),
        (b'{"text": "\xff\xfe"}', "application/json", 400),
        (b'{"text": "\\ud800"}', "application/json", 400),
        (b"text=a", "application/x-www-form-urlencoded", 415),
        (b"--x\r\nno form", "multipart/form-data; boundary=x", 400),
        (b"--x\r\n\r\n", "multipart/form-data", 400),
        (b"--x--\r\n", "multipart/form-data; boundary=x", 422),
        (FORM_WITHOUT_DOCUMENT, "multipart/form-data; boundary=x", 422),
    ],
)  # fmt: skip
def test_what_is_no_request_is_told_how_to_be_one(
    world: World, content: bytes, media_type: str, status: int
) -> None:
    """Malformed requests get a status of their own and a sentence with the mend; the next one is served."""
    answer = world.ask("POST", "/classify", content=content, headers={"content-type": media_type})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert "send" in answer.json()["detail"]
    assert world.ask("POST", "/classify", json={"text": "please pay"}).status_code == 200


def test_too_many_documents_are_refused(world: World) -> None:
    """More documents than one request may hold are told to come in parts."""
    documents = {"documents": [{"text": "a"}] * 1001}
    with World(bodies=type(world.bodies)()).opened() as roomy:
        answer = roomy.ask("POST", "/classify", json=documents)
    assert (answer.status_code, "in parts" in answer.json()["detail"]) == (413, True)
