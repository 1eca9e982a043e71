"""What is asked where: sites, their topics, the types of requests, and ready answers."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Integer, Table, Text, UniqueConstraint, text

from livesupport.storage.schema.base import UtcDateTime, metadata

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
    Column("logo", Text, nullable=False, server_default=text("''")),  # id of a file; empty: none
    Column("rules", Text, nullable=False, server_default=text("''")),  # Markdown beside the form of a new request
    Column("sla", JSON(none_as_null=True)),  # promised times; null: none
    Column("user_key", Text, nullable=False, server_default=text("''")),  # what the site signs its people in with
)

topic = Table(
    "topic",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site_id", ForeignKey("site.id"), nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("site_id", "name"),
)

request_type = Table(
    "request_type",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site_id", ForeignKey("site.id"), nullable=False, index=True),
    Column("topic_id", ForeignKey("topic.id")),  # null: offered under every topic of the site
    Column("name", Text, nullable=False),
    Column("instructions", Text, nullable=False),  # Markdown, shown before the form
    Column("fields", JSON, nullable=False),
    Column("retention_days", Integer),  # null: kept
    Column("position", Integer, nullable=False),
    Column("retired_at", UtcDateTime),  # no longer offered; its tickets keep it
)

canned_reply = Table(
    "canned_reply",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("shortcut", Text, nullable=False, unique=True),
    Column("text", Text, nullable=False),
)
