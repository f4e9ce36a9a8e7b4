"""`mailroom keys`."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from mailroom.access import key_ring


@pytest.fixture
def keys(home: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Call the verb: status, its JSON, what it said."""

    def call(*words: str) -> tuple[int, Any, str]:
        with pytest.raises(SystemExit) as ended:
            main(["keys", *words, "--json"])
        out, said = capsys.readouterr()
        return int(ended.value.code or 0), json.loads(out) if out.strip() else None, said

    return call


def test_a_key_is_made_listed_and_revoked(keys: Any, home: Path) -> None:
    """The key is shown once; the list has what is known of it; revoked it is worth nothing."""
    status, made, _ = keys("create", "the scanner", "--scope", "documents:write", "--scope", "content:read")
    assert (status, made["scopes"]) == (0, ["documents:write", "content:read"])
    ring = key_ring.of_file(home / "keys.json")
    assert ring.owner(made["key"]) is not None
    _, listed, _ = keys("list")
    assert (listed["count"], listed["keys"][0]["name"]) == (1, "the scanner")
    assert made["key"] not in json.dumps(listed)
    assert made["key"].split("_", 2)[2] not in (home / "keys.json").read_text(encoding="utf-8")
    status, revoked, _ = keys("revoke", made["id"])
    assert status == 0
    assert revoked["revoked_at"] is not None
    assert ring.owner(made["key"]) is None


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        (("create", "a", "--scope", "everything"), "say one of documents:write"),
        (("create", "a\nb", "--scope", "documents:write"), "that a person can read"),
        (("create", "a", "--scope", "documents:write", "--expires", "soon"), "2027-01-31T00:00:00Z"),
        (("revoke", "nobody"), "keys list"),
    ],
)
def test_what_cannot_be_meant_is_told(keys: Any, words: tuple[str, ...], mend: str) -> None:
    """Wrong words end with status 2 and the mend."""
    status, _, said = keys(*words)
    assert status == 2
    assert mend in said


def test_without_keys_the_list_is_empty(keys: Any) -> None:
    """Nobody has made one yet."""
    status, listed, _ = keys("list")
    assert (status, listed["keys"]) == (0, [])
