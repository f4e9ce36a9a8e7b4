"""`/invocations`, as SageMaker's hosting and MLflow's clients use it."""

from typing import Any

import pytest

from mailroom.web.bodies import BodyLimits
from tests.unit.classifier_service.rest.world import World


def labels(answer: Any) -> list[str]:
    """The labels of an answer in JSON."""
    return [item.get("label", "none") for item in answer.json()["predictions"]]


@pytest.mark.parametrize(
    "body",
    [
        {"inputs": ["please pay", "an offer"]},
        {"inputs": [["please pay"], ["an offer"]]},
        {"inputs": {"text": ["please pay", "an offer"]}},
        {"instances": ["please pay", "an offer"]},
        {"instances": [{"text": "please pay"}, {"text": "an offer"}]},
        {"dataframe_split": {"columns": ["text"], "data": [["please pay"], ["an offer"]]}},
        {"dataframe_split": {"columns": ["id", "text"], "index": [0, 1], "data": [[1, "please pay"], [2, "an offer"]]}},
        {"dataframe_records": [{"text": "please pay"}, {"text": "an offer"}], "params": {}},
    ],
    ids=str,
)  # fmt: skip
def test_every_form_of_json_is_taken(world: World, body: dict[str, Any]) -> None:
    """What MLflow's and SageMaker's clients make of two texts is two texts."""
    assert labels(world.ask("POST", "/invocations", json=body)) == ["invoice", "offer"]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        ("please pay\nan offer\n", "text/csv"),
        ("text\r\nplease pay\r\nan offer\r\n", "text/csv; charset=utf-8"),
        ('id,text\n1,"please,\npay"\n2,an offer\n', "text/csv"),
        ('{"text": "please pay"}\n\n{"text": "an offer"}\n', "application/jsonlines"),
        ('"please pay"\n"an offer"', "application/x-ndjson"),
    ],
)
def test_csv_and_lines_are_taken(world: World, content: str, media_type: str) -> None:
    """CSV with and without a header, quoted line ends, and JSON lines are documents."""
    answer = world.ask("POST", "/invocations", content=content, headers={"content-type": media_type})
    assert labels(answer) == ["invoice", "offer"]


def test_long_texts_and_large_tables_are_taken() -> None:
    """A cell may hold any text that a file may, and a table of megabytes is as good as a short one."""
    with World(bodies=BodyLimits()).opened() as world:
        for body in ("offer " * 30_000, "an offer\n" * 900 + "offer " * 200_000):
            answer = world.ask("POST", "/invocations", content=body, headers={"content-type": "text/csv"})
            assert set(labels(answer)) == {"offer"}


def test_large_forms_are_taken() -> None:
    """A form that is taken apart in many pieces is whole again."""
    text = b"please pay " * 100_000
    with World(bodies=BodyLimits()).opened() as world:
        files = [("file", ("a.txt", text)), ("file", ("b.txt", b"an offer"))]
        results = world.ask("POST", "/classify", files=files).json()["results"]
    assert [item["label"] for item in results] == ["invoice", "offer"]


@pytest.mark.parametrize("media_type", ["text/plain", "application/octet-stream", "message/rfc822"])
def test_a_file_is_one_document(world: World, media_type: str) -> None:
    """Any other type is the document itself."""
    answer = world.ask("POST", "/invocations", content="an offer", headers={"content-type": media_type})
    assert labels(answer) == ["offer"]


def test_answers_come_in_the_form_that_is_accepted(world: World) -> None:
    """A batch transform that sends lines gets as many lines back, whichever form it accepts."""
    named: dict[str, Any] = {"json": {"inputs": ["please pay", " "]}}
    csv = world.ask("POST", "/invocations", headers={"accept": "text/csv"}, **named)
    assert csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert csv.text == "invoice,0.7,auto,accounts-payable\n,,,\n"
    lines = world.ask("POST", "/invocations", headers={"accept": "application/jsonlines"}, **named)
    assert lines.headers["content-type"] == "application/jsonlines"
    assert [b'"label":"invoice"' in line for line in lines.content.splitlines()] == [True, False]


def test_one_bad_document_fails_alone(world: World) -> None:
    """Of three documents the one that breaks the model has its problem, the others their labels."""
    answer = world.ask("POST", "/invocations", json={"inputs": ["please pay", "poison", "an offer"]})
    assert labels(answer) == ["invoice", "none", "offer"]
    assert answer.json()["predictions"][1]["error"]["reason"] == "inference-failed"


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{}", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"inputs": 7}', "application/json", 400),
        (b'{"inputs": [7]}', "application/json", 400),
        (b'{"inputs": []}', "application/json", 422),
        (b'{"instances": [{"words": "a"}]}', "application/json", 400),
        (b'{"dataframe_split": []}', "application/json", 400),
        (b'{"dataframe_split": {"columns": ["a", "b"], "data": [["x", "y"]]}}', "application/json", 400),
        (b'{"dataframe_split": {"columns": ["id", "text"], "data": [["x"]]}}', "application/json", 400),
        (b"a,b\n", "text/csv", 400),
        (b"\xff\n", "text/csv", 400),
        (b"", "text/csv", 422),
        (b'{"text": "a"}\n{', "application/jsonlines", 400),
        (b" ", "text/plain", 422),
        (b"a=b", "application/x-www-form-urlencoded", 415),
    ],
)
def test_other_forms_are_refused(world: World, content: bytes, media_type: str, status: int) -> None:
    """What is in no known form is told which there are."""
    answer = world.ask("POST", "/invocations", content=content, headers={"content-type": media_type})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert "send" in answer.json()["detail"]
