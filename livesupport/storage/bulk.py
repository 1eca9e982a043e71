"""Writes many tickets at once, with ids that are given out here: each table is one statement, however many rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.storage import search
from livesupport.storage.schema import ticket, ticket_event, ticket_message, ticket_tag

Row = Mapping[str, object]


async def next_ids(connection: AsyncConnection) -> tuple[int, int]:
    """The first free ids of a ticket and of a message. Until this transaction ends nobody else may add any."""
    return await _next(connection, ticket), await _next(connection, ticket_message)


async def count(connection: AsyncConnection) -> int:
    """How many tickets there are."""
    return int((await connection.execute(select(func.count()).select_from(ticket))).scalar_one())


async def add(
    connection: AsyncConnection, tickets: Sequence[Row], messages: Sequence[Row], events: Sequence[Row], tags: Sequence[Row]
) -> None:
    """Writes the rows; those of each table have the same columns. Tickets and messages bring their ids."""
    for table, rows in ((ticket, tickets), (ticket_message, messages), (ticket_event, events), (ticket_tag, tags)):
        if rows:
            await connection.execute(insert(table), rows)
    said: dict[object, list[str]] = {row["id"]: [] for row in tickets}
    for message in messages:
        said[message["ticket_id"]] += (str(message["text"]), str(message["name"]))
    for tag in tags:
        said[tag["ticket_id"]].append(str(tag["tag"]))
    await search.add_new(connection, ((row, said[row["id"]]) for row in tickets))
    await _tell_sequences(connection)


async def _next(connection: AsyncConnection, table: Table) -> int:
    return int((await connection.execute(select(func.coalesce(func.max(table.c.id), 0)))).scalar_one()) + 1


async def _tell_sequences(connection: AsyncConnection) -> None:
    """PostgreSQL counts apart from what is there; SQLite looks."""
    if connection.dialect.name == "postgresql":
        for table in (ticket, ticket_message):
            last = select(func.max(table.c.id)).scalar_subquery()
            await connection.execute(select(func.setval(text(f"'{table.name}_id_seq'"), last)).where(last.is_not(None)))
