"""What a person is given of themselves, as plain data: each thing is named here, so that nothing comes along by accident.

It is what they wrote, what was written to them and what is kept of them; not what those who answer say among themselves, nor
who these are beyond the names under which they wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Answer, PendingRequest, Requester, StoredFile, Ticket, TicketEvent, TicketMessage
from livesupport.storage import file_rows, my_requests, threads, tickets
from livesupport.tickets.mine import concerns_requester, of_messages
from livesupport.tickets.new_request import Content
from livesupport.tickets.reading import in_order

Files = list[StoredFile]


async def of_request(connection: AsyncConnection, ticket_id: int, now: datetime) -> tuple[dict[str, Any], Files]:
    """A request as its requester may see it, and the files of its messages."""
    ticket = await tickets.by_id(connection, ticket_id)
    assert ticket is not None
    messages = await my_requests.messages(connection, ticket_id, now)
    files = of_messages(await file_rows.of_ticket(connection, ticket_id), messages)
    events = [one for one in await threads.events(connection, ticket_id) if concerns_requester(one)]
    parts = {"messages": _messages(in_order(messages)), "history": _history(events), "files": _files(files)}
    return {**_ticket(ticket), **parts}, files


async def of_pending(connection: AsyncConnection, waiting: PendingRequest) -> tuple[dict[str, Any], Files]:
    """A request that waits for its confirmation, and its files."""
    content = msgspec.convert(waiting.content, Content)
    files = await file_rows.of_pending(connection, waiting.id)
    plain = _named(content, ("subject", "message", "name", "phone", "priority", "page", "language", "diagnostics"))
    head = {"site": waiting.site, "email": waiting.email, "created_at": waiting.created_at}
    return {**head, **plain, "answers": _answers(content.answers), "files": _files(files)}, files


def of_person(requester: Requester) -> dict[str, Any]:
    """Who they are to us."""
    return _named(requester, ("site", "account", "email", "name", "phone", "language", "created_at"))


def _ticket(ticket: Ticket) -> dict[str, Any]:
    words = ("number", "site", "subject", "status", "priority", "name", "phone", "email", "channel", "page", "language")
    times = ("created_at", "updated_at", "solved_at")
    topic = ticket.topic.name if ticket.topic else None
    return {**_named(ticket, (*words, *times, "diagnostics")), "topic": topic, "answers": _answers(ticket.answers)}


def _messages(messages: Iterable[TicketMessage]) -> list[dict[str, Any]]:
    return [_named(one, ("id", "kind", "author", "name", "text", "at")) for one in messages]


def _history(events: Iterable[TicketEvent]) -> list[dict[str, Any]]:
    return [_named(one, ("what", "at", "old", "new")) for one in events]


def _files(files: Iterable[StoredFile]) -> list[dict[str, Any]]:
    return [_named(one, ("id", "name", "media_type", "size", "sha256", "created_at", "message_id")) for one in files]


def _answers(answers: Iterable[Answer]) -> list[dict[str, Any]]:
    return [{"question": one.label, "answer": one.value} for one in answers]


def _named(value: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}
