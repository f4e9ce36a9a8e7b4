"""All tables. Times are aware datetimes in UTC; see `columns.UtcTime`. `migrations/` makes and changes them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, LargeBinary, MetaData, Text, UniqueConstraint, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from departments.store.columns import BigNumber, Json, UtcTime

REVIEW = "review"
"""The desk where people decide; no department may have its name."""

WAITING, AT_DESK, HANDLED = "waiting", "at_desk", "handled"
"""States of a document: it needs a person; its department has it; nothing is left to do."""

CONFIRM, CORRECT, NONE, SKIP, NOT_OURS, HANDLE, UNDO = (
    "confirm", "correct", "none", "skip", "not_ours", "handled", "undo",
)  # fmt: skip
"""Kinds of acts."""

DUE, SENT, DEAD = "due", "sent", "dead"
"""States of a delivery."""

ASSIGNED, RECALLED = "document.assigned", "document.recalled"
"""Events of a delivery."""


class Table(DeclarativeBase):
    """What all tables share: names of constraints, so that migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcTime(), dict[str, Any]: Json, list[Any]: Json, str: Text()}  # noqa: RUF012


class Document(Table):
    """A document: its newest classification, and who has it now.

    `label`, `confidence`, `candidates`, `decision` and `department` are as classified and never change with an act;
    `desk`, `state` and `confirmed_label` are what people made of it. `revision` is 0 as classified and one more with
    each act. `change` grows with every write of any document, in the order of commits: who has seen all up to n asks
    for `change > n`. See `changes.stamp`.
    """

    __tablename__ = "documents"
    id: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    confidence: Mapped[float]
    candidates: Mapped[list[Any]]  # [{"label": …, "score": …}], best first
    decision: Mapped[str]
    department: Mapped[str]
    desk: Mapped[str]
    state: Mapped[str]
    confirmed_label: Mapped[str | None]
    language: Mapped[str]
    model_name: Mapped[str]
    model_version: Mapped[str]
    model_digest: Mapped[str]
    file_name: Mapped[str | None]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigNumber)
    sha256: Mapped[str]
    dataref: Mapped[str | None]
    parent: Mapped[str | None] = mapped_column(index=True)
    topic: Mapped[str]
    partition: Mapped[int]
    offset: Mapped[int] = mapped_column(BigNumber)
    received_at: Mapped[datetime]
    cleansed_at: Mapped[datetime]
    classified_at: Mapped[datetime]
    deciding_page: Mapped[int | None]
    duplicate_of: Mapped[str | None]
    due_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=0)
    change: Mapped[int] = mapped_column(BigNumber, default=0)

    __table_args__ = (
        Index(None, "change"),
        Index(None, "desk", "state", "classified_at", "id"),
        Index(None, "desk", "state", "confidence", "id"),
        Index(None, "department", "classified_at", "id"),
        Index(None, "desk", "classified_at", "id"),
        Index(None, "label", "classified_at", "id"),
        Index(None, "decision", "classified_at", "id"),
        Index(None, "classified_at", "id"),
        Index(None, "state", "due_at", "desk"),
    )


def counts_as() -> ColumnElement[str]:
    """What a document counts as: what a person said, else what the model did."""
    return func.coalesce(Document.confirmed_label, Document.label)


Index("ix_documents_counts_as", counts_as(), Document.classified_at, Document.id)


class Act(Table):
    """What a person did with a document: the audit trail. Rows are only ever added; `published` alone changes."""

    __tablename__ = "acts"
    id: Mapped[str] = mapped_column(primary_key=True)  # a UUID; also `ce_id` of its feedback record
    document_id: Mapped[str]
    kind: Mapped[str]
    label: Mapped[str | None]
    desk_before: Mapped[str]
    desk_after: Mapped[str]
    predicted: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
    revision: Mapped[int]  # of the document, with this act
    published: Mapped[bool]
    undoes: Mapped[str | None]
    text_ref: Mapped[str | None]
    text_sha256: Mapped[str | None]

    __table_args__ = (
        Index(None, "document_id", "revision"),
        Index(None, "published", "at"),
        Index(None, "actor", "at"),
    )


class Lease(Table):
    """Who is looking at a document now, so that nobody else takes it."""

    __tablename__ = "leases"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    holder: Mapped[str] = mapped_column(index=True)
    token: Mapped[str]
    until: Mapped[datetime] = mapped_column(index=True)


class Delivery(Table):
    """Something that is to be told to a department, written in the transaction that makes it true (an outbox)."""

    __tablename__ = "deliveries"
    id: Mapped[str] = mapped_column(primary_key=True)  # a UUID; the receiver's idempotency key
    document_id: Mapped[str]
    desk: Mapped[str]
    channel: Mapped[str]  # webhook, email, folder
    event: Mapped[str]
    revision: Mapped[int]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    last_error: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("document_id", "desk", "channel", "event", "revision"),
        Index(None, "state", "next_at"),
        Index(None, "state", "desk", "channel", "next_at"),
    )


class Account(Table):
    """Who may sign in."""

    __tablename__ = "accounts"
    name: Mapped[str] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
    role: Mapped[str]  # clerk, reviewer, operator, reader
    departments: Mapped[list[Any]]  # a clerk's
    enabled: Mapped[bool] = mapped_column(default=True)


class BrowserSession(Table):
    """Somebody who is signed in."""

    __tablename__ = "sessions"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.name", ondelete="CASCADE"), index=True)
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Refusal(Table):
    """A record that could not be applied, whole: nothing is lost, and the console shows it."""

    __tablename__ = "refusals"
    topic: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    offset: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=False)
    document_id: Mapped[str | None] = mapped_column(index=True)
    reason: Mapped[str]
    message: Mapped[str]
    value: Mapped[bytes | None] = mapped_column(LargeBinary)
    headers: Mapped[list[Any]]  # [[name, value as base64], …]
    at: Mapped[datetime]


class Flow(Table):
    """What was labelled within a minute for a department: a view of the projection's state, one row per partition.

    Ages are seconds from a document's coming to its label. `seen` is the offset of the last record counted.
    """

    __tablename__ = "flow"
    begins_at: Mapped[datetime] = mapped_column(primary_key=True)
    department: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    documents: Mapped[int]
    reviews: Mapped[int]  # of them, with the decision `review`
    age_sum: Mapped[float]
    age_max: Mapped[float]
    seen: Mapped[int] = mapped_column(BigNumber)


class Counter(Table):
    """Numbers that only grow. Whoever takes one holds its row until it commits: their order is that of commits."""

    __tablename__ = "counters"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigNumber)
