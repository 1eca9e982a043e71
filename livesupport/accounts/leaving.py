"""What becomes of the tickets of somebody who leaves, or who may no longer see them: they are nobody's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Agent, Ticket, TicketNews, TicketStatus
from livesupport.permits import may_see
from livesupport.storage import threads, tickets

_ALIVE: tuple[TicketStatus, ...] = ("unconfirmed", "new", "open", "pending", "on_hold", "solved", "spam")


async def release(connection: AsyncConnection, agent: Agent, now: datetime) -> list[Ticket]:
    """Takes from an agent, as they are now, what can no longer be theirs: everything that is not over from somebody who is
    disabled, else what they may not see. Each ticket gets a line in its history. Returns them as they were, oldest first."""
    left = [one for one in await tickets.assigned(connection, agent.id, _ALIVE) if not _is_still_theirs(agent, one)]
    for ticket in left:
        await tickets.change(connection, ticket.id, assignee_id=None, updated_at=now)
        await threads.add_event(connection, ticket.id, "assignee", "", now, agent.name)
    return left


def news_of(left: Iterable[Ticket]) -> list[TicketNews]:
    """What open pages are told of tickets that were released, after the commit."""
    return [
        TicketNews(number=one.number, what="assignee", topic=one.topic.id if one.topic else None, assignee=_assignee(one))
        for one in left
    ]


def unfinished(left: Iterable[Ticket]) -> list[str]:
    """The numbers of those for which somebody else has to be found."""
    return [one.number for one in left if one.status != "spam"]


def _is_still_theirs(agent: Agent, ticket: Ticket) -> bool:
    return agent.disabled_at is None and may_see(agent, ticket.topic.id if ticket.topic else None)


def _assignee(ticket: Ticket) -> int | None:
    return ticket.assignee.id if ticket.assignee else None
