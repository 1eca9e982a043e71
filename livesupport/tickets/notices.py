"""Answer notifications: a requester is told of a public reply until they open it, put it off, or put it away.

Putting a notice away never touches the request, which stays unread in the list until it is opened there. What became of a
notice is kept here, not in a browser, so all tabs and devices of a person show the same.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal, assert_never
from zoneinfo import ZoneInfo

import msgspec
import nh3
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.cleaning import clean_line
from livesupport.errors import NotFound
from livesupport.model import Notice, NoticeState, Requester, Ticket, TicketNews
from livesupport.storage import notices
from livesupport.storage.database import Database
from livesupport.storage.schema import is_row_id

Delay = Literal["quarter", "hour", "tomorrow"]

EXCERPT = 240  # characters of the reply that a notice shows
MORNING = time(9, 0)


async def answered(connection: AsyncConnection, ticket: Ticket, message_id: int, at: datetime) -> None:
    """Notes that this public reply is to be shown to the requester from the moment `at` on, in the transaction that adds it.

    Nothing to do for a ticket whose requester is not known to us as a person.
    """
    if ticket.requester is not None:
        await notices.add(connection, ticket.requester, ticket.id, message_id, at)


async def taken_back(connection: AsyncConnection, message_id: int) -> None:
    """Forgets the notice of a reply, before the reply itself is removed in the same transaction."""
    await notices.remove_of_message(connection, message_id)


class Told(msgspec.Struct, frozen=True):
    """What a person is told now, what they put off, and in how many seconds to look again (None: no need)."""

    now: list[Notice]
    later: list[Notice]
    again_in: float | None


class Notices:
    """What a requester does with notices. Every method may raise `Unavailable`, and then nothing has changed."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], announce: Callable[[TicketNews], None] = lambda news: None
    ) -> None:
        """`announce` is told of every change, after its commit."""
        self._database = database
        self._clock = clock
        self._announce = announce

    async def told(self, requester: Requester) -> Told:
        """The notices of this person."""
        now = self._clock()
        async with self._database.read() as connection:
            unfinished = await notices.unfinished(connection, requester.id, now)
            again = await notices.next_due(connection, requester.id, now)
        due = [one for one in unfinished if one.due_at <= now]
        later = [one for one in unfinished if one.due_at > now]
        return Told(due, later, (again - now).total_seconds() if again else None)

    async def put_off(self, requester: Requester, notice_id: int, delay: Delay, zone: str) -> None:
        """Shows the notice again later; `zone` is the reader's, by its IANA name. Raises `NotFound`."""
        await self._set(requester, notice_id, "later", until(delay, self._clock(), zone))

    async def dismiss(self, requester: Requester, notice_id: int) -> None:
        """Puts the notice away for good, also one that was put off; its request stays unread. Raises `NotFound`."""
        await self._set(requester, notice_id, "dismissed", self._clock())

    async def _set(self, requester: Requester, notice_id: int, state: NoticeState, due_at: datetime) -> None:
        if not is_row_id(notice_id):
            raise NotFound("no such notice")
        async with self._database.write() as connection:
            notice = await notices.by_id(connection, notice_id, self._clock())
            if notice is None or notice.requester != requester.id:
                raise NotFound("no such notice")
            if notice.state not in notices.FINISHED:  # another tab was faster: what was decided there holds
                await notices.set_state(connection, notice, state, due_at)
        self._announce(TicketNews(number=notice.number, what="notice", requester=requester.id))


def until(delay: Delay, now: datetime, zone: str) -> datetime:
    """The end of a delay; "tomorrow" is the next day at 09:00 where the reader is, in UTC where nobody knows the zone."""
    match delay:
        case "quarter":
            return now + timedelta(minutes=15)
        case "hour":
            return now + timedelta(hours=1)
        case "tomorrow":
            there = _zone(zone)
            return datetime.combine(now.astimezone(there).date() + timedelta(days=1), MORNING, there).astimezone(UTC)
        case other:
            assert_never(other)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, or no name of a zone at all
        return UTC


def excerpt(notice: Notice) -> str:
    """The beginning of the reply, on one line and without its markup."""
    line = clean_line(html.unescape(nh3.clean(notice.html, tags=set())) if notice.html else notice.text)
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1].rstrip() + "…"
