"""Settings of what comes behind the labels: desks, their deadlines, review, delivery, look-up."""

import socket
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, model_validator

from mailroom.sections import Section

REVIEW = "review"
MIB = 1024 * 1024

Address = Annotated[str, Field(pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$", max_length=320)]
"""A mail address without a name, in ASCII."""


class WebhookSettings(Section):
    """An address that is told of each document of a desk, and what is sent there is signed by."""

    url: SecretStr = Field(
        description="https, unless it is `internal`; never shown, since it may hold a token"
    )
    secret: SecretStr | None = Field(
        None, description="signs what is sent (Standard Webhooks): `whsec_` and base64"
    )
    secret_path: Path | None = Field(None, description="holds the secret, in place of `secret`")
    previous_secret: SecretStr | None = Field(
        None, description="signs as well, until the receiver knows the new one"
    )
    ca_bundle: Path | None = Field(
        None, description="PEM of who signed the receiver's certificate, if not public"
    )
    internal: bool = Field(False, description="the address may be of this machine, or of your own network")
    timeout_seconds: float = Field(20.0, gt=0, le=300, description="until it must have answered")

    @model_validator(mode="after")
    def _one_secret(self) -> "WebhookSettings":
        if (self.secret is None) is (self.secret_path is None):
            raise ValueError("give one of secret and secret_path; `mailroom deliveries secret` makes one")
        return self

    @model_validator(mode="after")
    def _not_readable_on_the_way(self) -> "WebhookSettings":
        schemes = ("https://", "http://") if self.internal else ("https://",)
        if not self.url.get_secret_value().startswith(schemes):
            raise ValueError("give an https url; or an http one, with `internal: true`, in your own network")
        return self


class ForwardSettings(Section):
    """Mail addresses that each document of a desk is forwarded to."""

    to: tuple[Address, ...] = Field(min_length=1, max_length=50)
    attach_original: bool = True
    max_attached_bytes: int = Field(
        10 * MIB, gt=0, description="larger originals are only named; in a mail they grow by a third"
    )


class DeskSettings(Section):
    """What a department's desk does with its documents."""

    webhook: WebhookSettings | None = None
    email: ForwardSettings | None = None
    folder: Path | None = Field(None, description="where documents are dropped, each with a JSON beside it")
    deadline_hours: float | None = Field(None, gt=0, description="within which a document is to be handled")


class ReviewSettings(Section):
    """The desk where people decide what a document is."""

    lease_seconds: float = Field(600.0, gt=0, description="for which a document is one clerk's")
    order: Literal["oldest", "least_sure"] = "oldest"
    deadline_hours: float | None = Field(24.0, gt=0)
    second_look: float = Field(
        0.0,
        ge=0,
        le=1,
        description="share of the documents that two people must agree on, drawn by their ids",
    )


class MailServerSettings(Section):
    """The server that forwarded documents are sent by."""

    host: str = "127.0.0.1"
    port: int = Field(25, gt=0, le=65535, description="587 with STARTTLS, 465 with implicit TLS")
    tls: Literal["implicit", "starttls", "none"] = Field(
        "none", description="`none` is for a server on this machine; any other needs `allow_plaintext`"
    )
    allow_plaintext: bool = Field(
        False, description="send documents and password in the clear: only over a network of your own"
    )
    ca_bundle: Path | None = Field(
        None, description="PEM of who signed the server's certificate, if not public"
    )
    user: str | None = None
    password: SecretStr | None = None
    sender: Address = "mailroom@localhost"
    timeout_seconds: float = Field(30.0, gt=0, le=300, description="for each answer of the server")

    @model_validator(mode="after")
    def _belong_together(self) -> "MailServerSettings":
        if (self.user is None) is not (self.password is None):
            raise ValueError("user and password belong together")
        return self


class DeliverySettings(Section):
    """How notices go out, over all channels."""

    give_up_hours: float = Field(24.0, gt=0, description="of trying again, after which a notice is dead")
    at_a_time: int = Field(8, gt=0, le=100, description="notices under way to one receiver that answers well")


class DesksSettings(Section):
    """All desks, their database, and the door for look-ups."""

    database: SecretStr | None = Field(
        None,
        description="SQLAlchemy URL, as postgresql+psycopg://user:password@host/name; else SQLite at home",
    )
    consumer_group: str = Field(
        "mailroom-departments", description="of those who write the database; its state's name in the log too"
    )
    instance: str = Field(
        default_factory=socket.gethostname,
        description="stable over restarts, unique among running instances; by default the host's name",
    )
    state_dir: Path | None = Field(None, description="working files; by default `departments` at home")
    host: str = Field("127.0.0.1", description="of the look-up door; 0.0.0.0 in a container, with keys")
    port: int = Field(8100, ge=0, le=65535, description="0 takes a free one")
    rate: str = Field("6000/minute", description="look-ups of each key, or address where there are no keys")
    stranger_rate: str = Field("30/minute", description="look-ups of an address without a valid key")
    at: dict[str, DeskSettings] = Field(default_factory=dict, description="by department")
    review: ReviewSettings = ReviewSettings()
    mail: MailServerSettings = MailServerSettings()
    delivery: DeliverySettings = DeliverySettings()

    @model_validator(mode="after")
    def _review_is_ours(self) -> "DesksSettings":
        if REVIEW in self.at:
            raise ValueError(f"a department cannot be called {REVIEW}: that desk is `desks.review`")
        return self

    def of(self, department: str) -> DeskSettings:
        """A department's desk; one without settings has no channels and no deadline."""
        return self.at.get(department, DeskSettings())


class ConsoleSettings(Section):
    """The page."""

    host: str = Field("127.0.0.1", description="0.0.0.0 in a container")
    port: int = Field(8200, ge=0, le=65535, description="0 takes a free one")
    session_hours: float = Field(12.0, gt=0, description="until one must sign in again")
    sign_in_rate: str = Field(
        "20/minute", description="attempts of an address, and of anybody for one account"
    )
    https: bool = Field(default=False, description="browsers come by TLS, which a proxy in front ends")
    upload_url: str | None = Field(
        None, pattern="^https?://", description="HTTP door of ingest; else the one of the settings `http`"
    )
    upload_key: SecretStr | None = Field(None, description="API key for it, good for documents:write")
    package: str | None = Field(
        None, description="model package that tells which words decided; else the classifier's"
    )
