"""A connection to an IMAP server: TLS, login, and its errors as ours. One of two modules that know the client."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, LoginError

from ingest.errors import SourceRefused, SourceUnavailable
from ingest.mailbox.tokens import access_token
from mailroom.contracts.errors import UsageError
from mailroom.door_settings import MailAccount

CONNECT_SECONDS = 15.0
READ_SECONDS = 60.0
TLS_PORT = 993
PORT = 143
SHOWN_CHARACTERS = 200


def connect(name: str, account: MailAccount) -> IMAPClient:
    """A client that is logged in.

    Raises:
        UsageError: The account would send its password in the clear to another machine.
        SourceRefused: The server refuses the login, or its certificate is not to be trusted.
        SourceUnavailable: It does not answer.
    """
    require_privacy(name, account)
    with translated(name):
        client = _reach(account)
        try:
            _log_in(client, account)
        except BaseException:
            close(client)
            raise
    return client


def close(client: IMAPClient) -> None:
    """Release a connection without a word to a server that may be gone."""
    try:
        client.shutdown()
    except (IMAPClient.Error, OSError):
        return  # it is gone, which is what was asked for


def require_privacy(name: str, account: MailAccount) -> None:
    """Refuse to send a password over a network in the clear.

    Raises:
        UsageError: So it would be, and nobody said that it may.
    """
    if account.tls == "none" and not account.allow_plaintext and not _is_here(account.host):
        raise UsageError(
            f"mailbox {name}: without TLS anyone on the way reads password and mails: set tls to implicit or starttls, "
            "or allow_plaintext if the network is your own"
        )


@contextmanager
def translated(name: str) -> Iterator[None]:
    """The client's errors as ours.

    Raises:
        SourceRefused: The server refuses the login, or its certificate is not to be trusted.
        SourceUnavailable: Any other error: the connection is of no more use.
    """
    try:
        yield
    except LoginError as error:
        mend = "look at its user, and password or token"
        raise SourceRefused(
            f"mailbox {name}: the server refuses the login ({_said(error)}): {mend}"
        ) from error
    except ssl.SSLCertVerificationError as error:
        mend = "name the right host, or who signed it in ca_bundle"
        said = error.verify_message
        raise SourceRefused(
            f"mailbox {name}: the server's certificate is not to be trusted ({said}): {mend}"
        ) from error
    except CapabilityError as error:
        raise SourceRefused(f"mailbox {name}: the server lacks what is needed: {_said(error)}") from error
    except (IMAPClient.Error, OSError) as error:
        raise SourceUnavailable(
            f"mailbox {name}: the mail server does not answer as it should ({_said(error)})"
        ) from error


def _reach(account: MailAccount) -> IMAPClient:
    implicit = account.tls == "implicit"
    context = None if account.tls == "none" else ssl.create_default_context(cafile=account.ca_bundle)
    client = IMAPClient(
        account.host,
        account.port or (TLS_PORT if implicit else PORT),
        ssl=implicit,
        ssl_context=context if implicit else None,
        timeout=SocketTimeout(CONNECT_SECONDS, READ_SECONDS),
    )
    if account.tls == "starttls":
        try:
            client.starttls(context)
        except BaseException:
            close(client)
            raise
    return client


def _log_in(client: IMAPClient, account: MailAccount) -> None:
    if account.password is not None:
        client.login(account.user, account.password.get_secret_value())
    else:
        _log_in_by_token(client, account.user, access_token(account))


def _log_in_by_token(client: IMAPClient, user: str, token: str) -> None:
    """The client tells a refused password from other errors, but not a refused token."""
    try:
        client.oauth2_login(user, token)
    except IMAPClient.AbortError:
        raise
    except IMAPClient.Error as error:
        raise LoginError(str(error)) from error


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _said(error: Any) -> str:
    """What a server or the system said, fit for one line: a server may say anything."""
    argument = error.args[0] if error.args else type(error).__name__
    text = getattr(error, "strerror", None) or argument
    said = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    said = said.removeprefix("b'").removesuffix("'")  # the client shows some answers as Python does
    return "".join(character if character.isprintable() else " " for character in said)[:SHOWN_CHARACTERS]
