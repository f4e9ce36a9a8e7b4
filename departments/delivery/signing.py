"""The signature of webhooks, by the Standard Webhooks convention, version 1.0.0 (standardwebhooks.com), symmetric.

Signed is `ID.TIMESTAMP.BODY` with HMAC-SHA256; the timestamp is that of the try, so that a copy that somebody kept is
refused later on. While a secret is changed both sign, and the receiver takes either.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from mailroom.contracts.errors import UsageError
from mailroom.desk_settings import WebhookSettings

PREFIX = "whsec_"
LEAST_BYTES, MOST_BYTES = 24, 64
MEND = (
    f"a webhook's secret is `{PREFIX}` and {LEAST_BYTES} to {MOST_BYTES} random bytes in base64: make one with "
    f"`mailroom deliveries secret`"
)


def keys_of(settings: WebhookSettings) -> tuple[bytes, ...]:
    """The keys that sign for one webhook, the present one first.

    Raises:
        UsageError: A secret is none, or its file cannot be read.
    """
    secrets = [_present(settings)]
    if settings.previous_secret is not None:
        secrets.append(settings.previous_secret.get_secret_value())
    return tuple(map(key_of, secrets))


def key_of(secret: str) -> bytes:
    """The key that a secret stands for.

    Raises:
        UsageError: It is none; the message does not repeat it.
    """
    text = secret.strip()
    if not text.startswith(PREFIX):
        raise UsageError(MEND)
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UsageError(MEND) from error
    if not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise UsageError(MEND)
    return key


def secret_of(key: bytes) -> str:
    """How a key is shown to people."""
    return PREFIX + base64.b64encode(key).decode("ascii")


def signed_headers(keys: Sequence[bytes], notice_id: str, seconds: int, body: bytes) -> dict[str, str]:
    """The headers that prove where a message comes from.

    Args:
        keys: The key, and the one before it while it is still taken.
        notice_id: The message's id, without full stops.
        seconds: When it is sent, since the epoch.
        body: All of it.
    """
    signed = f"{notice_id}.{seconds}.".encode() + body
    return {
        "webhook-id": notice_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(_signature(key, signed) for key in keys),
    }


def _present(settings: WebhookSettings) -> str:
    if settings.secret is not None:
        return settings.secret.get_secret_value()
    path = settings.secret_path
    try:
        return path.read_text(encoding="utf-8") if path is not None else ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"the webhook's secret_path cannot be read: {path}: is it there, may it be read?"
        ) from error


def _signature(key: bytes, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode("ascii")
