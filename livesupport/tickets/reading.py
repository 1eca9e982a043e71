"""How a ticket is read: with everything that was said and done, by whoever may see it."""

from __future__ import annotations

import heapq

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.errors import NotFound
from livesupport.model import Agent, Ticket, TicketEvent, TicketMessage
from livesupport.storage import threads, tickets
from livesupport.tickets import numbering
from livesupport.tickets.base import Service, may_see


class Thread(msgspec.Struct, frozen=True):
    """A ticket with everything that was said and done."""

    ticket: Ticket
    messages: list[TicketMessage]
    events: list[TicketEvent]


class Reading(Service):
    """What agents read."""

    async def get(self, number: str, *, actor: Agent) -> Thread:
        """The ticket with this number (1042 or 1042-1), its messages and its history.

        Raises `NotFound`, also for a ticket that `actor` may not see.
        """
        async with self._database.read() as connection:
            ticket = await visible(connection, number, actor)
            messages = await threads.messages(connection, ticket.id)
            return Thread(ticket, in_order(messages), await threads.events(connection, ticket.id))


async def visible(connection: AsyncConnection, number: str, actor: Agent, *, lock: bool = False) -> Ticket:
    """The ticket with this number. Raises `NotFound`, in the same way whether there is none or it is not this agent's.

    `lock` keeps other writers off it until the transaction ends.
    """
    ticket = await tickets.by_number(connection, numbering.read(number), lock=lock)
    if ticket is None or not may_see(actor, ticket):
        raise NotFound("no such ticket")
    return ticket


def in_order(messages: list[TicketMessage]) -> list[TicketMessage]:
    """The lines of the chat in the order of their places, notes likewise, everything else as it was written down; between
    these three the clock decides. Within one of them it must not: it may have been set back."""
    chat = sorted((one for one in messages if one.kind == "chat"), key=_place)
    notes = sorted((one for one in messages if one.kind == "note" and one.seq is not None), key=_place)
    others = (one for one in messages if one.seq is None)
    return list(heapq.merge(chat, notes, others, key=lambda one: one.at))


def _place(message: TicketMessage) -> tuple[int, int]:
    return message.epoch or 0, message.seq or 0
