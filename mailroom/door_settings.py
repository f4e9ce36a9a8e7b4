"""Settings of the doors that fetch documents, or have them brought: mailboxes and SMTP."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, model_validator

from mailroom.sections import Section

MIB = 1024 * 1024


class MailAccount(Section):
    """A mailbox on an IMAP server."""

    host: str = Field(min_length=1)
    port: int | None = Field(None, gt=0, le=65535, description="993 with implicit TLS, else 143")
    tls: Literal["implicit", "starttls", "none"] = Field(
        "implicit", description="`none` is for a server on this machine; any other needs `allow_plaintext`"
    )
    allow_plaintext: bool = Field(
        default=False, description="send password and mails in the clear: only over a network of your own"
    )
    ca_bundle: Path | None = Field(
        None, description="PEM of who signed the server's certificate, if not public"
    )
    user: str = Field(min_length=1)
    password: SecretStr | None = None
    token_path: Path | None = Field(
        None, description="holds an OAuth2 access token; read at each login (XOAUTH2)"
    )
    token_command: tuple[str, ...] | None = Field(
        None, min_length=1, description="program and arguments that print an OAuth2 access token"
    )
    folders: tuple[str, ...] = Field(("INBOX",), min_length=1)
    processed: Literal["move", "flag"] = Field("move", description="what becomes of a mail that was received")
    done_folder: str = Field("Mailroom-Done", min_length=1, description="where it moves; made where missing")
    failed_folder: str = Field(
        "Mailroom-Failed", min_length=1, description="where a mail moves that no log takes"
    )
    poll_seconds: float = Field(30.0, gt=0, description="between two looks, where the server has no IDLE")
    idle_seconds: float = Field(60.0, gt=0, description="a look at least so often, in IDLE too")

    @model_validator(mode="after")
    def _one_secret(self) -> "MailAccount":
        given = [
            name for name in ("password", "token_path", "token_command") if getattr(self, name) is not None
        ]
        if len(given) != 1:
            raise ValueError(
                "give one of password (or a file of it in MAILROOM_…__PASSWORD_FILE), token_path and token_command"
            )
        return self

    @model_validator(mode="after")
    def _targets_are_not_sources(self) -> "MailAccount":
        if self.processed == "move" and {self.done_folder, self.failed_folder} & set(self.folders):
            raise ValueError("done_folder and failed_folder cannot be among the folders that are read")
        return self


class MailboxSettings(Section):
    """Mailboxes that are received from, all at the same time."""

    accounts: dict[str, MailAccount] = Field(
        default_factory=dict, description="by a name of your own, in lower case, which logs and ids use"
    )
    password: SecretStr | None = Field(None, description="of the mailbox that flags describe")


class SmtpSettings(Section):
    """The door that scanners mail to."""

    host: str = "127.0.0.1"
    port: int = Field(8025, ge=0, le=65535, description="0 takes a free one")
    max_mail_bytes: int = Field(64 * MIB, gt=0, description="larger mails are refused at once")
    max_mails_bytes: int = Field(
        256 * MIB, gt=0, description="all mails that are under way, together; beyond, a connection is cut off"
    )
    max_recipients: int = Field(100, gt=0)
    max_commands: int = Field(40, gt=0, description="calls of one command in one connection")
    max_connections: int = Field(50, gt=0, description="at the same time; beyond, 421")
    timeout_seconds: float = Field(300.0, gt=0, description="for which a client may be silent")
    recipients: tuple[str, ...] = Field((), description="addresses that are taken; none named: all")
    user: str | None = Field(None, description="clients must log in, which needs TLS")
    password: SecretStr | None = None
    certificate: Path | None = Field(None, description="PEM; with it STARTTLS is offered")
    key: Path | None = Field(
        None, description="PEM of the certificate's key, where it is not in the same file"
    )
