"""The verbs `deliveries list|redeliver|secret`, as a shell calls them."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from departments.delivery import signing
from departments.store.engine import Store, open_store
from departments.store.tables import DEAD, DUE, SENT
from mailroom.settings import load_settings
from tests.servers.deliveries import add, delivery


@pytest.fixture
def store(home: Path) -> Store:
    """The database that the verbs find at home."""
    return open_store(load_settings().desks)


def called(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a call."""
    with pytest.raises(SystemExit) as caught:
        main(["deliveries", *words])
    said = capsys.readouterr()
    return int(caught.value.code or 0), said.out, said.err


def answered(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """The JSON of a call that goes well."""
    status, output, _ = called(capsys, *words, "--json")
    assert status == 0
    return json.loads(output)


def test_deliveries_are_listed(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """With what went wrong last, and the counts of all that were chosen."""
    dead = add(store, 1, state=DEAD, last_error="the webhook answered 500", attempts=33)
    add(store, 2)
    answer = answered(capsys, "list", "--state", "dead")
    assert (answer["count"], answer["by_state"]) == (1, {"due": 0, "sent": 0, "dead": 1})
    assert answer["deliveries"] == [
        {
            "id": dead,
            "document": "document-1",
            "desk": "accounts-payable",
            "channel": "webhook",
            "event": "document.assigned",
            "revision": 0,
            "state": "dead",
            "attempts": 33,
            "created_at": "2026-01-01T00:00:00.000000Z",
            "next_at": None,
            "sent_at": None,
            "last_error": "the webhook answered 500",
        }
    ]
    assert "2 deliveries: 1 due, 0 sent, 1 dead" in called(capsys, "list")[1]


def test_what_is_dead_is_sent_again(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """What has arrived only where that is said; what is due is due."""
    dead, sent, due = add(store, 1, state=DEAD), add(store, 2, state=SENT), add(store, 3)
    assert answered(capsys, "redeliver", "--all") == {"count": 1, "deliveries": [dead]}
    assert answered(capsys, "redeliver", "--id", "document-2") == {"count": 0, "deliveries": []}
    assert answered(capsys, "redeliver", "--id", "document-2", "--sent") == {"count": 1, "deliveries": [sent]}
    assert {delivery(store, each).state for each in (dead, sent, due)} == {DUE}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["redeliver"], "say which"),
        (["redeliver", "--all", "--desk", "sales"], "say which"),
        (["list", "--state", "lost"], "no state 'lost': say one of due, sent, dead"),
        (["list", "--channel", "fax"], "no channel 'fax': say one of webhook, email, folder"),
        (["list", "--since", "yesterday"], "is no time"),
    ],
)
def test_a_wrong_call_is_told_in_a_line(
    store: Store, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    """And nothing is sent again."""
    status, _, errors = called(capsys, *words)
    assert status == 2
    assert said in errors
    assert len(errors.splitlines()) == 1


@pytest.mark.security
def test_a_document_id_does_not_command_the_terminal(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its sender may have written escape sequences into it."""
    add(store, document_id="\x1b[2J\u202edoc")
    output = called(capsys, "list")[1]
    assert "\x1b" not in output
    assert "\u202e" not in output


def test_a_secret_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    """Another each time, of 32 bytes."""
    made = {answered(capsys, "secret")["secret"] for _ in range(2)}
    assert {len(signing.key_of(each)) for each in made} == {32}
    assert len(made) == 2
