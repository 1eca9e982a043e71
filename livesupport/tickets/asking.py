"""New requests: somebody asks, proves an address if need be, and a ticket is opened.

Who is signed in has a ticket at once. Who gives an e-mail address has none until they open the link that we send there
(product.md 3.11): until then the request is a row that no agent sees, and after a day it is removed with its files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.cleaning import clean_line
from livesupport.emails import PROOFS_WITHIN, folded_email, wait_to_prove
from livesupport.errors import Conflict, Invalid, NotFound
from livesupport.i18n import gettext as _
from livesupport.model import PendingRequest, Requester, Ticket
from livesupport.signing import ConfirmLinks, origin_of_request
from livesupport.storage import file_rows, jobs, outbox, pending, request_types, requesters, settings, sites, threads, tickets
from livesupport.storage.database import Database
from livesupport.tickets import numbering
from livesupport.tickets.base import Announce, Deed, Service
from livesupport.tickets.files import Files
from livesupport.tickets.new_request import Content, NewRequest, email_problems, judged
from livesupport.tickets.requests import refuse

CONFIRM_WITHIN = timedelta(seconds=ConfirmLinks.MAX_AGE)
MOST_PENDING = 3  # of one address in that time
MOST_MAILS = 3  # for one request: the first and two more


class LinkUsed(Conflict):
    """This link has done its work already; `number` and `site` are those of the ticket."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__("the link was used")
        self.number = ticket.number
        self.site = ticket.site


class Asking(Service):
    """What somebody who asks can do before there is a ticket. Every method may raise `Unavailable`, changing nothing then."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        announce: Announce,
        files: Files,
        links: ConfirmLinks,
    ) -> None:
        super().__init__(database, clock, announce)
        self._files = files
        self._links = links

    # ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def ask(self, new: NewRequest, requester: Requester | None = None) -> Ticket | PendingRequest:
        """Opens a ticket for `requester`, who is signed in; without one, or for an address that is not known to be theirs,
        keeps the request until the link in the mail is used. Sent again under the same id it is the same request.

        Raises `NotFound` when there is no such site, `Invalid` with a sentence for each field that cannot be taken.
        """
        origin = origin_of_request(new.id)
        async with self._deed() as deed:
            await settings.lock(deed.connection, "ticket")
            there = await tickets.by_origin(deed.connection, origin) or await pending.by_id(deed.connection, origin)
            if there:
                return there
            site = await sites.by_id(deed.connection, new.site)
            if site is None:
                raise NotFound("no such site")
            kind = await request_types.by_id(deed.connection, new.type) if new.type else None
            content, email = judged(new, site, kind, requester)
            if email and not (requester and requester.email == email):
                return await self._wait(deed, origin, site.id, email, content, new)
            assert requester is not None
            ticket, message_id = await self._open(deed, origin, site.id, content, requester, email)
            await self._files.take(deed.connection, new.owner, new.files, ticket_id=ticket.id, message_id=message_id)
            return ticket

    async def known(self, form: str) -> Ticket | PendingRequest | None:
        """What has become of the request with this form, if it was sent."""
        return await self.waiting(origin_of_request(form))

    async def choose_email(self, asked: str, email: str, language: str) -> PendingRequest:
        """Somebody who asked in the panel wants to be answered at this address, which they have to prove first.

        `asked` is the origin of the ticket: the hash of the chat's id or the request's. Raises `Invalid` for the field
        "email", `NotFound` when there is no such ticket, `Conflict` when the ticket has a way to
        be answered already.
        """
        email = folded_email(clean_line(email))
        refuse(email_problems(email))
        async with self._deed() as deed:
            await settings.lock(deed.connection, "ticket")
            ticket = await tickets.by_origin(deed.connection, asked)
            if ticket is None:
                raise NotFound("there is no ticket")
            if ticket.channel != "none":
                raise Conflict("the ticket has a reply channel")
            origin = origin_of_request(f"channel {ticket.id} {email}")
            there = self._alive(await pending.by_id(deed.connection, origin))
            content = Content(ticket=ticket.id, language=language)
            return there or await self._wait(deed, origin, ticket.site, email, content)

    async def _wait(
        self, deed: Deed, origin: str, site_id: str, email: str, content: Content, new: NewRequest | None = None
    ) -> PendingRequest:
        await _check_pending(deed, email)
        await _check_mails(deed, email)
        kept = msgspec.to_builtins(content)
        waiting = await pending.add(deed.connection, origin, site_id, email, kept, deed.now)
        if new:
            await self._files.take(deed.connection, new.owner, new.files, pending_id=origin)
        await outbox.add(deed.connection, "confirm", email, content.language, site_id, deed.now, pending_id=origin)
        return waiting

    async def _open(
        self, deed: Deed, origin: str, site_id: str, content: Content, requester: Requester, email: str
    ) -> tuple[Ticket, int]:
        """The ticket, and the id of its first message. `email`: where it is answered; empty: in the account."""
        connection, now = deed.connection, deed.now
        number = numbering.written(await settings.advance(connection, "ticket"))
        ticket_id = await tickets.add(
            connection,
            number=number,
            origin=origin,
            site_id=site_id,
            topic_id=content.topic,
            status="new",
            priority=content.priority,
            channel="email" if email else "account",
            subject=content.subject,
            name=content.name,
            phone=content.phone,
            email=email,
            page=content.page,
            language=content.language,
            from_chat=False,
            requester_id=requester.id,
            type_id=content.type,
            fields=msgspec.to_builtins(content.answers),
            diagnostics=content.diagnostics,
            created_at=now,
            updated_at=now,
        )
        message_id = await threads.add_message(
            connection, ticket_id, "request", "requester", content.name, content.message, now
        )
        if email:
            await outbox.add(connection, "received", email, content.language, site_id, now, ticket_id=ticket_id)
        ticket = await tickets.by_number(connection, number)
        assert ticket is not None
        await deed.record(ticket, "created", content.name)
        return ticket, message_id

    # ── Proving the address ──────────────────────────────────────────────────────────────────────────────────────────

    async def waiting(self, pending_id: str) -> PendingRequest | Ticket | None:
        """What has become of a request that waited: it still does, it is a ticket, or it is gone."""
        async with self._database.read() as connection:
            ticket = await tickets.by_origin(connection, pending_id)
            return ticket or self._alive(await pending.by_id(connection, pending_id))

    async def linked(self, key: str) -> PendingRequest:
        """What the link in a mail would confirm; nothing is changed. Raises `LinkUsed`, `NotFound` for any other link."""
        async with self._database.read() as connection:
            return await self._linked(connection, key)

    async def confirm(self, key: str) -> Ticket:
        """Opens the ticket of the request that this link belongs to, for the person whose address it proves.

        Raises `LinkUsed`, `NotFound` for a link that is forged, too old or for another purpose.
        """
        async with self._deed() as deed:
            await settings.lock(deed.connection, "ticket")
            there = await self._linked(deed.connection, key, lock=True)
            content = msgspec.convert(there.content, Content)
            requester = await requesters.of_email(
                deed.connection,
                there.site,
                there.email,
                deed.now,
                name=content.name,
                phone=content.phone,
                language=content.language,
            )
            if content.ticket is not None:
                ticket = await _answer_at(deed, content.ticket, there.email, requester)
            else:
                ticket, message_id = await self._open(deed, there.id, there.site, content, requester, there.email)
                await file_rows.confirm(deed.connection, there.id, ticket.id, message_id)
            await pending.remove(deed.connection, there.id)
            return ticket

    async def discard(self, key: str) -> None:
        """Removes the request of this link with its files: whoever has the address did not ask. Raises as `confirm`."""
        async with self._deed() as deed:
            await _remove(deed, [await self._linked(deed.connection, key, lock=True)])

    async def resend(self, pending_id: str, email: str) -> PendingRequest:
        """Sends the link once more, to this address, which may be a corrected one; links sent before hold no longer if it is.

        Raises `NotFound` when nothing waits, `Invalid` for the field "email", also when there were enough mails.
        """
        email = folded_email(clean_line(email))
        refuse(email_problems(email))
        async with self._deed() as deed:
            there = self._alive(await pending.by_id(deed.connection, pending_id, lock=True))
            if there is None:
                raise NotFound("nothing waits under this id")
            if there.mails >= MOST_MAILS:
                raise Invalid({"email": _("We have sent it three times. Look among the unwanted mail, or write anew.")})
            if email != there.email:
                await _check_pending(deed, email)
            await _check_mails(deed, email)
            await pending.count_mail(deed.connection, there.id, email)
            language = str(there.content.get("language", ""))
            await outbox.add(deed.connection, "confirm", email, language, there.site, deed.now, pending_id=there.id)
            return msgspec.structs.replace(there, email=email, mails=there.mails + 1)

    async def purge(self) -> int:
        """Removes what nobody confirmed in time, with its files; returns how many. Safe to repeat."""
        async with self._deed() as deed:
            late = await pending.older_than(deed.connection, deed.now - CONFIRM_WITHIN)
            if late:
                await _remove(deed, late)
        return len(late)

    async def _linked(self, connection: AsyncConnection, key: str, *, lock: bool = False) -> PendingRequest:
        read = self._links.read(key)
        if read is None:
            raise NotFound("no link of ours, or too old")
        pending_id, email = read
        if ticket := await tickets.by_origin(connection, pending_id):
            raise LinkUsed(ticket)
        there = self._alive(await pending.by_id(connection, pending_id, lock=lock))
        if there is None or there.email != email:
            raise NotFound("nothing waits for this link")
        return there

    def _alive(self, there: PendingRequest | None) -> PendingRequest | None:
        return there if there and there.created_at + CONFIRM_WITHIN > self._clock() else None


async def _remove(deed: Deed, gone: Iterable[PendingRequest]) -> None:
    """Removes requests that become no ticket. What the transaction cannot do itself (the bytes of files, the write-ahead log)
    is done right after it by a job `scrub`."""
    files: list[str] = []
    for each in gone:
        files += await file_rows.forget_of_pending(deed.connection, each.id)
        await pending.remove(deed.connection, each.id)
    await jobs.add(deed.connection, "scrub", deed.now, {"files": files})


async def _answer_at(deed: Deed, ticket_id: int, email: str, requester: Requester) -> Ticket:
    ticket = await tickets.by_id(deed.connection, ticket_id)
    if ticket is None:
        raise NotFound("the ticket is gone")
    columns = {"channel": "email", "email": email, "requester_id": requester.id, "updated_at": deed.now}
    await tickets.change(deed.connection, ticket.id, **columns)
    await deed.record(ticket, "channel", ticket.name, new=email)
    await outbox.add(deed.connection, "received", email, ticket.language, ticket.site, deed.now, ticket_id=ticket.id)
    return await tickets.by_id(deed.connection, ticket.id) or ticket


async def _check_pending(deed: Deed, email: str) -> None:
    if await pending.count_of(deed.connection, email, deed.now - CONFIRM_WITHIN) >= MOST_PENDING:
        words = _("Three requests with this address wait for their confirmation. Open the link in one of our mails first.")
        raise Invalid({"email": words})


async def _check_mails(deed: Deed, email: str) -> None:
    if wait_to_prove(await outbox.proofs_to(deed.connection, email, deed.now - PROOFS_WITHIN), deed.now):
        raise Invalid({"email": _("We have sent three mails to this address within an hour. Please try again later.")})
