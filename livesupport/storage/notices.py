"""Queries for notices: that a request was answered, kept until its requester has seen it or put it away.

Each public reply has one; of those of a ticket only the newest that can be seen counts, so a reply that is taken back
uncovers the one before it as its requester left it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Notice, NoticeState
from livesupport.storage.schema import notice, ticket, ticket_message

FINISHED: tuple[NoticeState, ...] = ("opened", "dismissed")


async def add(connection: AsyncConnection, requester_id: int, ticket_id: int, message_id: int, due_at: datetime) -> None:
    """Adds the notice of a reply, and sweeps out what this ticket's earlier ones have finished."""
    await connection.execute(delete(notice).where(notice.c.ticket_id == ticket_id, notice.c.state.in_(FINISHED)))
    row = {"requester_id": requester_id, "ticket_id": ticket_id, "message_id": message_id, "state": "shown", "due_at": due_at}
    await connection.execute(insert(notice).values(row))


async def remove_of_message(connection: AsyncConnection, message_id: int) -> None:
    """Removes the notice of a reply that is taken back."""
    await connection.execute(delete(notice).where(notice.c.message_id == message_id))


async def unfinished(connection: AsyncConnection, requester_id: int, now: datetime) -> list[Notice]:
    """What this requester was not told yet: due or for later, one for each ticket, the one due first first."""
    query = _visible(now).where(notice.c.requester_id == requester_id)
    newest = query.with_only_columns(func.max(notice.c.message_id)).group_by(notice.c.ticket_id)
    query = query.where(notice.c.message_id.in_(newest), notice.c.state.not_in(FINISHED))
    return [_notice(row) for row in await connection.execute(query.order_by(notice.c.due_at, notice.c.id))]


async def next_due(connection: AsyncConnection, requester_id: int, now: datetime) -> datetime | None:
    """When the next notice of this requester becomes due; None when none waits for that."""
    waiting = (notice.c.requester_id == requester_id, notice.c.state.not_in(FINISHED), notice.c.due_at > now)
    return (await connection.execute(select(notice.c.due_at).where(*waiting).order_by(notice.c.due_at).limit(1))).scalar()


async def by_id(connection: AsyncConnection, notice_id: int, now: datetime) -> Notice | None:
    """The notice, if its reply can be seen already; other writers are kept off it until the transaction ends."""
    query = _visible(now).where(notice.c.id == notice_id).with_for_update(of=notice)
    row = (await connection.execute(query)).one_or_none()
    return _notice(row) if row else None


async def set_state(connection: AsyncConnection, of: Notice, state: NoticeState, due_at: datetime) -> None:
    """Sets what became of a notice, and forgets the older ones of its ticket, which it has replaced."""
    await connection.execute(delete(notice).where(notice.c.ticket_id == of.ticket, notice.c.message_id < of.message))
    await connection.execute(update(notice).where(notice.c.id == of.id).values(state=state, due_at=due_at))


async def open_of_ticket(connection: AsyncConnection, ticket_id: int, newest: int) -> None:
    """Marks the notices of this ticket as opened, up to that of the message `newest`."""
    seen = and_(notice.c.ticket_id == ticket_id, notice.c.message_id <= newest, notice.c.state.not_in(FINISHED))
    await connection.execute(update(notice).where(seen).values(state="opened"))


def _visible(now: datetime) -> Select[Any]:
    of_message = (ticket_message.c.text, ticket_message.c.html, ticket_message.c.name, ticket_message.c.at)
    can_be_seen = or_(ticket_message.c.visible_at.is_(None), ticket_message.c.visible_at <= now)
    joined = notice.join(ticket, notice.c.ticket_id == ticket.c.id).join(
        ticket_message, notice.c.message_id == ticket_message.c.id
    )
    return select(notice, ticket.c.number, ticket.c.subject, *of_message).select_from(joined).where(can_be_seen)


def _notice(row: Any) -> Notice:
    return Notice(
        id=row.id,
        requester=row.requester_id,
        ticket=row.ticket_id,
        message=row.message_id,
        number=row.number,
        subject=row.subject,
        author=row.name,
        text=row.text,
        html=row.html,
        at=row.at,
        state=row.state,
        due_at=row.due_at,
    )
