"""The one door to tickets: open, append, read, answer, annotate, change. Each deed is one transaction."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec
from msgspec import UNSET
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.cleaning import clean, clean_line
from livesupport.errors import Conflict, Invalid, NewerMessage, NotFound
from livesupport.i18n import gettext as _
from livesupport.model import Agent, MessageKind, Ticket, TicketEvent, TicketMessage, TicketNews, TicketStatus, Topic
from livesupport.storage import agents, search, settings, sites, threads, tickets
from livesupport.storage.database import Database
from livesupport.tickets import numbering
from livesupport.tickets.requests import NewLine, NewTicket, TicketChange, message_text
from livesupport.tickets.status import AFTER_REPLY, FINISHED, moved, touched

SUBJECT_LENGTH = 100  # characters of the question that become the subject


class Thread(msgspec.Struct, frozen=True):
    """A ticket with everything that was said and done."""

    ticket: Ticket
    messages: list[TicketMessage]
    events: list[TicketEvent]


class Tickets:
    """What can be done with tickets. Every method may raise `Unavailable`, and then nothing has changed."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], announce: Callable[[TicketNews], None] = lambda news: None
    ) -> None:
        """`announce` is told of every change of a ticket, after its commit."""
        self._database = database
        self._clock = clock
        self._announce = announce

    # ── Out of a chat, or of a request ───────────────────────────────────────────────────────────────────────────────

    async def open(self, new: NewTicket) -> Ticket:
        """Opens a ticket, once for each `new.origin`: whoever comes later, or tries again, gets the first one, to which
        only those lines are added that it lacks.

        Number, ticket, messages and history are one transaction, so no number is lost and none is given twice.
        Raises `NotFound` when the site does not exist.
        """
        async with self._database.write() as connection:
            await settings.lock(connection, "ticket")
            if there := await tickets.by_origin(connection, new.origin, lock=True):
                await self._append(connection, there, new.lines)
                return there
            number = numbering.written(await settings.advance(connection, "ticket"))
            ticket_id = await self._add(connection, new, number)
            if new.from_chat:
                await _add_lines(connection, ticket_id, new.lines)
            else:
                await threads.add_message(connection, ticket_id, "request", "requester", new.name, new.question, self._clock())
            await threads.add_event(connection, ticket_id, "created", new.actor, self._clock())
            return await _ticket(connection, number)

    async def append(self, origin: str, lines: Iterable[NewLine]) -> bool:
        """Adds lines of a chat to its ticket; those that it holds already are left out, so trying again is safe.

        False when the chat has no ticket; then nothing is written.
        """
        async with self._database.write() as connection:
            ticket = await tickets.by_origin(connection, origin, lock=True)
            if ticket is None:
                return False
            await self._append(connection, ticket, lines)
            return True

    async def by_origin(self, origin: str) -> Ticket | None:
        """The ticket of a chat, if it has one."""
        async with self._database.read() as connection:
            return await tickets.by_origin(connection, origin)

    async def _append(self, connection: AsyncConnection, ticket: Ticket, lines: Iterable[NewLine]) -> None:
        if await _add_lines(connection, ticket.id, lines):
            await tickets.change(connection, ticket.id, updated_at=self._clock())

    async def _add(self, connection: AsyncConnection, new: NewTicket, number: str) -> int:
        site = await sites.by_id(connection, new.site)
        if site is None:
            raise NotFound("no such site")
        # Somebody may have lost the account, or the topic its place, while the visitor wrote: the request is kept all the same.
        assignee = await agents.enabled(connection, new.assignee) if new.assignee else None
        topic = next((one for one in site.topics if one.id == new.topic), None)
        subject = _subject(new.question)
        return await tickets.add(
            connection,
            number=number,
            origin=new.origin,
            site_id=site.id,
            topic_id=topic.id if topic else None,
            assignee_id=assignee.id if assignee else None,
            status="open" if new.from_chat else "new",
            priority="normal",
            channel="email" if new.email and not new.from_chat else "none",
            subject=subject,
            name=new.name,
            phone=new.phone,
            email=new.email,
            page=new.page,
            language=new.language,
            from_chat=new.from_chat,
            search=search.searchable(number, new.name, new.phone, subject),
            created_at=self._clock(),
            updated_at=self._clock(),
        )

    # ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def get(self, number: str) -> Thread:
        """The ticket with this number (1042 or 1042-1), its messages and its history. Raises `NotFound`."""
        number = numbering.read(number)
        async with self._database.read() as connection:
            ticket = await _ticket(connection, number)
            messages = await threads.messages(connection, ticket.id)
            return Thread(ticket, _in_order(messages), await threads.events(connection, ticket.id))

    # ── What an agent does ───────────────────────────────────────────────────────────────────────────────────────────

    async def reply(
        self, number: str, text: str, *, actor: Agent, status: TicketStatus = "pending", seen_message: int | None = None
    ) -> Ticket:
        """Answers the requester, and moves the ticket to `status` (one of `AFTER_REPLY`).

        `seen_message` is the id of the last message that the agent has seen; None skips the check. Raises `NotFound`,
        `Invalid`, `NewerMessage` when the requester has written since, `Conflict` when the ticket is finished.
        """
        text = message_text(clean(text))
        if status not in AFTER_REPLY:
            raise Invalid({"status": _("Choose the state of the request after your reply.")})
        number = numbering.read(number)
        async with self._database.write() as connection:
            ticket = await _ticket(connection, number, lock=True)
            if ticket.status in FINISHED:
                raise Conflict(f"a ticket that is {ticket.status} takes no replies")
            if seen_message is not None and seen_message < await threads.newest_of_requester(connection, ticket.id):
                raise NewerMessage("the requester has written meanwhile")
            await self._write_down(connection, ticket, "reply", text, actor)
            return await self._apply(connection, ticket, TicketChange(status=status), actor)

    async def note(self, number: str, text: str, *, actor: Agent) -> Ticket:
        """Adds a note that only agents see. Raises `NotFound`, `Invalid`."""
        text = message_text(clean(text))
        number = numbering.read(number)
        async with self._database.write() as connection:
            ticket = await _ticket(connection, number, lock=True)
            await self._write_down(connection, ticket, "note", text, actor)
            return await self._apply(connection, ticket, TicketChange(), actor)

    async def change(self, number: str, change: TicketChange, *, actor: Agent) -> Ticket:
        """Changes status, priority, assignee or topic, each with a line in the history; what stays the same has none.

        Raises `NotFound`, `Invalid` for an agent or a topic that cannot be chosen, `Conflict` for an illegal move.
        """
        number = numbering.read(number)
        async with self._database.write() as connection:
            return await self._apply(connection, await _ticket(connection, number, lock=True), change, actor)

    async def _write_down(
        self, connection: AsyncConnection, ticket: Ticket, kind: MessageKind, text: str, actor: Agent
    ) -> None:
        await threads.add_message(connection, ticket.id, kind, "agent", actor.name, text, self._clock())
        await threads.add_event(connection, ticket.id, "replied" if kind == "reply" else "noted", actor.name, self._clock())

    async def _apply(self, connection: AsyncConnection, ticket: Ticket, change: TicketChange, actor: Agent) -> Ticket:
        """Carries a change out. Any deed of an agent opens a new ticket, also one that names the state as it was."""
        wish = ticket.status if change.status is UNSET else change.status
        status = touched(ticket.status) if wish == ticket.status else moved(ticket.status, wish)
        priority = ticket.priority if change.priority is UNSET else change.priority
        assignee = ticket.assignee if change.assignee is UNSET else await _assignable(connection, change.assignee)
        topic = ticket.topic if change.topic is UNSET else await _topic(connection, ticket.site, change.topic)
        now = self._clock()
        for what, old, new in (
            ("status", ticket.status, status),
            ("priority", ticket.priority, priority),
            ("assignee", ticket.assignee.name if ticket.assignee else "", assignee.name if assignee else ""),
            ("topic", ticket.topic.name if ticket.topic else "", topic.name if topic else ""),
        ):
            if old != new:
                await threads.add_event(connection, ticket.id, what, actor.name, now, old, new)
        await tickets.change(
            connection,
            ticket.id,
            status=status,
            priority=priority,
            assignee_id=assignee.id if assignee else None,
            topic_id=topic.id if topic else None,
            updated_at=now,
        )
        return await _ticket(connection, ticket.number)


async def _ticket(connection: AsyncConnection, number: str, *, lock: bool = False) -> Ticket:
    ticket = await tickets.by_number(connection, number, lock=lock)
    if ticket is None:
        raise NotFound("no such ticket")
    return ticket


async def _assignable(connection: AsyncConnection, agent_id: int | None) -> Agent | None:
    if agent_id is None:
        return None
    agent = await agents.enabled(connection, agent_id)
    if agent is None:
        raise Invalid({"assignee": _("Choose somebody who can still sign in.")})
    return agent


async def _topic(connection: AsyncConnection, site_id: str, topic_id: int | None) -> Topic | None:
    if topic_id is None:
        return None
    topic = (await sites.topics_by_ids(connection, [topic_id])).get(topic_id)
    if topic is None or topic.site != site_id:
        raise Invalid({"topic": _("Choose a topic of this site.")})
    return topic


async def _add_lines(connection: AsyncConnection, ticket_id: int, lines: Iterable[NewLine]) -> int:
    """Adds the lines that the ticket lacks; returns how many.

    A line is there when its place is taken, or when it was said before: a message whose line was lost with the server is said
    again under its old id and gets a new place. The first that was written stays, whatever the second says: what stands in a
    ticket is evidence, and its place among the lines that were saved with it is true.
    """
    places, said = await threads.held(connection, ticket_id)
    rows = []
    for line in lines:
        place = (line.chain, line.epoch, line.seq)
        if place not in places and line.said_as not in said:
            rows.append(_row(line))
            places.add(place)
            said |= {line.said_as} if line.said_as else set()
    await threads.add_lines(connection, ticket_id, rows)
    return len(rows)


def _row(line: NewLine) -> dict[str, object]:
    return {
        "kind": line.chain,  # a line of the chat, or a note
        "author": line.author,
        "name": line.name,
        "text": line.text,
        "at": line.at,
        "chain": line.chain,
        "epoch": line.epoch,
        "seq": line.seq,
        "said_as": line.said_as,
    }


def _subject(question: str) -> str:
    line = clean_line(question)
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1].rstrip() + "…"


def _in_order(messages: list[TicketMessage]) -> list[TicketMessage]:
    """The lines of the chat in the order of their places, notes likewise, everything else as it was written down; between
    these three the clock decides. Within one of them it must not: it may have been set back."""
    chat = sorted((one for one in messages if one.kind == "chat"), key=_place)
    notes = sorted((one for one in messages if one.kind == "note" and one.seq is not None), key=_place)
    others = (one for one in messages if one.seq is None)
    return list(heapq.merge(chat, notes, others, key=lambda one: one.at))


def _place(message: TicketMessage) -> tuple[int, int]:
    return message.epoch or 0, message.seq or 0
