"""Finding tickets: pages of the inbox."""

from __future__ import annotations

import msgspec

from livesupport.errors import NotFound
from livesupport.model import Agent, Ticket
from livesupport.storage import tickets
from livesupport.storage.database import Database
from livesupport.tickets import numbering, paging, rights
from livesupport.tickets.requests import TicketFilter


class TicketPage(msgspec.Struct, frozen=True):
    """Some tickets, and the cursor of the page after, if there is one."""

    items: list[Ticket]
    next: str | None


class Finder:
    """What agents look for. Every method may raise `Unavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def may_see(self, agent: Agent, number: str) -> bool:
        """Whether there is a ticket of this number (1042 or 1042-1) that is the agent's business."""
        try:
            number = numbering.read(number)
        except NotFound:
            return False
        async with self._database.read() as connection:
            ticket = await tickets.by_number(connection, number)
        return ticket is not None and rights.may_see(agent, ticket.topic.id if ticket.topic else None)

    async def inbox(self, wanted: TicketFilter, cursor: str | None = None) -> TicketPage:
        """A page of tickets, the last changed one first. `cursor` is the `next` of the page before.

        Raises `NotFound` for a cursor that no page has given.
        """
        after = paging.read_cursor(cursor) if cursor else None
        async with self._database.read() as connection:
            found = await tickets.page(
                connection,
                statuses=wanted.statuses,
                assignee=wanted.assignee if isinstance(wanted.assignee, int) else None,
                unassigned=wanted.assignee == "none",
                text=wanted.text,
                after=after,
                limit=paging.PAGE_SIZE + 1,
            )
        items = found[: paging.PAGE_SIZE]
        return TicketPage(items, paging.cursor_after(items[-1]) if len(found) > len(items) else None)
