"""Which mailboxes are meant, and how their tokens are had."""

import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from ingest.errors import SourceRefused
from ingest.mailbox.connection import require_privacy
from ingest.mailbox.receiving import Request, accounts
from ingest.mailbox.tokens import access_token
from mailroom.contracts.errors import UsageError
from mailroom.door_settings import MailAccount, MailboxSettings
from mailroom.settings import load_settings


def account(**more: Any) -> MailAccount:
    """A mailbox."""
    return MailAccount(**{"host": "imap.example.org", "user": "u", "password": SecretStr("p")} | more)


BOTH = MailboxSettings(accounts={"one": account(), "two": account()}, password=SecretStr("p"))


def test_all_of_the_settings_or_those_named_or_that_of_the_flags() -> None:
    """Flags describe one of their own."""
    assert list(accounts(Request(), BOTH)) == ["one", "two"]
    assert list(accounts(Request(names=("two",)), BOTH)) == ["two"]
    described = accounts(Request(account={"host": "h", "user": "x"}), BOTH)
    assert (list(described), described["mailbox"].host) == (["mailbox"], "h")


@pytest.mark.parametrize(
    ("request_", "settings", "said"),
    [
        (Request(), MailboxSettings(), "no mailbox is named"),
        (Request(names=("three",)), BOTH, "no mailbox three in the settings \\(there: one, two\\)"),
        (Request(account={"host": "h"}), BOTH, "user: Field required"),
        (Request(account={"host": "h", "user": "x"}), MailboxSettings(), "MAILROOM_MAILBOX__PASSWORD_FILE"),
        (Request(account={"host": "h", "user": "x", "tls": "maybe"}), BOTH, "tls: Input should be"),
    ],
)
def test_what_cannot_be_meant_says_the_mend(request_: Request, settings: MailboxSettings, said: str) -> None:
    """In one line."""
    with pytest.raises(UsageError, match=said):
        accounts(request_, settings)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"token_path": Path("t")}, "give one of password"),
        ({"password": None}, "give one of password"),
        ({"done_folder": "INBOX"}, "cannot be among the folders"),
    ],
)
def test_an_account_that_contradicts_itself_is_refused(more: dict[str, Any], said: str) -> None:
    """Two secrets or none, and a folder that would be read for ever."""
    with pytest.raises(ValueError, match=said):
        account(**more)


def test_a_secret_comes_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable names it, the settings never show it."""
    (tmp_path / "secret").write_text("right\n")
    prefix = "MAILROOM_MAILBOX__ACCOUNTS__SALES__"
    for name, value in {"HOST": "h", "USER": "u", "PASSWORD_FILE": str(tmp_path / "secret")}.items():
        monkeypatch.setenv(prefix + name, value)
    monkeypatch.setenv("MAILROOM_CONFIG", str(tmp_path / "none.yaml"))
    found = load_settings().mailbox.accounts["sales"]
    assert found.password is not None
    assert (found.password.get_secret_value(), "right" in repr(found)) == ("right", False)


def test_tokens_come_from_a_file_or_a_command(tmp_path: Path) -> None:
    """Asked for each time."""
    (tmp_path / "token").write_text("one\n")
    assert access_token(account(password=None, token_path=tmp_path / "token")) == "one"
    printing = (sys.executable, "-c", "print('two')")
    assert access_token(account(password=None, token_command=printing)) == "two"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"token_path": Path("/nowhere/token")}, "token file /nowhere/token cannot be read"),
        ({"token_command": ("/nowhere/program",)}, "token command /nowhere/program failed"),
        ({"token_command": (sys.executable, "-c", "print('secret'); exit(1)")}, "failed"),
        ({"token_command": (sys.executable, "-c", "")}, "gives an empty token"),
    ],
)
def test_no_token_is_told_without_it(source: dict[str, Any], said: str) -> None:
    """What a command printed may be the token, and is not repeated."""
    with pytest.raises(SourceRefused, match=said) as caught:
        access_token(account(password=None, **source))
    assert "secret" not in str(caught.value).replace(sys.executable, "")


@pytest.mark.security
@pytest.mark.parametrize(
    ("host", "plain", "refused"),
    [
        ("127.0.0.1", False, False),
        ("::1", False, False),
        ("10.0.0.1", False, True),
        ("10.0.0.1", True, False),
    ],
)
def test_without_tls_only_to_this_machine(host: str, plain: bool, refused: bool) -> None:
    """Unless somebody says that the network is their own."""
    meant = account(host=host, tls="none", allow_plaintext=plain)
    if refused:
        with pytest.raises(UsageError, match="set tls to implicit"):
            require_privacy("sales", meant)
    else:
        require_privacy("sales", meant)
