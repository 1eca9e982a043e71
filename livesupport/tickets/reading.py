"""How a ticket is read: with everything that was said and done, and what stands around it, by whoever may see it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import datetime

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.errors import NotFound
from livesupport.model import Agent, Draft, DraftKind, RequestType, Site, Ticket, TicketEvent, TicketMessage
from livesupport.permits import may_see, visible_topics
from livesupport.storage import drafts, links, request_types, tags, threads, tickets
from livesupport.tickets import evidence, numbering, sla
from livesupport.tickets.base import Service
from livesupport.tickets.sla import Promise, Written

log = structlog.get_logger()

EARLIER = 5  # requests of the same person that are shown
KNOWN_TAGS = 100


class Thread(msgspec.Struct, frozen=True):
    """A ticket with everything that was said and done, also in the tickets that have become part of it."""

    ticket: Ticket
    messages: list[TicketMessage]
    events: list[TicketEvent]
    at: datetime  # when it was read
    altered: bool = False  # the chat no longer says what it said when its seals were checked
    merged: list[Thread] = []


class Around(msgspec.Struct, frozen=True):
    """What stands around a ticket, as far as the reader may know of it."""

    drafts: dict[DraftKind, Draft]  # the reader's own
    tags: list[str]
    known_tags: list[str]
    types: list[RequestType]  # that it may have
    watchers: list[Agent]
    unseen: bool  # the reader watches it, and has not seen it as it is now
    linked: list[Ticket]
    into: Ticket | None
    follows: Ticket | None
    followed_by: list[Ticket]
    earlier: list[Ticket]  # of the same person


class Reading(Service):
    """What agents read."""

    async def get(self, number: str, *, actor: Agent) -> Thread:
        """The ticket with this number (1042 or 1042-1), its messages and its history, those of merged tickets too.

        Raises `NotFound`, also for a ticket that `actor` may not see.
        """
        async with self._database.read() as connection:
            ticket = await visible(connection, number, actor)
            merged = [await self._thread(connection, one) for one in await links.merged_into(connection, ticket.id)]
            return msgspec.structs.replace(await self._thread(connection, ticket), merged=merged)

    async def _thread(self, connection: AsyncConnection, ticket: Ticket) -> Thread:
        messages = await threads.messages(connection, ticket.id)
        altered = bool(ticket.lines_hash) and not evidence.holds(ticket.lines_hash, messages)
        return Thread(ticket, in_order(messages), await threads.events(connection, ticket.id), self._clock(), altered)

    async def around(self, ticket: Ticket, *, actor: Agent) -> Around:
        """What stands around a ticket that `get` has given to this actor."""
        async with self._database.read() as connection:
            watching = await tags.watching(connection, ticket.id)
            return Around(
                drafts=await drafts.of_agent(connection, ticket.id, actor.id),
                tags=await tags.of_ticket(connection, ticket.id),
                known_tags=await tags.most_used(connection, KNOWN_TAGS),
                types=[one for one in await request_types.of_site(connection, ticket.site, retired=True) if _fits(one, ticket)],
                watchers=[agent for agent, _seen in watching],
                unseen=any(agent.id == actor.id and seen < ticket.version for agent, seen in watching),
                linked=_visible_of(await links.linked(connection, ticket.id), actor),
                into=await _other(connection, ticket.merged_into, actor),
                follows=await _other(connection, ticket.follows, actor),
                followed_by=_visible_of(await links.following(connection, ticket.id), actor),
                earlier=await links.of_same_person(connection, ticket, visible_topics(actor), EARLIER),
            )


def clocks(thread: Thread, site: Site) -> list[Promise]:
    """What its site has promised to a ticket, as it stands when the thread was read; nothing where nothing is promised."""
    if not site.sla.enabled:
        return []
    own, *parts = (
        Written(one.ticket.number, one.ticket.created_at, one.messages, one.events) for one in (thread, *thread.merged)
    )
    return sla.clocks(sla.stories(own, parts), thread.ticket.priority, site.sla, site.hours, thread.at)


async def visible(connection: AsyncConnection, number: str, actor: Agent, *, lock: bool = False) -> Ticket:
    """The ticket with this number. Raises `NotFound`, in the same way whether there is none or it is not this agent's.

    `lock` keeps other writers off it until the transaction ends.
    """
    ticket = await tickets.by_number(connection, numbering.read(number), lock=lock)
    if ticket is None:
        raise NotFound("no such ticket")
    if not _is_for(actor, ticket):
        log.warning("ticket_refused", agent=actor.id, number=ticket.number)  # the agent cannot tell, the operator should
        raise NotFound("no such ticket")
    return ticket


def _is_for(actor: Agent, ticket: Ticket) -> bool:
    return may_see(actor, ticket.topic.id if ticket.topic else None)


def _fits(one: RequestType, ticket: Ticket) -> bool:
    return one.retired_at is None or one.id == ticket.type


def _visible_of(found: Iterable[Ticket], actor: Agent) -> list[Ticket]:
    return [ticket for ticket in found if _is_for(actor, ticket)]


async def _other(connection: AsyncConnection, ticket_id: int | None, actor: Agent) -> Ticket | None:
    ticket = await tickets.by_id(connection, ticket_id) if ticket_id is not None else None
    return ticket if ticket and _is_for(actor, ticket) else None


def in_order(messages: list[TicketMessage]) -> list[TicketMessage]:
    """The lines of the chat in the order of their places, notes likewise, everything else as it was written down; between
    these three the clock decides. Within one of them it must not: it may have been set back."""
    chat = sorted((one for one in messages if one.kind == "chat"), key=_place)
    notes = sorted((one for one in messages if one.kind == "note" and one.seq is not None), key=_place)
    others = (one for one in messages if one.seq is None)
    return list(heapq.merge(chat, notes, others, key=lambda one: one.at))


def _place(message: TicketMessage) -> tuple[int, int]:
    return message.epoch or 0, message.seq or 0
