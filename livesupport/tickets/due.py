"""Keeps a ticket's next promise noted, in the transaction of everything that moves a clock, and the moment at which agents
are to be told of one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.storage import jobs, promises, threads
from livesupport.tickets import sla
from livesupport.tickets.sla import Alert, Promise, Written


async def keep(connection: AsyncConnection, ticket_id: int, now: datetime) -> list[Alert]:
    """Notes the next promise of a ticket, and work for when agents are to be told. Returns what is still to be told; nothing
    for a ticket whose site promises nothing. The ticket has to be locked by this transaction."""
    terms = await promises.terms(connection, ticket_id)
    if terms is None:
        return []
    own = await _written(connection, ticket_id, terms.number, terms.created_at)
    parts = [
        await _written(connection, part.id, part.number, part.created_at)
        for part in await promises.parts(connection, ticket_id)
    ]
    found = sla.clocks(sla.stories(own, parts), terms.priority, terms.sla, terms.hours, now)
    await _note(connection, ticket_id, sla.next_due(found))
    untold = sla.alerts(found, [event for one in (own, *parts) for event in one.events])
    key = f"due:{ticket_id}"
    if untold:
        await jobs.add(connection, "due", untold[0].at, {"ticket": ticket_id}, key=key)
    else:
        await jobs.remove(connection, [key])
    return untold


async def _written(connection: AsyncConnection, ticket_id: int, number: str, created_at: datetime) -> Written:
    letters = await promises.letters(connection, ticket_id)
    return Written(number, created_at, letters, await threads.events(connection, ticket_id))


async def _note(connection: AsyncConnection, ticket_id: int, promise: Promise | None) -> None:
    if promise is None:
        await promises.note(connection, ticket_id, None, None, None)
    else:
        await promises.note(connection, ticket_id, promise.due_at, promise.kind, promise.warn_at)
