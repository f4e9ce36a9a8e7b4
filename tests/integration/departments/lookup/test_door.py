"""The look-up door as a process: labels by id, as pages, and as events."""

import json
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from departments.desks import ActKind
from departments.review.recording import ActRequest
from departments.review.reviews import Reviews
from departments.store.engine import Store, open_store
from mailroom.access import key_file
from mailroom.access.keys import new_key
from mailroom.access.scopes import Scope
from mailroom.desk_settings import DesksSettings
from mailroom.settings import Settings, load_settings
from tests.servers.doors import SECONDS, Door, opened
from tests.unit.departments.documents import NOON, document, put


@dataclass(frozen=True, slots=True)
class Lookups:
    """The door over a database of seven documents: the first is to review, the others are at their desks.

    Attributes:
        door: Its process.
        store: Its database.
        settings: With the database.
        client: Asks, with a key that is good for labels.
    """

    door: Door
    store: Store
    settings: Settings
    client: httpx.Client

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask."""
        return self.client.get(self.door.url + path, headers=headers)

    def ids(self, query: str) -> list[str]:
        """The ids of a page of labels."""
        return [each["id"] for each in self.get(f"/labels?{query}").json()["labels"]]

    def act(self, name: str, label: str) -> None:
        """Correct a document at its desk."""
        Reviews.of(self.store, self.settings).act(ActRequest(name, ActKind.CORRECT, "ada", label=label))


def key(home: Path, *scopes: Scope) -> str:
    """A key in the file of a home."""
    made, kept = new_key("a test", scopes, "2026-01-01T00:00:00.000Z")
    key_file.change(home / "keys.json", lambda known: (*known, kept))
    return made


@pytest.fixture(scope="module")
def lookups(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookups]:
    """The door, open for all tests of this module."""
    with _lookups(tmp_path_factory.mktemp("lookups")) as made:
        yield made


@contextmanager
def _lookups(home: Path) -> Iterator[Lookups]:
    url = f"sqlite:///{home / 'departments.db'}"
    settings = load_settings(desks=DesksSettings(database=SecretStr(url)))
    documents = [document("d0")] + [
        document(f"d{number}", decision="auto", classified_at=NOON.replace(minute=number))
        for number in range(1, 7)
    ]
    command = [sys.executable, "-m", "departments", "serve", "--port", "0", "--json"]
    with closing(open_store(settings.desks)) as store, httpx.Client(timeout=SECONDS) as client:
        put(store, settings, *documents)
        client.headers["x-api-key"] = key(home, Scope.READ_LABELS)
        with opened(command, home, home, {"DESKS__DATABASE": url}) as door:
            yield Lookups(door, store, settings, client)


class Stream:
    """Events as they come.

    Args:
        lines: Of the answer.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def next(self) -> tuple[str, int, dict[str, Any]]:
        """The next event: its kind, its id, its data."""
        fields: dict[str, str] = {}
        for line in self._lines:
            name, _, value = line.partition(": ")
            fields[name] = value
            if not line and "data" in fields:
                return fields["event"], int(fields["id"]), json.loads(fields["data"])
        raise AssertionError("the stream ended")


@contextmanager
def streaming(lookups: Lookups, query: str, **headers: str) -> Iterator[Stream]:
    """A stream of labels."""
    given = {"accept": "text/event-stream"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    with lookups.client.stream("GET", f"{lookups.door.url}/labels?{query}", headers=given) as answer:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")
        yield Stream(answer.iter_lines())


def test_a_label_says_what_counts_and_what_was_predicted(lookups: Lookups) -> None:
    """Of a document that nobody touched both are the model's."""
    found = lookups.get("/labels/d1").json()
    shown = {
        name: found[name] for name in ("label", "predicted", "department", "state", "confirmed", "revision")
    }
    assert shown == {
        "label": "invoice", "predicted": "invoice", "department": "accounts-payable", "state": "at_desk",
        "confirmed": False, "revision": 0,
    }  # fmt: skip
    assert found["classified_at"] == "2026-01-01T12:01:00.000000Z"


def test_a_corrected_documents_way_tells_every_step(lookups: Lookups) -> None:
    """From its receipt to its new desk; the label counts as corrected."""
    lookups.act("d6", "offer")
    found = lookups.get("/documents/d6").json()
    assert [(step["what"], step.get("desk")) for step in found["journey"]] == [
        ("received", None), ("cleansed", None), ("labelled", "accounts-payable"), ("correct", "procurement"),
    ]  # fmt: skip
    assert (found["label"]["label"], found["label"]["predicted"]) == ("offer", "invoice")
    assert lookups.ids("label=offer") == ["d6"]
    assert lookups.ids("department=procurement") == ["d6"]
    assert "d6" not in lookups.ids("department=accounts-payable")
    lookups.act("d6", "invoice")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("department=review", ["d0"]),
        ("decision=review", ["d0"]),
        ("since=2026-01-01T12:05:00Z&label=invoice", ["d6", "d5"]),
        ("since=2026-01-01T13:05:00%2B01:00&label=invoice", ["d6", "d5"]),
        ("since=2026-01-01T13:05:00+01:00&label=invoice&order=oldest", ["d5", "d6"]),
        ("label=complaint", []),
    ],
)
def test_labels_are_narrowed_down(lookups: Lookups, query: str, ids: list[str]) -> None:
    """By desk, decision, label and time; newest first unless asked otherwise."""
    assert lookups.ids(query) == ids


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_join_without_a_gap(lookups: Lookups, order: str) -> None:
    """Page by page every document comes once, in one order."""
    seen, cursor = [], ""
    while True:
        page = lookups.get(f"/labels?limit=2&order={order}{cursor}").json()
        seen += [each["id"] for each in page["labels"]]
        if "next" not in page:
            break
        cursor = f"&cursor={page['next']}"
    expected = ["d0", "d1", "d2", "d3", "d4", "d5", "d6"]
    assert seen == (expected if order == "oldest" else expected[::-1])


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("limit=0", "limit is a number from 1 to 500"),
        ("limit=501", "limit is a number from 1 to 500"),
        ("since=yesterday", "write it like 2026-01-31T08:00:00Z"),
        ("decision=maybe", "decision is auto or review"),
        ("colour=red", "ask by department, label"),
        ("cursor=none", "begin without one"),
        ("label=%ff", "percent-encode it as UTF-8"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_mend(lookups: Lookups, query: str, said: str) -> None:
    """400, in one line."""
    answer = lookups.get(f"/labels?{query}")
    assert (answer.status_code, said in answer.json()["detail"]) == (400, True)


@pytest.mark.security
@pytest.mark.parametrize("value", ["' OR '1'='1", "x'; DROP TABLE documents; --", "%", "_1"])
def test_what_is_asked_for_is_never_a_query(lookups: Lookups, value: str) -> None:
    """Quotes and wildcards are letters of a name that no document has."""
    assert lookups.client.get(f"{lookups.door.url}/labels", params={"label": value}).json() == {"labels": []}
    assert lookups.client.get(f"{lookups.door.url}/labels/{value}").status_code == 404


@pytest.mark.security
def test_a_null_character_is_refused(lookups: Lookups) -> None:
    """It would end a text in a database."""
    assert lookups.get("/labels?label=a%00").status_code == 400
    assert lookups.get("/labels/a%00").status_code == 404


@pytest.mark.security
def test_without_a_key_nobody_looks_anything_up(lookups: Lookups) -> None:
    """No key, a wrong one, one that is good for something else."""
    other = key(Path(str(lookups.store.engine.url.database)).parent, Scope.READ_DOCUMENTS)
    url = f"{lookups.door.url}/labels"
    statuses = [
        httpx.get(url, headers=headers).status_code
        for headers in ({}, {"x-api-key": "mr_000000000000_" + "a" * 43}, {"x-api-key": other})
    ]
    assert statuses == [401, 401, 403]


def test_changes_come_as_events(lookups: Lookups) -> None:
    """Whoever watches the old desk is told that the document left, whoever watches the new one that it came."""
    with (
        streaming(lookups, "department=accounts-payable") as old,
        streaming(lookups, "department=customer-care") as new,
    ):
        lookups.act("d2", "complaint")
        left, came = old.next(), new.next()
    assert [(left[0], left[2]["id"]), (came[0], came[2]["id"])] == [("recalled", "d2"), ("label", "d2")]
    assert left[1] == came[1] == came[2]["change"]
    lookups.act("d2", "invoice")


def test_a_stream_goes_on_where_it_was_cut(lookups: Lookups) -> None:
    """By the id of the last event: what happened meanwhile comes first, and nothing again."""
    with streaming(lookups, "") as stream:
        lookups.act("d3", "complaint")
        seen = stream.next()[1]
    lookups.act("d4", "complaint")
    with streaming(lookups, "", last_event_id=str(seen)) as stream:
        assert stream.next()[2]["id"] == "d4"
    for name in ("d3", "d4"):
        lookups.act(name, "invoice")


def test_told_to_stop_it_ends_its_streams_and_itself(tmp_path: Path) -> None:
    """With status 0, though somebody still watches; and a caller that went away is forgotten."""
    with _lookups(tmp_path) as own, socket.create_connection(("127.0.0.1", own.door.port)) as gone:
        gone.sendall(b"GET /labels HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n\r\n")
        gone.close()
        with streaming(own, "") as stream:
            own.door.process.send_signal(signal.SIGTERM)
            with pytest.raises(AssertionError, match="the stream ended"):
                stream.next()
        output, _ = own.door.process.communicate(timeout=SECONDS)
        assert own.door.process.returncode == 0
        assert json.loads(output)["requests"] >= 1
