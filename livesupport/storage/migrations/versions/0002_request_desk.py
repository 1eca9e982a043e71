"""The request desk: requesters, types of requests, files, mail, work to be done, and all that hangs on a ticket."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the new tables first, then the new columns, which refer to them."""
    _make_people()
    _make_sites()
    _make_requests()
    _widen_tickets()
    _make_what_hangs_on_tickets()
    _make_house()


def _make_people() -> None:
    op.create_table(
        "requester",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("site_id", sa.Text, sa.ForeignKey("site.id"), nullable=False),
        sa.Column("account", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.UniqueConstraint("site_id", "account"),
        sa.UniqueConstraint("site_id", "email"),
    )
    op.create_table(
        "requester_session",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("requester_id", sa.Integer, sa.ForeignKey("requester.id"), nullable=False, index=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False, index=True),
    )
    op.create_table(
        "sign_in_code",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("site_id", sa.Text, sa.ForeignKey("site.id"), nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False, index=True),
        sa.Index("ix_sign_in_code_site_id_email", "site_id", "email"),
    )
    op.add_column("session", sa.Column("locked_at", Moment))
    op.add_column("session", sa.Column("device", sa.Text, nullable=False, server_default=sa.text("''")))


def _make_sites() -> None:
    for name in ("logo", "rules", "user_key"):
        op.add_column("site", sa.Column(name, sa.Text, nullable=False, server_default=sa.text("''")))
    op.add_column("site", sa.Column("sla", sa.JSON))
    op.create_table(
        "request_type",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("site_id", sa.Text, sa.ForeignKey("site.id"), nullable=False, index=True),
        sa.Column("topic_id", sa.Integer, sa.ForeignKey("topic.id")),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("instructions", sa.Text, nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("retention_days", sa.Integer),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("retired_at", Moment),
    )


def _make_requests() -> None:
    op.create_table(
        "pending_request",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("site_id", sa.Text, sa.ForeignKey("site.id"), nullable=False),
        sa.Column("email", sa.Text, nullable=False, index=True),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("mails", sa.Integer, nullable=False),
        sa.Column("created_at", Moment, nullable=False, index=True),
    )


def _widen_tickets() -> None:
    _refer("ticket", "requester_id", "requester")
    _refer("ticket", "type_id", "request_type")
    _refer("ticket", "merged_into_id", "ticket")
    _refer("ticket", "follows_id", "ticket")
    for column in (
        sa.Column("fields", sa.JSON),
        sa.Column("diagnostics", sa.JSON),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("answered", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("seen", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("solved_at", Moment),
        sa.Column("due_at", Moment),
        sa.Column("due_kind", sa.Text),
        sa.Column("warn_at", Moment),
        sa.Column("checked_at", Moment),
        sa.Column("one_sided", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("lines_hash", sa.Text, nullable=False, server_default=sa.text("''")),
    ):
        op.add_column("ticket", column)
    for name in ("phone", "email", "requester_id", "merged_into_id", "follows_id"):
        op.create_index(f"ix_ticket_{name}", "ticket", [name])
    op.create_index("ix_ticket_due_at", "ticket", ["due_at"])
    op.create_index("ix_ticket_status_updated_at_id", "ticket", ["status", "updated_at", "id"])
    _refer("ticket_message", "agent_id", "agent")
    for more in (sa.Column("said_as", sa.Text), sa.Column("html", sa.Text), sa.Column("visible_at", Moment)):
        op.add_column("ticket_message", more)
    op.create_index("ix_ticket_message_ticket_id_said_as", "ticket_message", ["ticket_id", "said_as"], unique=True)


def _refer(table: str, column: str, other: str) -> None:
    """Adds a column that refers to another table. Written out, because SQLite takes the reference only with the column."""
    name = f"fk_{table}_{column}_{other}"
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {other} (id)")


def _make_what_hangs_on_tickets() -> None:
    op.create_table(
        "ticket_tag",
        sa.Column("ticket_id", sa.Integer, sa.ForeignKey("ticket.id"), primary_key=True),
        sa.Column("tag", sa.Text, primary_key=True, index=True),
    )
    op.create_table(
        "ticket_watcher",
        sa.Column("ticket_id", sa.Integer, sa.ForeignKey("ticket.id"), primary_key=True),
        sa.Column("agent_id", sa.Integer, sa.ForeignKey("agent.id"), primary_key=True),
    )
    op.create_table(
        "ticket_link",
        sa.Column("ticket_id", sa.Integer, sa.ForeignKey("ticket.id"), primary_key=True),
        sa.Column("other_id", sa.Integer, sa.ForeignKey("ticket.id"), primary_key=True, index=True),
    )
    op.create_table(
        "file",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False, index=True),
        sa.Column("ticket_id", sa.Integer, sa.ForeignKey("ticket.id"), index=True),
        sa.Column("message_id", sa.Integer, sa.ForeignKey("ticket_message.id"), index=True),
        sa.Column("pending_id", sa.Text, sa.ForeignKey("pending_request.id"), index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False, index=True),
    )
    op.create_table(
        "draft",
        sa.Column("ticket_id", sa.Integer, sa.ForeignKey("ticket.id"), primary_key=True),
        sa.Column("agent_id", sa.Integer, sa.ForeignKey("agent.id"), primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("agent_id", sa.Integer, sa.ForeignKey("agent.id"), index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("query", sa.JSON, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("requester_id", sa.Integer, sa.ForeignKey("requester.id"), nullable=False),
        sa.Column("ticket_id", sa.Integer, sa.ForeignKey("ticket.id"), nullable=False, index=True),
        sa.Column("message_id", sa.Integer, sa.ForeignKey("ticket_message.id"), nullable=False, unique=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Index("ix_notice_requester_id_due_at", "requester_id", "due_at"),
    )


def _make_house() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("agent_id", sa.Integer, sa.ForeignKey("agent.id"), nullable=False, index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False, unique=True),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment),
        sa.Column("used_at", Moment),
        sa.Column("revoked_at", Moment),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, unique=True),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("run_at", Moment, nullable=False, index=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("leased_until", Moment),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("site_id", sa.Text, sa.ForeignKey("site.id"), nullable=False),
        sa.Column("ticket_id", sa.Integer, sa.ForeignKey("ticket.id"), index=True),
        sa.Column("message_id", sa.Integer, sa.ForeignKey("ticket_message.id"), index=True),
        sa.Column("pending_id", sa.Text),
        sa.Column("sign_in_id", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", Moment, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Index("ix_outbox_state_next_at", "state", "next_at"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", Moment, nullable=False, index=True),
        sa.Column("actor_id", sa.Integer, sa.ForeignKey("agent.id")),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
    )
