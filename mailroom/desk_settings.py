"""Settings of what comes behind the labels: desks, their deadlines, review, delivery, look-up."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, model_validator

from mailroom.sections import Section

REVIEW = "review"


class WebhookSettings(Section):
    """An address that is told of each document of a desk."""

    url: str = Field(pattern="^https?://")
    secret: SecretStr = Field(description="signs what is sent (Standard Webhooks); `whsec_` and base64")
    timeout_seconds: float = Field(10.0, gt=0, description="until it must have answered")


class ForwardSettings(Section):
    """Mail addresses that each document of a desk is forwarded to."""

    to: tuple[str, ...] = Field(min_length=1)
    attach_original: bool = True


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


class MailServerSettings(Section):
    """The server that forwarded documents are sent by."""

    host: str = "127.0.0.1"
    port: int = Field(25, gt=0, le=65535)
    tls: Literal["implicit", "starttls", "none"] = "none"
    user: str | None = None
    password: SecretStr | None = None
    sender: str = "mailroom@localhost"
    timeout_seconds: float = Field(30.0, gt=0)


class DesksSettings(Section):
    """All desks, their database, and the door for look-ups."""

    database: SecretStr | None = Field(
        None,
        description="SQLAlchemy URL, as postgresql+psycopg://user:password@host/name; else SQLite at home",
    )
    host: str = Field("127.0.0.1", description="of the look-up door; 0.0.0.0 in a container, with keys")
    port: int = Field(8100, ge=0, le=65535, description="0 takes a free one")
    at: dict[str, DeskSettings] = Field(default_factory=dict, description="by department")
    review: ReviewSettings = ReviewSettings()
    mail: MailServerSettings = MailServerSettings()

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
