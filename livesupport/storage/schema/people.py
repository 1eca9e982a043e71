"""The people: agents, who sign in with a password, and requesters, who prove an address or are vouched for by their site."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from livesupport.storage.schema.base import UtcDateTime, metadata

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
    Column("device", Text, nullable=False, server_default=text("''")),  # browser and system in words, for the list of sessions
    Column("locked_at", UtcDateTime),  # until the password is given again
)

agent_topic = Table(
    "agent_topic",
    metadata,
    Column("agent_id", ForeignKey("agent.id"), primary_key=True),
    Column("topic_id", ForeignKey("topic.id"), primary_key=True),
)

requester = Table(
    "requester",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site_id", ForeignKey("site.id"), nullable=False),
    Column("account", Text),  # the site's own id of the person, from its signed word
    Column("email", Text),  # an address that was proved to be theirs, folded
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("site_id", "account"),
    UniqueConstraint("site_id", "email"),
)

requester_session = Table(
    "requester_session",
    metadata,
    Column("id", Text, primary_key=True),  # SHA-256 of the secret in the cookie
    Column("requester_id", ForeignKey("requester.id"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

sign_in_code = Table(
    "sign_in_code",
    metadata,
    Column("id", Text, primary_key=True),  # SHA-256 of the secret in the cookie of the browser that asked
    Column("site_id", ForeignKey("site.id"), nullable=False),
    Column("email", Text, nullable=False),  # the code that was mailed to it is computed from this row with the signing key
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Index(None, "site_id", "email"),
)
