"""`mailroom receive mailbox`: every folder of every account, side by side."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydantic import ValidationError

from ingest.mailbox.connection import require_privacy
from ingest.mailbox.folder import MailFolder
from ingest.receiving.receiver import Receiver
from ingest.receiving.wiring import Wiring, receive
from ingest.tally import Tally
from mailroom import profiles
from mailroom.contracts.errors import UsageError
from mailroom.door_settings import MailAccount, MailboxSettings
from mailroom.settings import load_settings

FLAGGED = "mailbox"
"""The name of the account that flags describe."""


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of `receive mailbox`.

    Attributes:
        account: What flags say of one mailbox, in the names of the settings; empty where they say nothing.
    """

    names: tuple[str, ...] = ()
    account: Mapping[str, Any] = field(default_factory=dict)
    profile: str | None = None
    once: bool = False
    as_json: bool = False


def run(request: Request) -> int:
    """Receive, and return the exit status."""
    settings = profiles.resolve(request.profile, load_settings(), on_kinesis=True)
    chosen = accounts(request, settings.mailbox)
    for name, account in chosen.items():
        require_privacy(name, account)
    make = partial(_receivers, chosen, request)
    count = sum(len(account.folders) for account in chosen.values())
    return receive(settings, make, sources=count, once=request.once, as_json=request.as_json)


def accounts(request: Request, settings: MailboxSettings) -> dict[str, MailAccount]:
    """The mailboxes that are meant: of the flags, else those named, else all of the settings.

    Raises:
        UsageError: None is, or one is not known, or cannot be right.
    """
    if request.account:
        return {FLAGGED: _described(request.account, settings)}
    unknown = sorted(set(request.names) - set(settings.accounts))
    if unknown:
        known = ", ".join(sorted(settings.accounts)) or "none"
        raise UsageError(f"no mailbox {', '.join(unknown)} in the settings (there: {known})")
    chosen = {
        name: item for name, item in settings.accounts.items() if name in request.names or not request.names
    }
    if not chosen:
        raise UsageError("no mailbox is named: give --host and --user, or mailbox.accounts in mailroom.yaml")
    return chosen


def _described(flags: Mapping[str, Any], settings: MailboxSettings) -> MailAccount:
    secret = {} if {"token_path", "token_command"} & set(flags) else {"password": settings.password}
    try:
        return MailAccount(**secret, **flags)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or 'mailbox'}: {item['msg']}" for item in error.errors()
        )
        mend = "a password is read from MAILROOM_MAILBOX__PASSWORD, or from the file in MAILROOM_MAILBOX__PASSWORD_FILE"
        raise UsageError(f"{problems} ({mend})") from error


def _receivers(
    chosen: Mapping[str, MailAccount],
    request: Request,
    wiring: Wiring,
    tally: Tally,
    stop: threading.Event,
    connected: Callable[[], None],
) -> Sequence[Receiver]:
    return [
        Receiver(
            name=f"{name}/{folder}",
            connect=partial(MailFolder, name, account, folder),
            handover=wiring.handover(f"/mailroom/mailbox/{name}"),
            tally=tally,
            stop=stop,
            once=request.once,
            connected=connected,
        )
        for name, account in chosen.items()
        for folder in account.folders
    ]
