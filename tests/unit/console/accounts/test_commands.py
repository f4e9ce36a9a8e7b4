"""The verbs of accounts."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from console.accounts.commands import app
from mailroom.contracts.errors import UsageError


def asked(*words: str, given: str | None = None) -> Any:
    """A verb's answer, as JSON."""
    done = CliRunner().invoke(app, [*words, "--json"], input=given, catch_exceptions=False)
    assert done.exit_code == 0
    return json.loads(done.stdout)


def test_an_account_from_its_making_to_its_end(home: Path) -> None:
    """A password is made and shown once, or read; the list has none; disabled is told."""
    made = asked("add", "carl", "--role", "clerk", "--department", "sales")
    assert {name: made[name] for name in ("name", "role", "departments")} == {
        "name": "carl", "role": "clerk", "departments": ["sales"],
    }  # fmt: skip
    assert len(made["password"]) == 20
    assert "password" not in asked(
        "add", "rita", "--role", "reviewer", "--password-stdin", given="a long password\n"
    )
    asked("disable", "carl")
    assert asked("list") == {
        "accounts": [
            {"name": "carl", "role": "clerk", "departments": ["sales"], "enabled": False},
            {"name": "rita", "role": "reviewer", "departments": [], "enabled": True},
        ],
        "count": 2,
    }
    assert asked("enable", "carl") == {"name": "carl", "enabled": True}
    assert len(asked("password", "rita")["password"]) == 20


def test_an_unknown_role_is_told_with_those_there_are(home: Path) -> None:
    """One line says what can be said."""
    with pytest.raises(
        UsageError, match="there is no role 'boss': say one of reader, clerk, reviewer, operator"
    ):
        asked("add", "eve", "--role", "boss")
