"""How tickets begin, once each: out of a chat, which may go on and add its lines, or out of a request."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.cleaning import clean_line
from livesupport.errors import Invalid, NotFound
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Answer, Ticket
from livesupport.storage import agents, request_types, settings, sites, threads, tickets
from livesupport.tickets import answers, evidence, numbering
from livesupport.tickets.base import Deed, Service
from livesupport.tickets.changing import apply
from livesupport.tickets.requests import NewLine, NewTicket, Wish, refuse

SUBJECT_LENGTH = 100  # characters of the question that become the subject


class Opening(Service):
    """What the chats and the forms may do."""

    async def open(self, new: NewTicket) -> Ticket:
        """Opens a ticket, once for each `new.origin`: whoever comes later, or tries again, gets the first one, to which
        only those lines are added that it lacks.

        Number, ticket, messages and history are one transaction, so no number is lost and none is given twice.
        Raises `NotFound` when the site does not exist.
        """
        async with self._deed() as deed:
            return await open_ticket(deed, new)

    async def take_down(self, new: NewTicket, wish: Wish, *, actor: Agent) -> Ticket:
        """Opens a ticket for somebody who called or wrote elsewhere, as `open` does, and sorts it at once.

        Raises `NotFound` when the site does not exist, `Invalid` for what cannot be chosen or answered so.
        """
        async with self._deed() as deed:
            await settings.lock(deed.connection, "ticket")
            if there := await tickets.by_origin(deed.connection, new.origin):
                return there
            ticket = await open_ticket(deed, new)
            if wish == Wish():
                return ticket
            given = await _answers(deed.connection, ticket.site, wish)
            return await apply(deed, ticket, wish, actor, fields=msgspec.to_builtins(given))

    async def append(self, origin: str, lines: Iterable[NewLine]) -> bool:
        """Adds lines of a chat to its ticket; those that it holds already are left out, so trying again is safe.

        False when the chat has no ticket; then nothing is written.
        """
        async with self._deed() as deed:
            ticket = await tickets.by_origin(deed.connection, origin, lock=True)
            if ticket is None:
                return False
            await _append(deed, ticket, lines)
            return True

    async def numbers(self, origins: Collection[str]) -> dict[str, str]:
        """The numbers of the tickets that were made of these chats, by origin; those without a ticket are left out."""
        async with self._database.read() as connection:
            return await tickets.numbers(connection, origins)


async def open_ticket(deed: Deed, new: NewTicket) -> Ticket:
    """`Opening.open` within a transaction that does more."""
    await settings.lock(deed.connection, "ticket")
    if there := await tickets.by_origin(deed.connection, new.origin, lock=True):
        await _append(deed, there, new.lines)
        return there
    number = numbering.written(await settings.advance(deed.connection, "ticket"))
    ticket_id = await _add(deed, new, number)
    if new.from_chat:
        await _add_lines(deed.connection, ticket_id, new.lines)
        if new.checked:
            await _seal(deed, ticket_id)
    else:
        await threads.add_message(deed.connection, ticket_id, "request", "requester", new.name, new.question, deed.now)
    ticket = await tickets.by_number(deed.connection, number)
    assert ticket is not None
    await deed.record(ticket, "created", new.actor)
    return ticket


async def _add(deed: Deed, new: NewTicket, number: str) -> int:
    site = await sites.by_id(deed.connection, new.site)
    if site is None:
        raise NotFound("no such site")
    # Somebody may have lost the account, or the topic its place, while the visitor wrote: the request is kept all the same.
    assignee = await agents.enabled(deed.connection, new.assignee) if new.assignee else None
    topic = next((one for one in site.topics if one.id == new.topic), None)
    subject = shortened(new.question)
    return await tickets.add(
        deed.connection,
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
        one_sided=new.one_sided,
        created_at=deed.now,
        updated_at=deed.now,
    )


async def _answers(connection: AsyncConnection, site_id: str, wish: Wish) -> tuple[Answer, ...]:
    """The answers as they are kept. Raises `Invalid` for one that its question does not take, or that nothing asks."""
    kind = await request_types.by_id(connection, wish.type) if isinstance(wish.type, int) else None
    site = await sites.by_id(connection, site_id)
    asked = {field.id: field for field in kind.fields} if kind and site else {}
    if not wish.answers.keys() <= asked.keys():
        raise Invalid({"answers": _("This type of request does not ask that.")})
    given = {answers.name_of(asked[name]): text for name, text in wish.answers.items()}
    kept, problems = answers.judged([asked[name] for name in wish.answers], given, site.region if site else "")
    refuse({f"answers/{name.removeprefix(answers.PREFIX)}": sentence for name, sentence in problems.items()})
    return kept


async def _seal(deed: Deed, ticket_id: int) -> None:
    """Notes that the lines were checked, and what they say."""
    lines_hash = evidence.lines_hash(await threads.messages(deed.connection, ticket_id))
    await tickets.change(deed.connection, ticket_id, checked_at=deed.now, lines_hash=lines_hash)


def shortened(question: str) -> str:
    """A question as a subject."""
    line = clean_line(question)
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1].rstrip() + "…"


async def _append(deed: Deed, ticket: Ticket, lines: Iterable[NewLine]) -> None:
    if await _add_lines(deed.connection, ticket.id, lines):
        await tickets.change(deed.connection, ticket.id, updated_at=deed.now)
        deed.tell(ticket, "message")


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
