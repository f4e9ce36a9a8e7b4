"""Signatures, checked by the convention's own library."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from departments.delivery import signing
from mailroom.contracts.errors import UsageError
from mailroom.desk_settings import WebhookSettings
from tests.servers.hooks import SECRET

OTHER = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def test_a_signature_is_what_the_convention_says() -> None:
    """A message that was signed by hand, with its literal signature."""
    headers = signing.signed_headers(
        [signing.key_of(SECRET)], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize("secret", [SECRET, OTHER])
def test_while_a_secret_is_changed_either_verifies(secret: str) -> None:
    """The message bears both signatures."""
    settings = WebhookSettings(
        url="https://example.com", secret=SecretStr(OTHER), previous_secret=SecretStr(SECRET)
    )
    seconds = int(datetime.now(UTC).timestamp())
    headers = signing.signed_headers(signing.keys_of(settings), "m1", seconds, b'{"a":1}')
    assert Webhook(secret).verify(b'{"a":1}', headers) == {"a": 1}


@pytest.mark.security
@pytest.mark.parametrize(
    ("body", "changed"),
    [
        (b'{"a":2}', {}),
        (b'{"a":1}', {"webhook-id": "m2"}),
        (b'{"a":1}', {"webhook-timestamp": "later"}),
        (b'{"a":1}', {"webhook-signature": "v1,AAAA"}),
    ],
)
def test_what_was_changed_on_the_way_is_refused(body: bytes, changed: dict[str, str]) -> None:
    """Body, id and time are signed, each of them."""
    seconds = int(datetime.now(UTC).timestamp())
    headers = signing.signed_headers([signing.key_of(SECRET)], "m1", seconds, b'{"a":1}')
    changed = {name: str(seconds + 1) if value == "later" else value for name, value in changed.items()}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, headers | changed)


def test_the_secret_may_be_in_a_file(tmp_path: Path) -> None:
    """With the line end that editors leave."""
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n", encoding="utf-8")
    settings = WebhookSettings(url="https://example.com", secret_path=path)
    assert signing.keys_of(settings) == (signing.key_of(SECRET),)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The path is said, and what to look at."""
    settings = WebhookSettings(url="https://example.com", secret_path=tmp_path / "none")
    with pytest.raises(UsageError, match=r"secret_path cannot be read: .*none"):
        signing.keys_of(settings)


@pytest.mark.parametrize(
    "secret", ["", "hunter2", "whsec_", "whsec_c2hvcnQ=", "whsec_ä", "whsec_" + "A" * 200]
)
def test_what_is_no_secret_is_refused_without_repeating_it(secret: str) -> None:
    """Too short, too long, not base64, without its prefix."""
    with pytest.raises(UsageError, match="24 to 64 random bytes") as caught:
        signing.key_of(secret)
    assert not secret.removeprefix("whsec_") or secret not in str(caught.value)


def test_a_key_and_its_secret_are_the_same() -> None:
    """There and back."""
    assert signing.secret_of(signing.key_of(SECRET)) == SECRET
