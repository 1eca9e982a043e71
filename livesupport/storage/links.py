"""Queries for what ties tickets together: links, merges, follow-ups, and the person who asked."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, func, insert, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Ticket
from livesupport.storage import tickets
from livesupport.storage.schema import ticket, ticket_link


async def add(connection: AsyncConnection, one: int, other: int) -> bool:
    """Ties two tickets together; False when they were already."""
    pair = {"ticket_id": min(one, other), "other_id": max(one, other)}
    known = select(ticket_link).where(*(ticket_link.c[name] == value for name, value in pair.items()))
    if (await connection.execute(known)).first():
        return False
    await connection.execute(insert(ticket_link).values(pair))
    return True


async def remove(connection: AsyncConnection, one: int, other: int) -> bool:
    """Unties two tickets; False when they were not tied together."""
    pair = (ticket_link.c.ticket_id == min(one, other), ticket_link.c.other_id == max(one, other))
    return (await connection.execute(delete(ticket_link).where(*pair))).rowcount == 1


async def linked(connection: AsyncConnection, ticket_id: int) -> list[Ticket]:
    """The tickets that are tied to this one, in the order of their ids."""
    others = select(ticket_link.c.other_id).where(ticket_link.c.ticket_id == ticket_id)
    ones = select(ticket_link.c.ticket_id).where(ticket_link.c.other_id == ticket_id)
    return await tickets.find(connection, or_(ticket.c.id.in_(others), ticket.c.id.in_(ones)))


async def merged_into(connection: AsyncConnection, ticket_id: int) -> list[Ticket]:
    """The tickets that have become part of this one."""
    return await tickets.find(connection, ticket.c.merged_into_id == ticket_id)


async def move_merged(connection: AsyncConnection, ticket_id: int, into: int) -> None:
    """What was merged into one ticket now belongs to another, and so does the question that nobody has answered there."""
    await connection.execute(update(ticket).where(ticket.c.merged_into_id == ticket_id).values(merged_into_id=into))
    source = ticket.alias()
    is_open = select(source.c.id).where(source.c.id == ticket_id, source.c.asked > source.c.answered).exists()
    is_answered = update(ticket).where(ticket.c.id == into, ticket.c.asked <= ticket.c.answered, is_open)
    await connection.execute(is_answered.values(asked=ticket.c.answered + 1))  # after all that was answered until now


async def following(connection: AsyncConnection, ticket_id: int) -> list[Ticket]:
    """The tickets that go on from this one."""
    return await tickets.find(connection, ticket.c.follows_id == ticket_id)


async def of_same_person(connection: AsyncConnection, of: Ticket, visible: Collection[int] | None, limit: int) -> list[Ticket]:
    """Other tickets of whoever asked: the same account, address or phone number; the last changed first. Those that became part
    of this one are not among them. `visible`: the topics that they may have besides none; None: any."""
    known = ((ticket.c.requester_id, of.requester), (ticket.c.email, of.email), (ticket.c.phone, of.phone))
    same = [select(ticket.c.id).where(column == value) for column, value in known if value]
    if not same:
        return []
    # Each by its own index, put together: one OR would have the planner walk through all tickets by time.
    is_part = func.coalesce(ticket.c.merged_into_id, 0) == of.id
    others = [ticket.c.id.in_(union(*same)), ticket.c.id != of.id, ~is_part, ticket.c.site_id == of.site]
    if visible is not None:
        others.append(or_(ticket.c.topic_id.is_(None), ticket.c.topic_id.in_(visible)))
    return await tickets.find(connection, *others, newest=limit)
