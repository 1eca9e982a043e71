"""Queries for what a requester may see of their tickets: never a note, and no reply that can still be taken back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import TicketMessage, TicketStatus
from livesupport.storage import analyser, search, threads
from livesupport.storage.schema import request_type, ticket, ticket_event, ticket_message, topic

MOST_SEARCHED = 1000  # of one person's requests, the newest ones, where a text is looked for


class Row(msgspec.Struct, frozen=True):
    """A request in the list. `at`: when its requester or an agent last said something in it, or it was written."""

    id: int
    number: str
    subject: str
    status: TicketStatus
    topic: str
    type: str
    unread: bool
    undecided: bool  # an answer is written that can still be taken back: its status is not to be shown yet
    created_at: datetime
    at: datetime

    def __repr__(self) -> str:
        return f"<Row {self.number}>"


async def page(
    connection: AsyncConnection,
    requester_id: int,
    now: datetime,
    *,
    statuses: Collection[TicketStatus] = (),
    topic_id: int | None = None,
    between: tuple[datetime, datetime] | None = None,
    ids: Collection[int] | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int,
) -> list[Row]:
    """A person's requests, the last touched one first, that come after this place in the order. No statuses means any;
    `between`: written from the first moment on and before the second; `ids`: only these."""
    at = _touched_at(now)
    query = select(
        *(ticket.c.id, ticket.c.number, ticket.c.subject, ticket.c.status, ticket.c.created_at),
        topic.c.name.label("topic"),
        request_type.c.name.label("type"),
        _unread(now).label("unread"),
        _undecided(now).label("undecided"),
        at.label("at"),
    ).select_from(_with_names())
    query = query.where(*_wanted(requester_id, statuses, topic_id, between))
    if ids is not None:
        query = query.where(ticket.c.id.in_(ids))
    if after:
        query = query.where(tuple_(at, ticket.c.id) < after)
    rows = await connection.execute(query.order_by(at.desc(), ticket.c.id.desc()).limit(limit))
    return [_row(row) for row in rows]


async def holding(connection: AsyncConnection, requester_id: int, now: datetime, text: str) -> list[int]:
    """The ids of a person's requests in whose number, subject or messages every word of the text occurs.

    It is looked for here and not by the database, which would find what only agents may read.
    """
    newest = select(ticket.c.id, ticket.c.number, ticket.c.subject).where(ticket.c.requester_id == requester_id)
    held = {
        row.id: ["#" + row.number, row.subject]
        for row in await connection.execute(newest.order_by(ticket.c.id.desc()).limit(MOST_SEARCHED))
    }
    messages = select(ticket_message.c.ticket_id, ticket_message.c.text).where(
        ticket_message.c.ticket_id.in_(held), _may_be_seen(now)
    )
    for row in await connection.execute(messages):
        held[row.ticket_id].append(row.text)
    wanted = search.words(text)
    return [ticket_id for ticket_id, texts in held.items() if _has_all(texts, wanted)]


async def topics(connection: AsyncConnection, requester_id: int) -> list[tuple[int, str]]:
    """The topics under which this person has asked, by name."""
    asked = select(ticket.c.topic_id).where(ticket.c.requester_id == requester_id)
    query = select(topic.c.id, topic.c.name).where(topic.c.id.in_(asked)).order_by(topic.c.name)
    return [(row.id, row.name) for row in await connection.execute(query)]


async def count_unread(connection: AsyncConnection, requester_id: int, now: datetime) -> int:
    """How many of this person's requests have an answer that was not opened."""
    query = select(func.count()).select_from(ticket).where(ticket.c.requester_id == requester_id, _unread(now))
    return int((await connection.execute(query)).scalar_one())


async def messages(connection: AsyncConnection, ticket_id: int, now: datetime) -> list[TicketMessage]:
    """What the requester may read of a ticket, in the order in which it was written down."""
    return [one for one in await threads.messages(connection, ticket_id) if _is_theirs(one, now)]


async def set_seen(connection: AsyncConnection, ticket_id: int, newest: int) -> None:
    """Notes the newest reply that the requester has opened; whoever opens an older one meanwhile does not undo it."""
    older = (ticket.c.id == ticket_id, ticket.c.seen < newest)
    await connection.execute(update(ticket).where(*older).values(seen=newest))


async def thanked_at(connection: AsyncConnection, ticket_id: int) -> datetime | None:
    """When the requester last said that it is solved."""
    query = select(func.max(ticket_event.c.at)).where(ticket_event.c.ticket_id == ticket_id, ticket_event.c.what == "thanked")
    at: datetime | None = (await connection.execute(query)).scalar_one()
    return at


async def follow_ups(connection: AsyncConnection, ticket_id: int, requester_id: int | None) -> list[str]:
    """The numbers of the requests that go on from this one and have the same requester."""
    query = select(ticket.c.number).where(ticket.c.follows_id == ticket_id, ticket.c.requester_id == requester_id)
    return list((await connection.execute(query.order_by(ticket.c.id))).scalars())


async def number_of(connection: AsyncConnection, ticket_id: int | None, requester_id: int | None) -> str:
    """The number of another request of the same requester; empty when it is somebody else's."""
    query = select(ticket.c.number).where(ticket.c.id == ticket_id, ticket.c.requester_id == requester_id)
    return (await connection.execute(query)).scalar() or ""


def _with_names() -> Any:
    joined = ticket.outerjoin(topic, ticket.c.topic_id == topic.c.id)
    return joined.outerjoin(request_type, ticket.c.type_id == request_type.c.id)


def _wanted(
    requester_id: int,
    statuses: Collection[TicketStatus],
    topic_id: int | None,
    between: tuple[datetime, datetime] | None,
) -> list[ColumnElement[bool]]:
    wanted = [ticket.c.requester_id == requester_id]
    if statuses:
        wanted.append(ticket.c.status.in_(statuses))
    if topic_id is not None:
        wanted.append(ticket.c.topic_id == topic_id)
    if between:
        wanted += [ticket.c.created_at >= between[0], ticket.c.created_at < between[1]]
    return wanted


def _may_be_seen(now: datetime) -> ColumnElement[bool]:
    visible = or_(ticket_message.c.visible_at.is_(None), ticket_message.c.visible_at <= now)
    return and_(ticket_message.c.kind != "note", visible)


def _is_theirs(message: TicketMessage, now: datetime) -> bool:
    """The same as `_may_be_seen`, of a message that was read."""
    return message.kind != "note" and (message.visible_at is None or message.visible_at <= now)


def _of_ticket() -> ColumnElement[bool]:
    return ticket_message.c.ticket_id == ticket.c.id


def _touched_at(now: datetime) -> ColumnElement[datetime]:
    newest = select(func.max(ticket_message.c.at)).where(_of_ticket(), _may_be_seen(now))
    return func.coalesce(newest.correlate(ticket).scalar_subquery(), ticket.c.created_at)


def _unread(now: datetime) -> ColumnElement[bool]:
    answer = and_(ticket_message.c.kind == "reply", ticket_message.c.author == "agent", ticket_message.c.id > ticket.c.seen)
    return exists().where(_of_ticket(), answer, _may_be_seen(now)).correlate(ticket)


def _undecided(now: datetime) -> ColumnElement[bool]:
    return exists().where(_of_ticket(), ticket_message.c.visible_at > now).correlate(ticket)


def _has_all(texts: Sequence[str], words: Sequence[str]) -> bool:
    folded = "\n".join(map(analyser.fold, texts))
    return all(word in folded for word in words)


def _row(row: Any) -> Row:
    return Row(
        id=row.id,
        number=row.number,
        subject=row.subject,
        status=row.status,
        topic=row.topic or "",
        type=row.type or "",
        unread=bool(row.unread),
        undecided=bool(row.undecided),
        created_at=row.created_at,
        at=row.at,
    )
