"""Tickets, and everything that hangs on them."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, false, text

from livesupport.storage.schema.base import UtcDateTime, metadata

_ASKED_AGAIN = text("answered > 0 AND asked > answered")

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
    Column("phone", Text, nullable=False, index=True),
    Column("email", Text, nullable=False, index=True),
    Column("page", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("from_chat", Boolean, nullable=False),
    Column("requester_id", ForeignKey("requester.id"), index=True),  # null: nobody has proved to be the requester
    Column("type_id", ForeignKey("request_type.id")),
    Column("fields", JSON(none_as_null=True)),  # the answers to the questions of its type
    Column("diagnostics", JSON(none_as_null=True)),  # what the requester agreed to add
    Column("merged_into_id", ForeignKey("ticket.id"), index=True),
    Column("follows_id", ForeignKey("ticket.id"), index=True),  # the closed ticket that this one goes on from
    Column("version", Integer, nullable=False, server_default=text("0")),  # raised by every change
    Column("answered", Integer, nullable=False, server_default=text("0")),  # id of the newest public reply
    Column(
        "asked", Integer, nullable=False, server_default=text("0")
    ),  # id of the newest message of the requester; what was merged may raise it
    Column("seen", Integer, nullable=False, server_default=text("0")),  # id of the newest reply that the requester has opened
    Column("solved_at", UtcDateTime),
    Column("due_at", UtcDateTime, index=True),  # the next promise that ends; null: none
    Column("due_kind", Text),  # which promise that is
    Column("warn_at", UtcDateTime),  # from when on it is near
    Column("checked_at", UtcDateTime),  # when the seals of the chat were checked
    Column("one_sided", Boolean, nullable=False, server_default=false()),  # only one of its two pages held the chat
    Column("lines_hash", Text, nullable=False, server_default=text("''")),  # of the chat as it was when the seals were checked
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(None, "updated_at", "id"),
    Index(None, "assignee_id", "updated_at", "id"),
    Index(None, "assignee_id", "status", "updated_at", "id"),
    Index(None, "topic_id", "status", "updated_at", "id"),
    Index(None, "status", "priority", "id"),
    Index("ix_ticket_asked_again", "updated_at", sqlite_where=_ASKED_AGAIN, postgresql_where=_ASKED_AGAIN),
    Index(None, "status", "updated_at", "id"),
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
    Column("said_as", Text),  # author and client id of a line of a chat: said again after a crash, it is still one line
    Column("agent_id", ForeignKey("agent.id")),
    Column("html", Text),  # the text as it is shown, where it is Markdown
    Column("visible_at", UtcDateTime),  # until then a reply can be taken back; null: at once
    UniqueConstraint("ticket_id", "chain", "epoch", "seq"),
    Index(None, "ticket_id", "said_as", unique=True),
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

ticket_tag = Table(
    "ticket_tag",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("tag", Text, primary_key=True, index=True),
)

ticket_search = Table(
    "ticket_search",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True),
    Column("words", Text, nullable=False),  # stems, between spaces; the index on them is each database's own (`search.py`)
)

ticket_watcher = Table(
    "ticket_watcher",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("agent_id", ForeignKey("agent.id"), primary_key=True, index=True),
    Column("seen", Integer, nullable=False, server_default=text("0")),  # the version that the watcher has last seen
)

ticket_link = Table(
    "ticket_link",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),  # the lower of the two
    Column("other_id", ForeignKey("ticket.id"), primary_key=True, index=True),
)

pending_request = Table(
    "pending_request",
    metadata,
    Column("id", Text, primary_key=True),  # random; a request that nobody confirmed has no number and no ticket
    Column("site_id", ForeignKey("site.id"), nullable=False),
    Column("email", Text, nullable=False, index=True),
    Column("content", JSON, nullable=False),  # the request as it will be opened
    Column("mails", Integer, nullable=False),  # confirmations sent
    Column("created_at", UtcDateTime, nullable=False, index=True),
)

file = Table(
    "file",
    metadata,
    Column("id", Text, primary_key=True),  # random; also its name in the store
    Column("owner", Text, nullable=False, index=True),  # hash of who is uploading it, until a message takes it
    Column("ticket_id", ForeignKey("ticket.id"), index=True),
    Column("message_id", ForeignKey("ticket_message.id"), index=True),
    Column("pending_id", ForeignKey("pending_request.id"), index=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),  # as sniffed
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
)

draft = Table(
    "draft",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("agent_id", ForeignKey("agent.id"), primary_key=True),
    Column("kind", Text, primary_key=True),  # reply or note
    Column("text", Text, nullable=False),
    Column("files", Text, nullable=False),  # as the form's hidden field names them
    Column("updated_at", UtcDateTime, nullable=False),
)

saved_view = Table(
    "saved_view",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agent_id", ForeignKey("agent.id"), index=True),  # null: everybody's
    Column("name", Text, nullable=False),
    Column("query", JSON, nullable=False),
    Column("position", Integer, nullable=False),
)

preference = Table(
    "preference",
    metadata,
    Column("agent_id", ForeignKey("agent.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", JSON, nullable=False),
)

notice = Table(
    "notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("requester_id", ForeignKey("requester.id"), nullable=False),
    Column("ticket_id", ForeignKey("ticket.id"), nullable=False, index=True),
    Column("message_id", ForeignKey("ticket_message.id"), nullable=False, unique=True),  # the newest of a ticket counts
    Column("state", Text, nullable=False),  # shown, later, opened, dismissed
    Column("due_at", UtcDateTime, nullable=False),
    Index(None, "requester_id", "due_at"),
)
