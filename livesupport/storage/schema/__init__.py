"""The tables, in SQLAlchemy Core, the same for SQLite and PostgreSQL. A change here needs a migration beside it.

No table holds a chat: what is here was converted into a ticket or written as one, or belongs to the people who work with
the program.
"""

from __future__ import annotations

from livesupport.storage.schema.base import UtcDateTime, is_row_id, metadata
from livesupport.storage.schema.house import api_token, audit, counter, job, outbox, setup_secret
from livesupport.storage.schema.people import agent, agent_topic, requester, requester_session, session, sign_in_code
from livesupport.storage.schema.sites import canned_reply, request_type, site, topic
from livesupport.storage.schema.tickets import (
    draft,
    file,
    notice,
    pending_request,
    preference,
    saved_view,
    ticket,
    ticket_event,
    ticket_link,
    ticket_message,
    ticket_search,
    ticket_tag,
    ticket_watcher,
)

__all__ = [
    "UtcDateTime",
    "agent",
    "agent_topic",
    "api_token",
    "audit",
    "canned_reply",
    "counter",
    "draft",
    "file",
    "is_row_id",
    "job",
    "metadata",
    "notice",
    "outbox",
    "pending_request",
    "preference",
    "request_type",
    "requester",
    "requester_session",
    "saved_view",
    "session",
    "setup_secret",
    "sign_in_code",
    "site",
    "ticket",
    "ticket_event",
    "ticket_link",
    "ticket_message",
    "ticket_search",
    "ticket_tag",
    "ticket_watcher",
    "topic",
]
