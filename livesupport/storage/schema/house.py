"""What the installation keeps for itself: counters, secrets by their hashes, work, mail to be sent, the audit log."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from livesupport.storage.schema.base import UtcDateTime, metadata

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

api_token = Table(
    "api_token",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agent_id", ForeignKey("agent.id"), nullable=False, index=True),  # acts with this agent's rights, never more
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),  # SHA-256 of the secret
    Column("scopes", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

job = Table(
    "job",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, unique=True),  # at most one job of this name waits; null: any number
    Column("payload", JSON, nullable=False),
    Column("run_at", UtcDateTime, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("error", Text, nullable=False),  # the kind of what went wrong last, never its sentence
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),  # which mail: it is written from its parts when it is sent
    Column("recipient", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("site_id", ForeignKey("site.id"), nullable=False),
    Column("ticket_id", ForeignKey("ticket.id"), index=True),
    Column("message_id", ForeignKey("ticket_message.id"), index=True),
    Column("pending_id", Text),  # of a request that waits for its confirmation
    Column("sign_in_id", Text),  # of an attempt to sign in with a code
    Column("state", Text, nullable=False),  # queued, sent, failed
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "state", "next_at"),
    Index(None, "recipient", "created_at"),  # how many mails went to an address lately
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("actor_id", ForeignKey("agent.id")),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("details", JSON, nullable=False),
)
