"""The tables, in SQLAlchemy Core, the same for SQLite and PostgreSQL. A change here needs a migration beside it.

No table holds a chat: what is here was converted into a ticket, or belongs to the people who work with the program.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in the program, UTC in the database, whether it knows time zones (PostgreSQL) or not (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise TypeError("a moment without a time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def is_row_id(value: int) -> bool:
    """Whether a row could have this id; what could not must not reach a driver, which fails on integers that are too wide."""
    return 0 < value < 2**31


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),  # "ticket": last number; "epoch": starts; "directory": revision
    Column("value", BigInteger, nullable=False),
)

setup_secret = Table(
    "setup_secret",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False),
)

agent = Table(
    "agent",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("capacity", Integer),
    Column("languages", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
)

session = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),  # SHA-256 of the secret in the cookie
    Column("agent_id", ForeignKey("agent.id"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

site = Table(
    "site",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("origins", JSON, nullable=False),
    Column("mode", Text, nullable=False),
    Column("convert", Text),
    Column("region", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("accent", Text, nullable=False),
    Column("greeting", Text, nullable=False),
    Column("hours", JSON, nullable=False),
    Column("contacts", JSON, nullable=False),
)

topic = Table(
    "topic",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site_id", ForeignKey("site.id"), nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("site_id", "name"),
)

agent_topic = Table(
    "agent_topic",
    metadata,
    Column("agent_id", ForeignKey("agent.id"), primary_key=True),
    Column("topic_id", ForeignKey("topic.id"), primary_key=True),
)

canned_reply = Table(
    "canned_reply",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("shortcut", Text, nullable=False, unique=True),
    Column("text", Text, nullable=False),
)

ticket = Table(
    "ticket",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Text, nullable=False, unique=True),  # with its check digit
    Column("origin", Text, nullable=False, unique=True),  # one-way hash of the chat's or the request's id
    Column("site_id", ForeignKey("site.id"), nullable=False),
    Column("topic_id", ForeignKey("topic.id")),
    Column("assignee_id", ForeignKey("agent.id")),
    Column("status", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("page", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("from_chat", Boolean, nullable=False),
    Column("search", Text, nullable=False),  # what `search.py` looks in
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(None, "updated_at", "id"),
    Index(None, "assignee_id", "updated_at", "id"),
)

ticket_message = Table(
    "ticket_message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket_id", ForeignKey("ticket.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("chain", Text),  # "chat" or "note" when it was a line of a chat, with that line's place in it
    Column("epoch", BigInteger),
    Column("seq", BigInteger),
    UniqueConstraint("ticket_id", "chain", "epoch", "seq"),
)

ticket_event = Table(
    "ticket_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket_id", ForeignKey("ticket.id"), nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
