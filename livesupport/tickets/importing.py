"""Takes over tickets that have a past: with their messages, their history and their times, as they were elsewhere.

They get new numbers, in the order in which they come. Nothing is announced, nobody is mailed, no promise begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from livesupport.model import Author, MessageKind, Priority, ReplyChannel, TicketStatus
from livesupport.storage import bulk, settings
from livesupport.storage.bulk import Row
from livesupport.storage.database import Database
from livesupport.tickets import numbering
from livesupport.tickets.requests import Request


class PastMessage(Request, frozen=True):
    """What somebody wrote; `agent` is the id of an agent."""

    kind: MessageKind
    author: Author
    name: str
    text: str
    at: datetime
    agent: int | None = None


class PastEvent(Request, frozen=True):
    """What somebody did: see `model.TicketEvent`."""

    what: str
    actor: str
    at: datetime
    old: str = ""
    new: str = ""


class PastTicket(Request, frozen=True):
    """A ticket as it was. `origin` is unique; the messages are in their order."""

    origin: str
    site: str
    subject: str
    name: str
    phone: str
    email: str
    language: str
    status: TicketStatus
    priority: Priority
    channel: ReplyChannel
    created_at: datetime
    updated_at: datetime
    messages: tuple[PastMessage, ...]
    events: tuple[PastEvent, ...] = ()
    tags: tuple[str, ...] = ()
    topic: int | None = None
    type: int | None = None
    assignee: int | None = None
    solved_at: datetime | None = None


class Importer:
    """What moves in. `add` may raise `Unavailable` or `Conflict`, and then nothing of that batch was written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self) -> int:
        """How many tickets there are."""
        async with self._database.read() as connection:
            return await bulk.count(connection)

    async def add(self, batch: Sequence[PastTicket]) -> None:
        """Writes these tickets in one transaction. Some hundreds at a time are quick."""
        async with self._database.write() as connection:
            last = await settings.advance(connection, "ticket", len(batch))
            ticket_id, message_id = await bulk.next_ids(connection)
            tickets: list[Row] = []
            messages: list[Row] = []
            for place, one in enumerate(batch):
                own = _messages(one, ticket_id + place, message_id + len(messages))
                number = numbering.written(last - len(batch) + 1 + place)
                tickets.append(_ticket(one, ticket_id + place, number, own))
                messages += own
            events = [_event(event, ticket_id + place) for place, one in enumerate(batch) for event in one.events]
            tags = [{"ticket_id": ticket_id + place, "tag": tag} for place, one in enumerate(batch) for tag in one.tags]
            await bulk.add(connection, tickets, messages, events, tags)


def _ticket(one: PastTicket, ticket_id: int, number: str, messages: Sequence[Row]) -> Row:
    answered = max((int(str(row["id"])) for row in messages if row["kind"] == "reply" and row["author"] == "agent"), default=0)
    return {
        "id": ticket_id,
        "number": number,
        "origin": one.origin,
        "site_id": one.site,
        "topic_id": one.topic,
        "type_id": one.type,
        "assignee_id": one.assignee,
        "status": one.status,
        "priority": one.priority,
        "channel": one.channel,
        "subject": one.subject,
        "name": one.name,
        "phone": one.phone,
        "email": one.email,
        "page": "",
        "language": one.language,
        "from_chat": False,
        "answered": answered,
        "asked": max((int(str(row["id"])) for row in messages if row["author"] == "requester"), default=0),
        "seen": answered if one.status in ("solved", "closed") else 0,
        "solved_at": one.solved_at,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }


def _messages(one: PastTicket, ticket_id: int, first: int) -> list[Row]:
    return [
        {
            "id": first + place,
            "ticket_id": ticket_id,
            "kind": message.kind,
            "author": message.author,
            "name": message.name,
            "text": message.text,
            "at": message.at,
            "agent_id": message.agent,
        }
        for place, message in enumerate(one.messages)
    ]


def _event(event: PastEvent, ticket_id: int) -> Row:
    return {
        "ticket_id": ticket_id,
        "what": event.what,
        "actor": event.actor,
        "at": event.at,
        "old": event.old,
        "new": event.new,
    }
