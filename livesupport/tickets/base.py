"""What every part of the tickets' service stands on: the transaction of a deed, and the news of it once it is committed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Agent, Ticket, TicketNews
from livesupport.storage import threads
from livesupport.storage.database import Database
from livesupport.tickets import rights

Announce = Callable[[TicketNews], None]


class Deed:
    """One transaction at one moment. What it tells is announced after its commit, and never if it is undone."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.news: list[TicketNews] = []

    async def record(self, ticket: Ticket, what: str, actor: str, old: str = "", new: str = "") -> None:
        """Writes a line into the ticket's history."""
        await threads.add_event(self.connection, ticket.id, what, actor, self.now, old, new)

    def tell(self, ticket: Ticket, what: str, *, requester_in: float = 0.0) -> None:
        """Lets everybody know who has this ticket on the screen; the requester when so many seconds have passed."""
        news = TicketNews(
            number=ticket.number,
            what=what,
            topic=ticket.topic.id if ticket.topic else None,
            requester=ticket.requester,
            requester_in=requester_in,
            assignee=ticket.assignee.id if ticket.assignee else None,
        )
        self.news.append(news)


class Service:
    """A database, a clock, and a listener that is told of every change of a ticket after its commit."""

    def __init__(self, database: Database, clock: Callable[[], datetime], announce: Announce = lambda news: None) -> None:
        self._database = database
        self._clock = clock
        self._announce = announce

    @asynccontextmanager
    async def _deed(self) -> AsyncIterator[Deed]:
        """One transaction. Raises what `Database.write` raises, and then nothing is announced."""
        async with self._database.write() as connection:
            deed = Deed(connection, self._clock())
            yield deed
        for news in deed.news:
            self._announce(news)


def may_see(agent: Agent, ticket: Ticket) -> bool:
    """Whether this agent may know of this ticket."""
    return rights.may_see(agent, ticket.topic.id if ticket.topic else None)
