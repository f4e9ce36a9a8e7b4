"""A model behind HTTP: what it is asked, and what each way of failing comes to."""

from collections.abc import Iterator

import numpy as np
import pytest
from pydantic import SecretStr

from classifier_service.errors import ModelUnavailable, ServiceFailed
from classifier_service.inference import predict_each
from classifier_service.refusal import Refusal
from classifier_service.remote.client import Client, DocumentsRefused
from classifier_service.remote.model import HARMLESS, RemoteModel, connect
from classifier_service.remote.starting import remote_model
from classifier_service.service import build
from mailroom.contracts.errors import UsageError
from mailroom.contracts.topics import Topic
from mailroom.settings import ClassifierSettings, RemoteSettings, Settings
from mailroom.streams.clock import FakeClock
from mailroom.streams.memory import MemoryExchange, MemoryLog
from mailroom.telemetry.metrics import Metrics
from tests.unit.classifier_service.fakes import text_document, text_record
from tests.unit.classifier_service.remote.served import Served, served
from tests.unit.mailroom.telemetry.logged import logged
from tests.unit.mailroom.telemetry.test_metrics import sample

INVOICE, OFFER = [0.7, 0.1, 0.2], [0.1, 0.8, 0.1]


@pytest.fixture
def service() -> Iterator[Served]:
    """The model."""
    with served() as model:
        yield model


def asked(service: Served, metrics: Metrics | None = None) -> RemoteModel:
    """What asks it."""
    return connect(Client(service.settings), (metrics or Metrics()).remote())


def test_it_is_what_it_says(service: Served) -> None:
    """Name, version, labels and digest are those of its metadata."""
    manifest = asked(service).manifest
    assert (manifest.name, manifest.version, manifest.digest) == ("tiny", "1", "d1")
    assert manifest.labels == ("invoice", "offer", "other")


def test_texts_get_its_probabilities(service: Served) -> None:
    """One row for each, in one request."""
    assert asked(service).predict(["pay", "offer"]).tolist() == [INVOICE, OFFER]
    assert service.asked == [["pay", "offer"]]


def test_many_texts_are_sent_in_parts(service: Served) -> None:
    """A request holds 64 at most."""
    assert len(asked(service).predict(["pay"] * 150)) == 150
    assert [len(texts) for texts in service.asked] == [64, 64, 22]


def test_a_token_is_sent(service: Served) -> None:
    """As a bearer's."""
    settings = service.settings.model_copy(update={"token": SecretStr("s3cret")})
    connect(Client(settings), Metrics().remote())
    assert service.headers["authorization"] == "Bearer s3cret"


def test_a_document_that_it_refuses_fails_alone(service: Served) -> None:
    """The batch is halved until the refused one stands alone; the others have their labels."""
    rows = predict_each(asked(service).predict, ["pay", "refuse", "offer", "pay"])
    assert (rows[0], rows[2], rows[3]) == (INVOICE, OFFER, INVOICE)
    refusal = rows[1]
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.exception) == ("inference-failed", "DocumentsRefused")
    with pytest.raises(DocumentsRefused):
        asked(service).predict(["refuse"])


@pytest.mark.parametrize("status", [401, 403, 404, 503])
def test_a_model_that_is_away_blames_no_document(service: Served, status: int) -> None:
    """Until it is ready again nothing is sent to it; then the same texts get their labels."""
    model = asked(service)
    service.status = status
    for _ in range(5):
        with pytest.raises(ModelUnavailable, match=r"look at its logs|set classifier"):
            predict_each(model.predict, ["pay"])
    inferences = len(service.asked)
    with pytest.raises(ModelUnavailable, match="no model is ready"):
        model.predict(["pay"])
    assert len(service.asked) == inferences
    service.status = None
    assert model.predict(["pay"]).tolist() == [INVOICE]


def test_a_model_that_nobody_started_is_named_with_its_mend() -> None:
    """The error says where nobody answers."""
    settings = RemoteSettings(url="http://127.0.0.1:1", model="tiny")
    with pytest.raises(
        ModelUnavailable, match=r"no model answers at http://127\.0\.0\.1:1/v2/models/tiny .*start it"
    ):
        connect(Client(settings), Metrics().remote())


@pytest.mark.parametrize("word", ["crash", "boom", "garbage"])
def test_a_document_that_kills_it_is_found_out(service: Served, word: str) -> None:
    """After three answers lost with it alone it is given up, the model having had one for another text."""
    model = asked(service)
    texts, losses = ["pay", word, "offer"], 0
    while losses < 10:
        try:
            rows = predict_each(model.predict, texts)
            break
        except ModelUnavailable:
            losses += 1
    assert losses == 4, "once together, three times alone"
    assert (rows[0], rows[2]) == (INVOICE, OFFER)
    assert isinstance(rows[1], Refusal)
    assert service.asked.count([word]) == 3
    assert [HARMLESS] in service.asked


@pytest.mark.parametrize("word", ["crash", "boom", "garbage"])
def test_a_model_that_fails_on_everything_makes_no_dead_letter(service: Served, word: str) -> None:
    """Ready or not, as long as it has no answer for a harmless text either, no document is blamed."""
    model = asked(service)
    infer = service.infer
    service.infer = lambda texts: infer([word for _ in texts])  # type: ignore[method-assign]
    for _ in range(12):
        with pytest.raises(ModelUnavailable):
            predict_each(model.predict, ["pay", "offer"])
    service.infer = infer  # type: ignore[method-assign]
    rows = predict_each(model.predict, ["pay", "offer"])
    assert rows[1] == OFFER


def test_another_model_in_its_place_ends_the_service(service: Served) -> None:
    """Records must not name a model that did not decide."""
    model = asked(service)
    service.version = "2"
    with pytest.raises(ServiceFailed, match="changed from version '1' to '2'"):
        predict_each(model.predict, ["pay"])


@pytest.mark.parametrize(
    "answer",
    [
        {"name": "tiny"},
        {"name": "tiny", "properties": {"labels": ""}},
        {"name": "tiny", "properties": {"labels": "a,a"}},
        [],
    ],
)
def test_what_names_no_labels_is_no_model(service: Served, answer: object) -> None:
    """Metadata without labels, or with one twice, is said at the start."""
    service.says["metadata"] = answer
    with pytest.raises(ModelUnavailable, match="is no model"):
        asked(service)


@pytest.mark.parametrize("row", [[0.5, 0.5], [0.9, 0.9, 0.9], [-1, 1, 1], [None, 0.5, 0.5], ["a", "b", "c"]])
def test_what_are_no_probabilities_is_no_answer(service: Served, row: list[object]) -> None:
    """Rows of another length, or that are no distribution, are believed as little as none."""
    tensor = {"name": "probabilities", "shape": [1, 3], "datatype": "FP64", "data": [row]}
    service.says["inference"] = {"outputs": [tensor]}
    with pytest.raises(ModelUnavailable, match="does not keep the protocol"):
        asked(service).predict(["pay"])


def test_flat_and_nested_data_are_the_same(service: Served) -> None:
    """The protocol has both."""
    tensor = {"name": "probabilities", "shape": [1, 3], "datatype": "FP32", "data": INVOICE}
    service.says["inference"] = {"outputs": [tensor]}
    assert np.allclose(asked(service).predict(["pay"]), [INVOICE])


def test_metrics_say_whether_it_answers(service: Served) -> None:
    """Up is 1, then 0, and requests are timed."""
    metrics = Metrics()
    model = asked(service, metrics)
    model.predict(["pay"])
    assert sample(metrics.exposition()[0], "mailroom_remote_model_up") == 1
    service.status = 503
    with pytest.raises(ModelUnavailable):
        model.predict(["pay"])
    text, _ = metrics.exposition()
    assert sample(text, "mailroom_remote_model_up") == 0
    assert sample(text, "mailroom_remote_request_duration_seconds_count") == 2


def test_without_a_threshold_nothing_starts(service: Served) -> None:
    """Such a model brings none, so that somebody must say when a person looks."""
    with pytest.raises(UsageError, match=r"classifier\.review_below"):
        remote_model(ClassifierSettings(remote=service.settings), Metrics())


def test_a_model_that_starts_later_is_waited_for(service: Served) -> None:
    """For a while; then the service gives up, and its supervisor tries again."""
    settings = ClassifierSettings(remote=service.settings, review_below=0.5)
    service.status = 503
    with pytest.raises(ModelUnavailable):
        remote_model(settings, Metrics(), seconds=0.1)
    service.status = None
    assert remote_model(settings, Metrics()).manifest.name == "tiny"


def test_the_door_lets_the_log_wait(service: Served) -> None:
    """While the model is away nothing is answered and nothing moves; afterwards each document is answered once."""
    log = MemoryLog(FakeClock())
    for number, text in enumerate(["pay", "refuse", "offer"]):
        log.append(text_record(text_document(text, str(number))))
    clock = FakeClock()
    settings = Settings(
        classifier=ClassifierSettings(remote=service.settings, review_below=0.75, doors=("text",)),
    )
    with logged() as logs:
        built = build(
            settings, connect=lambda topic, name, _: MemoryExchange(log, [topic], name), clock=clock
        )
        [door] = built.doors
        service.status = 503
        assert [door.step() for _ in range(6)] == [0] * 6
    assert [line["tries"] for line in logs.lines] == [1, 2, 3, 5]
    assert clock.slept == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.0, 1.0])
    assert (log.positions["text", Topic.TEXT], log.topics[Topic.DEAD_LETTER]) == (0, [])
    service.status = None
    assert [door.step(), door.step()] == [3, 0]
    decisions = [(record.key, record.header("decision")) for record in log.topics[Topic.CLASSIFIED]]
    assert decisions == [(b"0", b"review"), (b"2", b"auto")]
    assert [record.key for record in log.topics[Topic.DEAD_LETTER]] == [b"1"]


@pytest.mark.security
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_model_cannot_send_the_service_elsewhere(service: Served, status: int) -> None:
    """A redirect is not followed: whoever runs a model must not make the service ask inside its own network."""
    model = asked(service)
    with served() as inside:
        service.status, service.location = status, f"{inside.settings.url}/v2/models/tiny/infer"
        with pytest.raises((ModelUnavailable, ServiceFailed, DocumentsRefused)):
            model.predict(["pay"])
        assert inside.asked == []
        assert inside.headers == {}


@pytest.mark.security
def test_a_document_names_no_model(service: Served) -> None:
    """Addresses in a document are text: the model that is asked is that of the settings, and no other."""
    model = asked(service)
    with served() as other:
        url = str(other.settings.url)
        assert (
            len(model.predict([f"offer {url}/v2/models/tiny/infer", f'{{"url": "{url}", "model": "x"}}']))
            == 2
        )
        assert other.headers == {}
    assert len(service.asked) == 1


@pytest.mark.security
@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a", "gopher://127.0.0.1:6379/_x", "//a", "unix:/x"]
)
def test_a_model_is_asked_over_http_alone(url: str) -> None:
    """Other schemes are wrong settings."""
    with pytest.raises(ValueError, match="url"):
        RemoteSettings(url=url)
