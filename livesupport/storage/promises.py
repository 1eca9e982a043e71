"""Queries for promised times: what they are computed from, and where the next one is noted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Hours, Priority, PromiseKind, Sla
from livesupport.storage.schema import site, ticket, ticket_message


class Terms(msgspec.Struct, frozen=True):
    """What is promised to a ticket: by when, counted from where, in whose business time."""

    number: str
    created_at: datetime
    priority: Priority
    sla: Sla
    hours: Hours


async def terms(connection: AsyncConnection, ticket_id: int) -> Terms | None:
    """The terms of a ticket; None when there is no such ticket, or when its site promises nothing."""
    columns = (ticket.c.number, ticket.c.created_at, ticket.c.priority, site.c.sla, site.c.hours)
    query = select(*columns).join(site, site.c.id == ticket.c.site_id).where(ticket.c.id == ticket_id)
    row = (await connection.execute(query)).one_or_none()
    sla = msgspec.convert(row.sla, Sla) if row and row.sla else Sla()
    if row is None or not sla.enabled:
        return None
    return Terms(row.number, row.created_at, row.priority, sla, msgspec.convert(row.hours, Hours))


async def parts(connection: AsyncConnection, ticket_id: int) -> list[Any]:
    """The tickets that have become part of this one: id, number, created_at."""
    query = select(ticket.c.id, ticket.c.number, ticket.c.created_at).where(ticket.c.merged_into_id == ticket_id)
    return list((await connection.execute(query.order_by(ticket.c.id))).all())


async def letters(connection: AsyncConnection, ticket_id: int) -> list[Any]:
    """Who wrote when, without what: kind, author, at, visible_at of everything but the lines of a chat."""
    columns = (ticket_message.c.kind, ticket_message.c.author, ticket_message.c.at, ticket_message.c.visible_at)
    query = select(*columns).where(ticket_message.c.ticket_id == ticket_id, ticket_message.c.kind != "chat")
    return list((await connection.execute(query.order_by(ticket_message.c.id))).all())


async def note(
    connection: AsyncConnection, ticket_id: int, due_at: datetime | None, due_kind: PromiseKind | None, warn_at: datetime | None
) -> None:
    """Notes the next promise. The ticket's version stays: nobody has changed anything."""
    columns = {"due_at": due_at, "due_kind": due_kind, "warn_at": warn_at}
    await connection.execute(update(ticket).where(ticket.c.id == ticket_id).values(columns))


async def clear(connection: AsyncConnection, site_id: str) -> None:
    """Forgets the promises of a site that promises nothing any more."""
    columns = {"due_at": None, "due_kind": None, "warn_at": None}
    await connection.execute(update(ticket).where(ticket.c.site_id == site_id, ticket.c.due_at.is_not(None)).values(columns))


async def unfinished(connection: AsyncConnection, site_id: str, after: int, most: int) -> list[int]:
    """The ids of tickets of this site on which somebody still works, from the one after `after` on."""
    states = ticket.c.status.in_(("new", "open", "pending", "on_hold"))
    query = select(ticket.c.id).where(ticket.c.site_id == site_id, ticket.c.id > after, states)
    return list((await connection.execute(query.order_by(ticket.c.id).limit(most))).scalars())
