"""Erasing tickets with everything that hangs on them, so that no byte of them is left in our files (guarantees.md, M12)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.storage import file_rows, jobs, search
from livesupport.storage.database import Database
from livesupport.storage.schema import metadata, request_type, ticket, ticket_message


async def outlived(connection: AsyncConnection, now: datetime, most: int) -> list[int]:
    """Finished tickets whose type is kept for a time that is over since their last change, and those merged into them."""
    kept = select(request_type.c.id, request_type.c.retention_days).where(request_type.c.retention_days.is_not(None))
    over: list[ColumnElement[bool]] = [
        (ticket.c.type_id == row.id) & (ticket.c.updated_at <= now - timedelta(days=row.retention_days))
        for row in await connection.execute(kept)
    ]
    if not over:
        return []
    query = select(ticket.c.id).where(ticket.c.status.in_(("closed", "spam")), or_(*over)).order_by(ticket.c.id).limit(most)
    return list((await connection.execute(query)).scalars())


async def purge(connection: AsyncConnection, ticket_ids: Collection[int], now: datetime) -> int:
    """Erases these tickets and those that were merged into them: messages, events, files, notes, what they are found by.
    Returns how many. What the transaction cannot do itself (the bytes of files, the write-ahead log) is done right after it
    by a job `scrub`, which is sure to come."""
    ids = await _with_merged(connection, ticket_ids)
    file_ids = await file_rows.forget_of_tickets(connection, ids)
    for table in reversed(metadata.sorted_tables):
        if table is not ticket and (where := _hangs_on(table, ids)):
            await connection.execute(delete(table).where(or_(*where)))
    for reference in (ticket.c.merged_into_id, ticket.c.follows_id):
        await connection.execute(update(ticket).where(reference.in_(ids)).values({reference.name: None}))
    await jobs.remove(connection, [f"due:{ticket_id}" for ticket_id in ids])
    await connection.execute(delete(ticket).where(ticket.c.id.in_(ids)))
    await jobs.add(connection, "scrub", now, {"files": file_ids})
    return len(ids)


async def scrub(database: Database) -> bool:
    """Leaves nothing of what was erased in the index of the search and in the write-ahead log. False when somebody still
    reads an older state: then it has to be tried again."""
    async with database.write() as connection:
        await search.compact(connection)
    return await database.truncate_log()


async def _with_merged(connection: AsyncConnection, ticket_ids: Collection[int]) -> list[int]:
    ids, found = set(ticket_ids), set(ticket_ids)
    while found:
        query = select(ticket.c.id).where(ticket.c.merged_into_id.in_(found), ticket.c.id.not_in(ids))
        found = set((await connection.execute(query)).scalars())
        ids |= found
    return sorted(ids)


def _hangs_on(table: Table, ticket_ids: Collection[int]) -> list[ColumnElement[bool]]:
    """What makes a row of this table part of one of the tickets: the schema itself says it, so no table is forgotten."""
    messages = select(ticket_message.c.id).where(ticket_message.c.ticket_id.in_(ticket_ids))
    parts: list[ColumnElement[bool]] = []
    for key in table.foreign_keys:
        if key.column is ticket.c.id:
            parts.append(key.parent.in_(ticket_ids))
        elif key.column is ticket_message.c.id:
            parts.append(key.parent.in_(messages))
    return parts
