"""Queries for tickets; what is in their threads is found in `threads.py`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, insert, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Agent, Answer, Ticket, TicketStatus, Topic
from livesupport.storage import agents, search, sites
from livesupport.storage.schema import ticket


async def add(connection: AsyncConnection, **columns: object) -> int:
    """Adds a ticket and returns its id; number and origin are unique (`Conflict`)."""
    added = insert(ticket).values(**columns).returning(ticket.c.id)
    ticket_id = int((await connection.execute(added)).scalar_one())
    await search.add_new(connection, [({**columns, "id": ticket_id}, ())])
    return ticket_id


async def change(connection: AsyncConnection, ticket_id: int, **columns: object) -> None:
    """Sets these columns, and raises the version: who has read an older one is told when they want to write."""
    await connection.execute(update(ticket).where(ticket.c.id == ticket_id).values(version=ticket.c.version + 1, **columns))
    if search.COLUMNS & columns.keys():
        await search.add_columns(connection, ticket_id, columns)


async def by_origin(connection: AsyncConnection, origin: str, *, lock: bool = False) -> Ticket | None:
    """The ticket that was made of this chat or request; `lock` keeps other writers off it until the transaction ends."""
    return await _one(connection, ticket.c.origin == origin, lock)


async def numbers(connection: AsyncConnection, origins: Collection[str]) -> dict[str, str]:
    """The numbers of the tickets that were made of these, by origin."""
    found = await connection.execute(select(ticket.c.origin, ticket.c.number).where(ticket.c.origin.in_(origins)))
    return {row.origin: row.number for row in found}


async def by_id(connection: AsyncConnection, ticket_id: int, *, lock: bool = False) -> Ticket | None:
    """The ticket with this id."""
    return await _one(connection, ticket.c.id == ticket_id, lock)


async def by_number(connection: AsyncConnection, number: str, *, lock: bool = False) -> Ticket | None:
    """The ticket with this number, written with its check digit."""
    return await _one(connection, ticket.c.number == number, lock)


async def lock(connection: AsyncConnection, numbers: Collection[str]) -> None:
    """Keeps other writers off these tickets, and off those that are part of them, until the transaction ends. In the order of
    their ids, as everywhere, so that no two transactions wait for each other."""
    named = select(ticket.c.id).where(ticket.c.number.in_(numbers))
    parts = select(ticket.c.id).where(ticket.c.merged_into_id.in_(named))
    await connection.execute(
        select(ticket.c.id).where(ticket.c.id.in_(union(named, parts))).order_by(ticket.c.id).with_for_update()
    )


async def of_query(connection: AsyncConnection, query: Select[Any]) -> list[Ticket]:
    """The tickets that a query of the table finds, in its order."""
    return await _find(connection, query)


async def assigned(connection: AsyncConnection, agent_id: int, statuses: Collection[TicketStatus]) -> list[Ticket]:
    """The tickets of an agent that are in one of these states, locked until the transaction ends, oldest first."""
    query = select(ticket).where(ticket.c.assignee_id == agent_id, ticket.c.status.in_(statuses))
    return await _find(connection, query.order_by(ticket.c.id).with_for_update())


async def solved_before(connection: AsyncConnection, moment: datetime, most: int) -> list[Ticket]:
    """Tickets that have been solved since this moment or longer, locked until the transaction ends."""
    query = select(ticket).where(ticket.c.status == "solved", ticket.c.solved_at <= moment)
    return await _find(connection, query.order_by(ticket.c.id).limit(most).with_for_update())


async def find(connection: AsyncConnection, *where: ColumnElement[bool], newest: int | None = None) -> list[Ticket]:
    """Tickets in the order of their ids; with `newest`, so many at most, the last changed first."""
    query = select(ticket).where(*where)
    if newest is None:
        return await _find(connection, query.order_by(ticket.c.id))
    return await _find(connection, query.order_by(ticket.c.updated_at.desc(), ticket.c.id.desc()).limit(newest))


async def _one(connection: AsyncConnection, where: ColumnElement[bool], lock: bool) -> Ticket | None:
    query = select(ticket).where(where)
    found = await _find(connection, query.with_for_update() if lock else query)
    return found[0] if found else None


async def _find(connection: AsyncConnection, query: Select[Any]) -> list[Ticket]:
    rows = (await connection.execute(query)).all()
    people = await agents.by_ids(connection, {row.assignee_id for row in rows if row.assignee_id is not None})
    topics = await sites.topics_by_ids(connection, {row.topic_id for row in rows if row.topic_id is not None})
    return [_ticket(row, topics.get(row.topic_id), people.get(row.assignee_id)) for row in rows]


def _ticket(row: Any, topic: Topic | None, assignee: Agent | None) -> Ticket:
    return Ticket(
        id=row.id,
        number=row.number,
        site=row.site_id,
        status=row.status,
        priority=row.priority,
        subject=row.subject,
        name=row.name,
        phone=row.phone,
        email=row.email,
        channel=row.channel,
        created_at=row.created_at,
        updated_at=row.updated_at,
        topic=topic,
        assignee=assignee,
        page=row.page,
        language=row.language,
        from_chat=row.from_chat,
        requester=row.requester_id,
        type=row.type_id,
        answers=msgspec.convert(row.fields or [], tuple[Answer, ...]),
        diagnostics=row.diagnostics or {},
        merged_into=row.merged_into_id,
        follows=row.follows_id,
        version=row.version,
        answered=row.answered,
        seen=row.seen,
        solved_at=row.solved_at,
        due_at=row.due_at,
        due_kind=row.due_kind,
        warn_at=row.warn_at,
        checked_at=row.checked_at,
        one_sided=row.one_sided,
        lines_hash=row.lines_hash,
    )
