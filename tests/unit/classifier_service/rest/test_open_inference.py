"""The Open Inference Protocol V2."""

import base64
from typing import Any

import pytest

from classifier_service.batching import BatchLimits
from mailroom.web.bodies import BodyLimits
from tests.unit.classifier_service.rest.world import FakePackage, World, version

INFER = "/v2/models/tiny/infer"


def request(*texts: Any, **changes: Any) -> dict[str, Any]:
    """An inference request of some texts."""
    tensor = {"name": "text", "shape": [len(texts)], "datatype": "BYTES", "data": list(texts)}
    named: dict[str, Any] = {key: changes.pop(key) for key in ("id", "outputs") if key in changes}
    return {"inputs": [tensor | changes]} | named


def outputs(answer: Any) -> dict[str, Any]:
    """Data by the output's name."""
    return {tensor["name"]: tensor["data"] for tensor in answer.json()["outputs"]}


def test_texts_are_labelled(world: World) -> None:
    """Two texts have labels, confidences and probabilities, each in a tensor of the right shape."""
    answer = world.ask("POST", INFER, json=request("please pay", "an offer", id="42"))
    assert answer.status_code == 200
    assert answer.json() == {
        "model_name": "tiny",
        "model_version": "1",
        "id": "42",
        "outputs": [
            {"name": "label", "shape": [2], "datatype": "BYTES", "data": ["invoice", "offer"]},
            {"name": "confidence", "shape": [2], "datatype": "FP64", "data": [0.7, 0.8]},
            {"name": "probabilities", "shape": [2, 3], "datatype": "FP64", "data": [0.7, 0.1, 0.2, 0.1, 0.8, 0.1]},
            {"name": "decision", "shape": [2], "datatype": "BYTES", "data": ["auto", "review"]},
            {"name": "department", "shape": [2], "datatype": "BYTES", "data": ["accounts-payable", "procurement"]},
        ],
    }  # fmt: skip


def test_a_version_may_be_named(world: World) -> None:
    """The version in service answers under its own path."""
    answer = world.ask("POST", "/v2/models/tiny/versions/1/infer", json=request("please pay"))
    assert outputs(answer)["label"] == ["invoice"]


def test_outputs_are_those_asked_for(world: World) -> None:
    """Only the outputs that the request names come back, in its order."""
    wanted = [{"name": "department"}, {"name": "label"}]
    answer = world.ask("POST", INFER, json=request("please pay", outputs=wanted))
    assert list(outputs(answer)) == ["department", "label"]


def test_a_column_of_texts_is_taken(world: World) -> None:
    """A tensor of shape (documents, 1) may be nested or flat."""
    for data in (["a", "b"], [["a"], ["b"]]):
        answer = world.ask("POST", INFER, json=request(shape=[2, 1], data=data))
        assert outputs(answer)["label"] == ["invoice", "invoice"]


def test_files_are_taken_in_base64(world: World) -> None:
    """Strings with content type base64 are files."""
    html = base64.b64encode(b"<html><body>an offer</body></html>").decode()
    answer = world.ask("POST", INFER, json=request(html, parameters={"content_type": "base64"}))
    assert outputs(answer)["label"] == ["offer"]


def test_a_document_without_label_is_an_error(world: World) -> None:
    """A document that cannot be labelled is named by its place, and how to get the others is said."""
    answer = world.ask("POST", INFER, json=request("please pay", " "))
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert "document 1: there is no text" in answer.json()["error"]
    assert "'error'" in answer.json()["error"]


def test_a_document_that_breaks_the_model_is_a_fault_of_the_service(world: World) -> None:
    """What the model fails on is no fault of the caller."""
    assert world.ask("POST", INFER, json=request("poison")).status_code == 500


def test_errors_may_be_asked_for_as_an_output(world: World) -> None:
    """With the output `error` the others have their labels, and the bad one an empty string and its reason."""
    wanted = [{"name": name} for name in ("label", "confidence", "probabilities", "error")]
    answer = world.ask("POST", INFER, json=request("an offer", "poison", outputs=wanted))
    assert outputs(answer) == {
        "label": ["offer", ""],
        "confidence": [0.8, 0.0],
        "probabilities": [0.1, 0.8, 0.1, 0.0, 0.0, 0.0],
        "error": ["", "inference-failed: the model failed on this document (RuntimeError)"],
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "tokens"}, "one input named 'text'"),
        ({"datatype": "FP32"}, "'FP32' is not taken"),
        ({"shape": [3]}, "shape [3] does not fit 2 documents"),
        ({"shape": [1, 2]}, "shape [1, 2] does not fit"),
        ({"shape": []}, "shape [] does not fit"),
        ({"shape": [-1]}, "shape [-1] does not fit"),
        ({"shape": [0], "data": []}, "one at least"),
        ({"shape": "2"}, "Expected `array`"),
        ({"data": ["a", 7]}, "are strings"),
        ({"data": [[["a"]], "b"]}, "are strings"),
        ({"data": None, "parameters": {"binary_data_size": 4}}, "binary tensors are not taken"),
        ({"data": ["no base64!", "a"], "parameters": {"content_type": "base64"}}, "document 0 is not base64"),
        ({"outputs": [{"name": "logits"}]}, "there is no output 'logits'"),
    ],
    ids=str,
)
def test_other_tensors_are_refused(world: World, change: dict[str, Any], words: str) -> None:
    """A tensor of another name, type or shape is refused in the protocol's form, and says what would be taken."""
    answer = world.ask("POST", INFER, json=request("a", "b", **change))
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert words in answer.json()["error"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"inputs": []}', b'{"inputs": [{}]}', b"\xff", b"[" * 99_999]
)
def test_what_is_no_request_is_refused(content: bytes) -> None:
    """Bodies that are no inference request are refused in the protocol's form."""
    with World(bodies=BodyLimits()).opened() as world:
        answer = world.ask("POST", INFER, content=content)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])


def test_other_media_types_are_refused(world: World) -> None:
    """What is declared as anything but JSON is not taken."""
    answer = world.ask("POST", INFER, content=b"{}", headers={"content-type": "text/plain"})
    assert (answer.status_code, list(answer.json())) == (415, ["error"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2/models/other"),
        ("GET", "/v2/models/other/ready"),
        ("GET", "/v2/models/tiny/versions/2"),
        ("GET", "/v2/models/tiny/versions/2/ready"),
        ("POST", "/v2/models/other/infer"),
        ("POST", "/v2/models/tiny/versions/2/infer"),
        ("POST", "/v2/repository/models/other/load"),
        ("GET", "/v2/nothing"),
    ],
)
def test_other_models_and_versions_are_not_found(world: World, method: str, path: str) -> None:
    """A model or version that is not in service is 404 in the protocol's form."""
    answer = world.ask(method, path)
    assert (answer.status_code, list(answer.json())) == (404, ["error"])


def test_the_server_and_its_model_are_described(world: World) -> None:
    """Metadata names what is taken and given; labels are in the order of the probabilities."""
    server = world.ask("GET", "/v2").json()
    assert (server["name"], server["extensions"]) == ("mailroom-classifier", ["model_repository"])
    assert world.ask("GET", "/v2/").json() == server
    model = world.ask("GET", "/v2/models/tiny").json()
    assert model["inputs"] == [{"name": "text", "datatype": "BYTES", "shape": [-1]}]
    assert {"name": "probabilities", "datatype": "FP64", "shape": [-1, 3]} in model["outputs"]
    assert model["properties"]["labels"] == "invoice,offer,other"
    assert world.ask("GET", "/v2/models/tiny/versions/1").json() == model


def test_readiness_ends_with_the_drain(world: World) -> None:
    """While it drains the service is alive and not ready, under every name, and says when to ask again."""
    probes = ("/ping", "/v2/health/ready", "/v2/models/tiny/ready", "/v2/models/tiny/versions/1/ready")
    assert [world.ask("GET", path).status_code for path in probes] == [200] * 4
    world.state.draining = True
    answers = [world.ask("GET", path) for path in probes]
    assert [answer.status_code for answer in answers] == [503] * 4
    assert {answer.headers["retry-after"] for answer in answers} == {"1"}
    assert world.ask("GET", "/v2/health/live").json() == {"live": True}


def test_the_next_package_takes_over(world: World) -> None:
    """After a load the new version answers, and the index names it."""
    world.package = FakePackage(version("2"))
    assert world.ask("POST", "/v2/repository/models/tiny/load").json()["versions"] == ["2"]
    assert world.ask("POST", INFER, json=request("a")).json()["model_version"] == "2"
    assert world.ask("POST", "/v2/repository/index", json={}).json() == [
        {"name": "tiny", "version": "2", "state": "READY", "reason": ""}
    ]


def test_a_package_that_breaks_its_promise_is_refused(world: World) -> None:
    """A load of a package that fails its golden documents is refused, and the old version answers on."""
    world.package = FakePackage(version("2"), broken=True)
    answer = world.ask("POST", "/v2/repository/models/tiny/load")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("refused, 1 stays in service: golden documents differ")
    assert world.ask("POST", INFER, json=request("a")).json()["model_version"] == "1"


def test_the_model_is_not_unloaded(world: World) -> None:
    """Unloading the only model is refused with the mend."""
    answer = world.ask("POST", "/v2/repository/models/tiny/unload")
    assert (answer.status_code, "stop the service" in answer.json()["error"]) == (400, True)


def test_concurrent_requests_share_a_batch(world: World) -> None:
    """Requests that come together are labelled together."""
    answers = world.ask_all(*[(INFER, request("please pay"))] * 8)
    assert [answer.status_code for answer in answers] == [200] * 8
    assert sum(world.batches) == 8
    assert len(world.batches) < 8


def test_a_full_queue_is_told_to_come_back() -> None:
    """Beyond the queue's bound requests are refused with 429 and the time after which to ask again."""
    with World(limits=BatchLimits(waiting=2)).opened() as world:
        answers = world.ask_all(*[(INFER, request("please pay"))] * 4, *[("/classify", {"text": "a"})] * 4)
    refused = [answer for answer in answers if answer.status_code == 429]
    assert {answer.status_code for answer in answers} == {200, 429}
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
