"""What those who ask do with their requests once they are made: find and read them, reply, say thanks, go on from old ones.

Two keys open a request: being its requester, signed in, or the signed link in a mail, which opens that one only. A request
that is not theirs and one that does not exist look the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.cleaning import clean
from livesupport.errors import Conflict, NotFound
from livesupport.model import ReplyChannel, Requester, StoredFile, Ticket, TicketEvent, TicketMessage, TicketStatus
from livesupport.storage import file_rows, my_requests, notices, search, settings, threads, tickets
from livesupport.storage.database import Database
from livesupport.storage.my_requests import Row
from livesupport.storage.schema import is_row_id
from livesupport.tickets import numbering, paging
from livesupport.tickets.base import Announce, Deed, Service
from livesupport.tickets.files import Chosen, Files
from livesupport.tickets.reading import in_order
from livesupport.tickets.requests import Request, message_text
from livesupport.tickets.status import answered_by_requester

# How far a request has come, in the requester's words: of what happens behind the scenes they are told nothing.
Step = Literal["received", "working", "answered", "solved", "closed"]
STEPS: dict[Step, tuple[TicketStatus, ...]] = {
    "received": ("new",),
    "working": ("open", "on_hold"),
    "answered": ("pending",),
    "solved": ("solved",),
    "closed": ("closed", "merged", "spam"),
}
CURRENT: tuple[TicketStatus, ...] = ("new", "open", "on_hold", "pending", "solved")

PAGE_SIZE = 25
NO_FILES = Chosen("", ())
LONGEST_ONCE = 64

_TOLD_STATUSES = frozenset({"solved", "closed", "open"})


class Asker(msgspec.Struct, frozen=True):
    """Who wants to see a request: the person who is signed in, if anybody is, and the number that a signed link opens."""

    requester: Requester | None = None
    link: str = ""

    def may_see(self, ticket: Ticket) -> bool:
        """Whether this ticket is theirs."""
        is_theirs = self.requester is not None and ticket.requester == self.requester.id
        return is_theirs or ticket.number == self.link


class Wanted(Request, frozen=True):
    """Which of one's requests to list. `day`: those that were written on that day in the reader's `zone`."""

    archived: bool = False
    step: Step | None = None
    topic: int | None = None
    day: date | None = None
    zone: tzinfo | None = None
    text: str = ""


class Page(msgspec.Struct, frozen=True):
    """Some requests, and the cursor of the page after, if there is one."""

    items: list[Row]
    next: str | None


class MyRequest(msgspec.Struct, frozen=True):
    """A request as its requester may see it `at` this moment. `seen`: the newest reply that they had opened before."""

    ticket: Ticket
    step: Step
    messages: list[TicketMessage]
    events: list[TicketEvent]
    files: list[StoredFile]
    at: datetime
    seen: int
    thanked: bool
    follows: str
    goes_on: list[str]
    merged_into: str


class Mine(Service):
    """Requests as their requesters know them. Every method may raise `Unavailable`, and then nothing has changed."""

    def __init__(self, database: Database, clock: Callable[[], datetime], announce: Announce, files: Files) -> None:
        super().__init__(database, clock, announce)
        self._files = files

    # ── Finding and reading ──────────────────────────────────────────────────────────────────────────────────────────

    async def page(self, requester: Requester, wanted: Wanted, cursor: str = "") -> Page:
        """A page of a person's requests, the last touched one first. `cursor` is the `next` of the page before.

        Raises `NotFound` for a cursor that no page has given.
        """
        if wanted.topic is not None and not is_row_id(wanted.topic):
            raise NotFound("no such topic")
        after = paging.read_cursor(cursor) if cursor else None
        now = self._clock()
        async with self._database.read() as connection:
            has_text = bool(search.words(wanted.text))
            found = await my_requests.page(
                connection,
                requester.id,
                now,
                statuses=_statuses(wanted),
                topic_id=wanted.topic,
                between=_day(wanted),
                ids=await my_requests.holding(connection, requester.id, now, wanted.text) if has_text else None,
                after=after,
                limit=PAGE_SIZE + 1,
            )
        items = found[:PAGE_SIZE]
        return Page(items, paging.cursor_at(items[-1].at, items[-1].id) if len(found) > len(items) else None)

    async def topics(self, requester: Requester) -> list[tuple[int, str]]:
        """The topics under which this person has asked: id and name."""
        async with self._database.read() as connection:
            return await my_requests.topics(connection, requester.id)

    async def unread(self, requester: Requester) -> int:
        """How many of a person's requests have an answer that was not opened."""
        async with self._database.read() as connection:
            return await my_requests.count_unread(connection, requester.id, self._clock())

    async def get(self, number: str, asker: Asker) -> MyRequest:
        """One request with everything that concerns its requester. Raises `NotFound`."""
        now = self._clock()
        async with self._database.read() as connection:
            ticket = await _theirs(connection, number, asker)
            messages = await my_requests.messages(connection, ticket.id, now)
            thanked_at = await my_requests.thanked_at(connection, ticket.id)
            return MyRequest(
                ticket=ticket,
                step=step_of(ticket.status, _is_undecided(ticket, messages)),
                messages=in_order(messages),
                events=[event for event in await threads.events(connection, ticket.id) if concerns_requester(event)],
                files=of_messages(await file_rows.of_ticket(connection, ticket.id), messages),
                at=now,
                seen=ticket.seen,
                thanked=thanked_at is not None and thanked_at >= max((one.at for one in messages), default=thanked_at),
                follows=await my_requests.number_of(connection, ticket.follows, ticket.requester),
                goes_on=await my_requests.follow_ups(connection, ticket.id, ticket.requester),
                merged_into=await my_requests.number_of(connection, ticket.merged_into, ticket.requester),
            )

    async def opened(self, request: MyRequest) -> None:
        """Notes that its requester has seen what is in their request, so that it is no longer unread anywhere."""
        newest = _newest_answer(request.messages)
        if newest <= request.ticket.seen:
            return
        async with self._deed() as deed:
            await _mark_seen(deed, request.ticket, newest)
            deed.tell(request.ticket, "opened")

    # ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def reply(self, number: str, asker: Asker, text: str, *, once: str, chosen: Chosen = NO_FILES) -> Ticket:
        """Writes into a request, which is open again then; from a closed one goes on a new request, linked to it.

        `once` names the form, so that what is sent twice is there once. Returns the ticket that holds the message. Raises
        `NotFound`, `Invalid`, `TooMuch`, and `Conflict` where nothing can be written.
        """
        text = message_text(clean(text))
        said_as = _said_as(once)
        async with self._deed() as deed:
            ticket = await _theirs(deed.connection, number, asker)
            if ticket.status == "closed":  # for ever: nobody can have changed that meanwhile
                return await self._follow_up(deed, ticket, text, said_as, chosen)
            ticket = await _theirs(deed.connection, number, asker, lock=True)
            if await threads.said(deed.connection, ticket.id, said_as):
                return ticket
            status = answered_by_requester(ticket.status)
            await self._write(deed, ticket.id, "reply", ticket.name, text, said_as, chosen)
            await deed.record(ticket, "replied", ticket.name)
            if status != ticket.status:
                await deed.record(ticket, "status", ticket.name, ticket.status, status)
            await tickets.change(deed.connection, ticket.id, status=status, solved_at=None, updated_at=deed.now)
            await _mark_seen(deed, ticket, _newest_answer(await my_requests.messages(deed.connection, ticket.id, deed.now)))
            return ticket

    async def thank(self, number: str, asker: Asker) -> Ticket:
        """ "Thanks, solved": leaves a line in the history and the state as it is (product.md 3.11). Once is enough.

        Raises `NotFound`, and `Conflict` for a request that is over.
        """
        request = await self.get(number, asker)
        async with self._deed() as deed:
            ticket = await _theirs(deed.connection, number, asker, lock=True)
            answered_by_requester(ticket.status)
            if not request.thanked:
                await deed.record(ticket, "thanked", ticket.name)
            return ticket

    async def claim(self, origin: str, requester: Requester) -> Ticket:
        """Gives the ticket of a chat, or of a request that was left without one, to the person who asked, who is signed in and
        wants to find it again.

        `origin` is the hash of the chat's id or the request's. Raises `NotFound`, `Conflict` when the ticket
        is somebody else's.
        """
        async with self._deed() as deed:
            ticket = await tickets.by_origin(deed.connection, origin, lock=True)
            if ticket is None or ticket.site != requester.site:
                raise NotFound("no ticket of this chat")
            if ticket.requester not in (None, requester.id):
                raise Conflict("somebody else's ticket")
            if ticket.requester is None:
                channel: ReplyChannel = "account" if ticket.channel == "none" else ticket.channel
                await tickets.change(deed.connection, ticket.id, requester_id=requester.id, channel=channel)
                if ticket.answered > ticket.seen:
                    await notices.add(deed.connection, requester.id, ticket.id, ticket.answered, deed.now)
                ticket = msgspec.structs.replace(ticket, requester=requester.id, channel=channel)
                deed.tell(ticket, "requester")
            return ticket

    async def _follow_up(self, deed: Deed, old: Ticket, text: str, said_as: str, chosen: Chosen) -> Ticket:
        """A new ticket that goes on from one that is closed, with what is known of its requester."""
        origin = hashlib.sha256(f"livesupport/follow-up/v1 {old.number} {said_as}".encode()).hexdigest()
        await settings.lock(deed.connection, "ticket")
        if there := await tickets.by_origin(deed.connection, origin, lock=True):
            return there
        number = numbering.written(await settings.advance(deed.connection, "ticket"))
        ticket_id = await tickets.add(
            deed.connection,
            number=number,
            origin=origin,
            site_id=old.site,
            topic_id=old.topic.id if old.topic else None,
            status="new",
            priority=old.priority,
            channel=old.channel,
            subject=old.subject,
            name=old.name,
            phone=old.phone,
            email=old.email,
            page=old.page,
            language=old.language,
            from_chat=False,
            requester_id=old.requester,
            type_id=old.type,
            follows_id=old.id,
            created_at=deed.now,
            updated_at=deed.now,
        )
        await self._write(deed, ticket_id, "request", old.name, text, said_as, chosen)
        new = await tickets.by_number(deed.connection, number)
        assert new is not None
        await deed.record(new, "created", old.name)
        await deed.record(old, "followed", old.name, new=number)
        return new

    async def _write(
        self,
        deed: Deed,
        ticket_id: int,
        kind: Literal["reply", "request"],
        name: str,
        text: str,
        said_as: str,
        chosen: Chosen,
    ) -> None:
        message_id = await threads.add_message(
            deed.connection, ticket_id, kind, "requester", name, text, deed.now, said_as=said_as
        )
        await self._files.take(deed.connection, chosen.owner, chosen.ids, ticket_id=ticket_id, message_id=message_id)


def step_of(status: TicketStatus, undecided: bool = False) -> Step:
    """How far a request has come; `undecided`: its newest answer can still be taken back, and so can what it did."""
    if undecided and status in ("pending", "solved"):
        return "working"
    return next(step for step, statuses in STEPS.items() if status in statuses)


def _statuses(wanted: Wanted) -> Collection[TicketStatus]:
    if wanted.step:
        return STEPS[wanted.step]
    return STEPS["closed"] if wanted.archived else CURRENT


def _day(wanted: Wanted) -> tuple[datetime, datetime] | None:
    """From midnight to midnight where the reader is; 23 or 25 hours where the clocks change."""
    if wanted.day is None or wanted.zone is None or wanted.day == date.max:
        return None
    begins, ends = (datetime.combine(day, time(), wanted.zone) for day in (wanted.day, wanted.day + timedelta(days=1)))
    return begins, ends


async def _theirs(connection: AsyncConnection, number: str, asker: Asker, *, lock: bool = False) -> Ticket:
    ticket = await tickets.by_number(connection, numbering.read(number), lock=lock)
    if ticket is None or not asker.may_see(ticket):
        raise NotFound("no such request")
    return ticket


async def _mark_seen(deed: Deed, ticket: Ticket, newest: int) -> None:
    """Its answers up to this one are seen. That is no change of the ticket: an agent who has it open is not disturbed."""
    if newest > ticket.seen:
        await my_requests.set_seen(deed.connection, ticket.id, newest)
        await notices.open_of_ticket(deed.connection, ticket.id, newest)


def _newest_answer(messages: Sequence[TicketMessage]) -> int:
    return max((one.id for one in messages if one.kind == "reply" and one.author == "agent"), default=0)


def _is_undecided(ticket: Ticket, visible: Sequence[TicketMessage]) -> bool:
    return ticket.answered > _newest_answer(visible)


def concerns_requester(event: TicketEvent) -> bool:
    """Whether a line of the history is told to whoever asked."""
    if event.what == "status":
        return event.new in _TOLD_STATUSES and event.old not in ("new", "on_hold", "pending")
    return event.what in ("created", "thanked", "merged", "followed")


def of_messages(files: Sequence[StoredFile], messages: Sequence[TicketMessage]) -> list[StoredFile]:
    """Those of the files that belong to one of these messages."""
    visible = {message.id for message in messages}
    return [file for file in files if file.message_id in visible]


def _said_as(once: str) -> str:
    """The id of a message, as it is kept beside those of chats."""
    return "requester " + hashlib.sha256(once[:LONGEST_ONCE].encode("utf-8", "surrogatepass")).hexdigest()[:32]
