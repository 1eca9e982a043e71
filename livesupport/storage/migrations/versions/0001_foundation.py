"""People, sites and tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes every table, sets the counters, and adds the site that a fresh install has."""
    _make_settings()
    _make_sites()
    _make_agents()
    _make_tickets()


def _make_settings() -> None:
    counter = op.create_table(
        "counter",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )
    # The first ticket gets 1001: a number that does not tell how young the desk is.
    starts = {"ticket": 1000, "epoch": 0, "directory": 0}
    op.bulk_insert(counter, [{"name": name, "value": value} for name, value in starts.items()])
    op.create_table(
        "setup_secret",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_setup_secret"),
    )


def _make_sites() -> None:
    site = op.create_table(
        "site",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("origins", sa.JSON, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("convert", sa.Text),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("accent", sa.Text, nullable=False),
        sa.Column("greeting", sa.Text, nullable=False),
        sa.Column("hours", sa.JSON, nullable=False),
        sa.Column("contacts", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_site"),
    )
    default: dict[str, object] = {"id": "default", "name": "Support", "region": "GE", "language": "en", "accent": "#2f5bd7"}
    rest: dict[str, object] = {"origins": [], "mode": "match", "convert": None, "greeting": "", "hours": {}, "contacts": []}
    op.bulk_insert(site, [default | rest])
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("site_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_topic"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_topic_site_id_site"),
        sa.UniqueConstraint("site_id", "name", name="uq_topic_site_id_name"),
    )
    op.create_table(
        "canned_reply",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("shortcut", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_canned_reply"),
        sa.UniqueConstraint("shortcut", name="uq_canned_reply_shortcut"),
    )


def _make_agents() -> None:
    op.create_table(
        "agent",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("capacity", sa.Integer),
        sa.Column("languages", sa.JSON, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("disabled_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_agent"),
        sa.UniqueConstraint("login", name="uq_agent_login"),
    )
    op.create_table(
        "agent_topic",
        sa.Column("agent_id", sa.Integer, nullable=False),
        sa.Column("topic_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "topic_id", name="pk_agent_topic"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_agent_topic_agent_id_agent"),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name="fk_agent_topic_topic_id_topic"),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("agent_id", sa.Integer, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_session_agent_id_agent"),
    )
    op.create_index("ix_session_agent_id", "session", ["agent_id"])
    op.create_index("ix_session_expires_at", "session", ["expires_at"])


def _make_tickets() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("site_id", sa.Text, nullable=False),
        sa.Column("topic_id", sa.Integer),
        sa.Column("assignee_id", sa.Integer),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("priority", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("from_chat", sa.Boolean, nullable=False),
        sa.Column("search", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_ticket_site_id_site"),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name="fk_ticket_topic_id_topic"),
        sa.ForeignKeyConstraint(["assignee_id"], ["agent.id"], name="fk_ticket_assignee_id_agent"),
        sa.UniqueConstraint("number", name="uq_ticket_number"),
        sa.UniqueConstraint("origin", name="uq_ticket_origin"),
    )
    op.create_index("ix_ticket_updated_at_id", "ticket", ["updated_at", "id"])
    op.create_index("ix_ticket_assignee_id_updated_at_id", "ticket", ["assignee_id", "updated_at", "id"])
    op.create_table(
        "ticket_message",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("ticket_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("chain", sa.Text),
        sa.Column("epoch", sa.BigInteger),
        sa.Column("seq", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_message"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_ticket_message_ticket_id_ticket"),
        sa.UniqueConstraint("ticket_id", "chain", "epoch", "seq", name="uq_ticket_message_ticket_id_chain_epoch_seq"),
    )
    op.create_index("ix_ticket_message_ticket_id", "ticket_message", ["ticket_id"])
    op.create_table(
        "ticket_event",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("ticket_id", sa.Integer, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("old", sa.Text, nullable=False),
        sa.Column("new", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_event"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_ticket_event_ticket_id_ticket"),
    )
    op.create_index("ix_ticket_event_ticket_id", "ticket_event", ["ticket_id"])
