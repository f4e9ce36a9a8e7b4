"""The first tables."""

import sqlalchemy as sa
from alembic import op

from departments.store.columns import BigNumber, Json, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("departments", Json, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_accounts")),
    )
    op.create_table(
        "acts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("desk_before", sa.Text(), nullable=False),
        sa.Column("desk_after", sa.Text(), nullable=False),
        sa.Column("predicted", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("undoes", sa.Text(), nullable=True),
        sa.Column("text_ref", sa.Text(), nullable=True),
        sa.Column("text_sha256", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acts")),
    )
    with op.batch_alter_table("acts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_acts_actor_at"), ["actor", "at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_acts_document_id_revision"), ["document_id", "revision"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_acts_published_at"), ["published", "at"], unique=False)

    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", BigNumber, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "document_id",
            "desk",
            "channel",
            "event",
            "revision",
            name=op.f("uq_deliveries_document_id_desk_channel_event_revision"),
        ),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_deliveries_state_desk_channel_next_at"),
            ["state", "desk", "channel", "next_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_deliveries_state_next_at"), ["state", "next_at"], unique=False)

    op.create_table(
        "documents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("candidates", Json, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("confirmed_label", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("model_name", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("model_digest", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", BigNumber, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("dataref", sa.Text(), nullable=True),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", BigNumber, nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("cleansed_at", UtcTime(), nullable=False),
        sa.Column("classified_at", UtcTime(), nullable=False),
        sa.Column("deciding_page", sa.Integer(), nullable=True),
        sa.Column("duplicate_of", sa.Text(), nullable=True),
        sa.Column("due_at", UtcTime(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("change", BigNumber, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_documents_change"), ["change"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_documents_classified_at_id"), ["classified_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_documents_decision_classified_at_id"),
            ["decision", "classified_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_documents_department_classified_at_id"),
            ["department", "classified_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_documents_desk_state_classified_at_id"),
            ["desk", "state", "classified_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_documents_desk_state_confidence_id"),
            ["desk", "state", "confidence", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_documents_label_classified_at_id"), ["label", "classified_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_documents_parent"), ["parent"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_documents_state_due_at_desk"), ["state", "due_at", "desk"], unique=False
        )

    op.create_table(
        "refusals",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset", BigNumber, autoincrement=False, nullable=False),
        sa.Column("document_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("headers", Json, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", "offset", name=op.f("pk_refusals")),
    )
    with op.batch_alter_table("refusals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refusals_document_id"), ["document_id"], unique=False)

    op.create_table(
        "leases",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("until", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_leases_document_id_documents"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_leases")),
    )
    with op.batch_alter_table("leases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leases_holder"), ["holder"], unique=False)
        batch_op.create_index(batch_op.f("ix_leases_until"), ["until"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name=op.f("fk_sessions_account_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_account"), ["account"], unique=False)
        batch_op.create_index(batch_op.f("ix_sessions_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "flow",
        sa.Column("begins_at", UtcTime(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("age_sum", sa.Double(), nullable=False),
        sa.Column("age_max", sa.Double(), nullable=False),
        sa.Column("seen", BigNumber, nullable=False),
        sa.PrimaryKeyConstraint("begins_at", "department", "partition", name=op.f("pk_flow")),
    )
    op.create_index("ix_documents_desk_classified_at_id", "documents", ["desk", "classified_at", "id"])
    op.create_index(
        "ix_documents_counts_as",
        "documents",
        [sa.text("coalesce(confirmed_label, label)"), "classified_at", "id"],
    )
    op.execute("INSERT INTO counters (name, value) VALUES ('documents', 0)")


def downgrade() -> None:
    op.drop_table("flow")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_expires_at"))
        batch_op.drop_index(batch_op.f("ix_sessions_account"))

    op.drop_table("sessions")
    with op.batch_alter_table("leases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_leases_until"))
        batch_op.drop_index(batch_op.f("ix_leases_holder"))

    op.drop_table("leases")
    with op.batch_alter_table("refusals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refusals_document_id"))

    op.drop_table("refusals")
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_documents_state_due_at_desk"))
        batch_op.drop_index(batch_op.f("ix_documents_parent"))
        batch_op.drop_index(batch_op.f("ix_documents_label_classified_at_id"))
        batch_op.drop_index(batch_op.f("ix_documents_desk_state_confidence_id"))
        batch_op.drop_index(batch_op.f("ix_documents_desk_state_classified_at_id"))
        batch_op.drop_index(batch_op.f("ix_documents_department_classified_at_id"))
        batch_op.drop_index(batch_op.f("ix_documents_decision_classified_at_id"))
        batch_op.drop_index(batch_op.f("ix_documents_classified_at_id"))
        batch_op.drop_index(batch_op.f("ix_documents_change"))

    op.drop_table("documents")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deliveries_state_next_at"))
        batch_op.drop_index(batch_op.f("ix_deliveries_state_desk_channel_next_at"))

    op.drop_table("deliveries")
    op.drop_table("counters")
    with op.batch_alter_table("acts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_acts_published_at"))
        batch_op.drop_index(batch_op.f("ix_acts_document_id_revision"))
        batch_op.drop_index(batch_op.f("ix_acts_actor_at"))

    op.drop_table("acts")
    op.drop_table("accounts")
