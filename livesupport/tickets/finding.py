"""Finding tickets: pages of the inbox in several orders, and how many tickets a view holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from livesupport.errors import NotFound
from livesupport.model import Agent, Ticket
from livesupport.permits import may_see, visible_topics
from livesupport.storage import inbox, tags, tickets
from livesupport.storage.database import Database
from livesupport.storage.inbox import Order, Place, Wanted
from livesupport.tickets import numbering, paging
from livesupport.tickets.requests import TicketFilter

MOST_COUNTED = 100
_NEVER = (0,)  # topics that no ticket has


class TicketPage(msgspec.Struct, frozen=True):
    """Some tickets, and the cursor of the page after, if there is one."""

    items: list[Ticket]
    next: str | None
    at: datetime  # when it was like this


class Finder:
    """What agents look for. They find what they may see. Every method may raise `Unavailable`."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def may_see(self, agent: Agent, number: str) -> bool:
        """Whether there is a ticket of this number (1042 or 1042-1) that is the agent's business."""
        try:
            number = numbering.read(number)
        except NotFound:
            return False
        async with self._database.read() as connection:
            ticket = await tickets.by_number(connection, number)
        return ticket is not None and may_see(agent, ticket.topic.id if ticket.topic else None)

    async def inbox(
        self,
        wanted: TicketFilter,
        cursor: str | None = None,
        *,
        actor: Agent,
        order: Order | Literal["number"] = "updated",
        backwards: bool = False,
        numbers: Collection[str] | None = None,
    ) -> TicketPage:
        """A page of tickets. `cursor` is the `next` of the page before, in the same order. An order begins with what matters
        most: the latest change, the newest ticket, the nearest end, the highest priority. `numbers`: these at most.

        Raises `NotFound` for a cursor that no page has given.
        """
        by: Order = "created" if order == "number" else order  # numbers are given in the order of creation
        name = f"-{by}" if backwards else by
        after = paging.read_cursor_in(name, cursor) if cursor else None
        if after and not _is_of(by, after):
            raise NotFound("no such page")
        query = msgspec.structs.replace(self._wanted(wanted, actor), numbers=None if numbers is None else tuple(numbers))
        async with self._database.read() as connection:
            limit = paging.PAGE_SIZE + 1
            found = await inbox.page(connection, query, by, backwards=backwards, after=after, limit=limit)
        items = found[: paging.PAGE_SIZE]
        return TicketPage(items, _cursor(name, by, items[-1]) if len(found) > len(items) else None, self._clock())

    async def unseen(self, found: Sequence[Ticket], *, actor: Agent) -> set[int]:
        """The ids of those of these tickets that the actor watches and has not seen as they are now."""
        async with self._database.read() as connection:
            return await tags.unseen(connection, actor.id, {one.id: one.version for one in found})

    async def counts(self, several: Sequence[TicketFilter], *, actor: Agent) -> list[int]:
        """How many tickets fit each of these; `MOST_COUNTED` means: so many or more."""
        async with self._database.read() as connection:
            return await inbox.counts(connection, [self._wanted(one, actor) for one in several], MOST_COUNTED)

    def _wanted(self, wanted: TicketFilter, actor: Agent) -> Wanted:
        topics = (
            actor.topics or _NEVER if wanted.topic == "mine" else (wanted.topic,) if isinstance(wanted.topic, int) else None
        )
        return Wanted(
            visible=visible_topics(actor),
            statuses=wanted.statuses,
            assignee=wanted.assignee if isinstance(wanted.assignee, int) else None,
            unassigned=wanted.assignee == "none",
            topics=topics,
            without_topic=wanted.topic == "none",
            priority=wanted.priority,
            tag=wanted.tag,
            due_before=self._clock() if wanted.overdue else None,
            asked_again=wanted.asked_again,
            watcher=actor.id if wanted.watched else None,
            text=wanted.text,
        )


def _cursor(name: str, order: Order, last: Ticket) -> str:
    values: dict[Order, datetime | int | None] = {
        "updated": last.updated_at,
        "created": last.id,
        "due": last.due_at,
        "priority": inbox.RANKS[last.priority],
    }
    return paging.cursor_in(name, values[order], last.id)


def _is_of(order: Order, place: Place) -> bool:
    """Whether such a value can stand in a cursor of this order."""
    if order == "due":
        return place[0] is None or isinstance(place[0], datetime)
    return isinstance(place[0], datetime if order == "updated" else int)
