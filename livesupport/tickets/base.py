"""What every part of the tickets' service stands on: the transaction of a deed, and the news of it once it is committed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Ticket, TicketNews
from livesupport.storage import threads
from livesupport.storage.database import Database
from livesupport.tickets import due

Announce = Callable[[TicketNews], None]


CONCERNS_REQUESTER = frozenset(
    {"created", "status", "replied", "merged", "message", "opened", "thanked", "followed", "requester", "notice"}
)


class Deed:
    """One transaction at one moment. What it tells is announced after its commit, and never if it is undone.

    `requester_in`: seconds until the requester can see what is done; they are told then.
    """

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.requester_in = 0.0
        self.news: list[TicketNews] = []
        self.touched: set[int] = set()  # ids of the tickets that something was done to

    async def record(self, ticket: Ticket, what: str, actor: str, old: str = "", new: str = "") -> None:
        """Writes a line into the ticket's history, and tells of it."""
        await threads.add_event(self.connection, ticket.id, what, actor, self.now, old, new)
        self.tell(ticket, what)

    def tell(self, ticket: Ticket, what: str) -> None:
        """Lets everybody know who has this ticket on the screen; the requester only of what concerns them."""
        self.touched.add(ticket.id)
        self.news.append(
            TicketNews(
                number=ticket.number,
                what=what,
                topic=ticket.topic.id if ticket.topic else None,
                requester=ticket.requester if what in CONCERNS_REQUESTER else None,
                requester_in=self.requester_in,
                assignee=ticket.assignee.id if ticket.assignee else None,
            )
        )


class Service:
    """A database, a clock, and a listener that is told of every change of a ticket after its commit."""

    def __init__(self, database: Database, clock: Callable[[], datetime], announce: Announce = lambda news: None) -> None:
        self._database = database
        self._clock = clock
        self._announce = announce

    @asynccontextmanager
    async def _deed(self) -> AsyncIterator[Deed]:
        """One transaction; the promised times of every ticket that it touches are kept. Raises what `Database.write` raises,
        and then nothing is announced."""
        async with self._database.write() as connection:
            deed = Deed(connection, self._clock())
            yield deed
            for ticket_id in sorted(deed.touched):
                await due.keep(connection, ticket_id, deed.now)
        for news in deed.news:
            self._announce(news)
