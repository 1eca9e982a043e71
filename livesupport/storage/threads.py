"""Queries for what is in a ticket: its messages and its events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Author, MessageKind, TicketEvent, TicketMessage
from livesupport.storage import search
from livesupport.storage.schema import ticket, ticket_event, ticket_message

Place = tuple[str, int, int]  # where a line stands in a chat: chain ("chat" or "note"), epoch, seq


async def add_message(
    connection: AsyncConnection,
    ticket_id: int,
    kind: MessageKind,
    author: Author,
    name: str,
    text: str,
    at: datetime,
    **more: object,
) -> int:
    """Adds a message that was written for the ticket itself, and returns its id; `more` are further columns."""
    row = {"ticket_id": ticket_id, "kind": kind, "author": author, "name": name, "text": text, "at": at, **more}
    added = insert(ticket_message).values(row).returning(ticket_message.c.id)
    message_id = int((await connection.execute(added)).scalar_one())
    await search.add(connection, ticket_id, (name, text))
    if author == "requester":
        await _note_newest(connection, ticket_id, message_id)
    return message_id


async def add_lines(connection: AsyncConnection, ticket_id: int, rows: Sequence[dict[str, object]]) -> None:
    """Adds lines of a chat; each has its place, and its author's id for it if it has one, both unique in the ticket."""
    if rows:
        await connection.execute(insert(ticket_message), [{"ticket_id": ticket_id, **row} for row in rows])
        await search.add(connection, ticket_id, (str(row[column]) for row in rows for column in ("name", "text")))
        await _note_newest(connection, ticket_id, await newest_of_requester(connection, ticket_id))


async def _note_newest(connection: AsyncConnection, ticket_id: int, newest: int) -> None:
    """Writes down which message of the requester is the newest; a merge may know of a newer one. What is only noted raises no
    version."""
    await connection.execute(update(ticket).where(ticket.c.id == ticket_id, ticket.c.asked < newest).values(asked=newest))


async def held(connection: AsyncConnection, ticket_id: int) -> tuple[set[Place], set[str]]:
    """Which lines of the chat the ticket holds already: their places, and their authors' ids for them."""
    columns = (ticket_message.c.chain, ticket_message.c.epoch, ticket_message.c.seq, ticket_message.c.said_as)
    query = select(*columns).where(ticket_message.c.ticket_id == ticket_id, ticket_message.c.chain.is_not(None))
    rows = (await connection.execute(query)).all()
    return {(row.chain, row.epoch, row.seq) for row in rows}, {row.said_as for row in rows if row.said_as is not None}


async def said(connection: AsyncConnection, ticket_id: int, said_as: str) -> TicketMessage | None:
    """The message that was sent under this id, if it is there."""
    query = select(ticket_message).where(ticket_message.c.ticket_id == ticket_id, ticket_message.c.said_as == said_as)
    row = (await connection.execute(query)).first()
    return _message(row) if row else None


async def messages(connection: AsyncConnection, ticket_id: int) -> list[TicketMessage]:
    """All messages in the order in which they were written down."""
    query = select(ticket_message).where(ticket_message.c.ticket_id == ticket_id).order_by(ticket_message.c.id)
    return [_message(row) for row in await connection.execute(query)]


async def message(connection: AsyncConnection, ticket_id: int, message_id: int) -> TicketMessage | None:
    """One message of this ticket."""
    this = (ticket_message.c.ticket_id == ticket_id, ticket_message.c.id == message_id)
    row = (await connection.execute(select(ticket_message).where(*this))).one_or_none()
    return _message(row) if row else None


async def remove_message(connection: AsyncConnection, message_id: int) -> None:
    """Removes a message to which nothing refers any more."""
    gone = delete(ticket_message).where(ticket_message.c.id == message_id).returning(ticket_message.c.ticket_id)
    for ticket_id in (await connection.execute(gone)).scalars().all():
        await search.renew(connection, ticket_id)


async def newest_reply(connection: AsyncConnection, ticket_id: int) -> int:
    """The id of the last public reply; 0 when there is none."""
    replies = (ticket_message.c.ticket_id == ticket_id, ticket_message.c.kind == "reply")
    return (await connection.execute(select(func.max(ticket_message.c.id)).where(*replies))).scalar_one() or 0


async def newest_of_requester(connection: AsyncConnection, ticket_id: int) -> int:
    """The id of the last message that the requester wrote; 0 when there is none."""
    of_requester = (ticket_message.c.ticket_id == ticket_id, ticket_message.c.author == "requester")
    return (await connection.execute(select(func.max(ticket_message.c.id)).where(*of_requester))).scalar_one() or 0


async def add_event(
    connection: AsyncConnection, ticket_id: int, what: str, actor: str, at: datetime, old: str = "", new: str = ""
) -> None:
    """Adds a line to the ticket's history."""
    row = {"ticket_id": ticket_id, "what": what, "actor": actor, "at": at, "old": old, "new": new}
    await connection.execute(insert(ticket_event).values(row))


async def events(connection: AsyncConnection, ticket_id: int) -> list[TicketEvent]:
    """The ticket's history, oldest first."""
    query = select(ticket_event).where(ticket_event.c.ticket_id == ticket_id).order_by(ticket_event.c.id)
    return [
        TicketEvent(id=row.id, what=row.what, actor=row.actor, at=row.at, old=row.old, new=row.new)
        for row in await connection.execute(query)
    ]


async def remove_events(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Removes lines of a ticket's history: of something that was undone before anybody could see it."""
    await connection.execute(delete(ticket_event).where(ticket_event.c.id.in_(ids)))


def _message(row: Any) -> TicketMessage:
    return TicketMessage(
        id=row.id,
        kind=row.kind,
        author=row.author,
        name=row.name,
        text=row.text,
        at=row.at,
        epoch=row.epoch,
        seq=row.seq,
        agent=row.agent_id,
        html=row.html,
        visible_at=row.visible_at,
    )
