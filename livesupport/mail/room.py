"""The door of the post room: reads what the outbox names and writes the mail of it, as it would be sent now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from email.message import EmailMessage

from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport import i18n
from livesupport.mail import letters
from livesupport.mail.letters import Letter
from livesupport.mail.writing import Envelope, written
from livesupport.model import OutgoingMail, Site, Ticket
from livesupport.signing import ConfirmLinks, RequestLinks
from livesupport.storage import outbox, pending, sites, threads, tickets
from livesupport.storage.database import Database
from livesupport.tickets.asking import CONFIRM_WITHIN

LATEST = 100


class MailRoom:
    """Both methods may raise `Unavailable`."""

    def __init__(
        self,
        database: Database,
        public_url: str,
        key: bytes,
        code_of: Callable[[str], Awaitable[str | None]],
        ink_on: Callable[[str], str],
    ) -> None:
        """`key` signs links; `code_of` tells the code of an attempt to sign in, `ink_on` a colour to be read on another one."""
        self._database = database
        self._public_url = public_url
        self._key = key
        self._code_of = code_of
        self._ink_on = ink_on
        self._confirm_links = ConfirmLinks(key)
        self._request_links = RequestLinks(key)

    async def latest(self) -> list[OutgoingMail]:
        """What is in the outbox, the newest first."""
        async with self._database.read() as connection:
            return await outbox.latest(connection, LATEST)

    async def written(self, mail_id: int) -> EmailMessage | None:
        """The mail with this id; None when there is none, and when what it was about is gone."""
        async with self._database.read() as connection:
            mail = await outbox.by_id(connection, mail_id)
            site = await sites.by_id(connection, mail.site) if mail else None
            if mail is None or site is None:
                return None
            with i18n.use(i18n.negotiate(mail.language, "", site.language)):
                letter = await self._letter(connection, mail, site)
                return written(letter, self._envelope(mail, site)) if letter else None

    def _envelope(self, mail: OutgoingMail, site: Site) -> Envelope:
        return Envelope(
            recipient=mail.recipient,
            site=site,
            ink=self._ink_on(site.accent),
            event=mail.id,
            at=mail.created_at,
            public_url=self._public_url,
            key=self._key,
        )

    async def _letter(self, connection: AsyncConnection, mail: OutgoingMail, site: Site) -> Letter | None:
        if mail.kind == "confirm":
            return await self._confirm(connection, mail, site)
        if mail.kind == "sign_in":
            code = await self._code_of(mail.sign_in or "")
            return letters.sign_in(site, code) if code else None
        ticket = await tickets.by_id(connection, mail.ticket) if mail.ticket else None
        return await self._about(connection, mail, site, ticket) if ticket else None

    async def _confirm(self, connection: AsyncConnection, mail: OutgoingMail, site: Site) -> Letter | None:
        there = await pending.by_id(connection, mail.pending or "")
        if there is None or there.email != mail.recipient:  # the address was corrected: this mail opens nothing any more
            return None
        key = self._confirm_links.sign(there.id, there.email, there.created_at.timestamp())
        return letters.confirm(site, self._address(f"/requests/confirm/{key}"), there.created_at + CONFIRM_WITHIN)

    async def _about(self, connection: AsyncConnection, mail: OutgoingMail, site: Site, ticket: Ticket) -> Letter | None:
        if mail.kind == "due":
            return letters.due(site, ticket, self._address(f"/tickets/{ticket.number}"))
        url = self._address(f"/requests/{ticket.number}?key={self._request_links.sign(ticket.number)}")
        if mail.kind == "received":
            return letters.received(site, ticket, url)
        if mail.kind == "solved":
            return letters.solved(site, ticket, url)
        message = await threads.message(connection, ticket.id, mail.message or 0)
        return letters.answer(site, ticket, message, url) if message else None

    def _address(self, path: str) -> str:
        return self._public_url + path
