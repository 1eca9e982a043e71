"""The people who ask, as far as they are known: they prove an address with a code, or their site vouches for them.

A code is bound to the browser that asked for it, lasts ten minutes and a few tries, and is never stored; nobody learns whether
an address was known before. What a browser holds afterwards is the secret of a session, which is a row and can be ended.
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.accounts import vouching
from livesupport.accounts.base import hashed
from livesupport.accounts.vouching import Vouched
from livesupport.emails import PROOFS_WITHIN, folded_email, is_email, wait_to_prove
from livesupport.errors import Conflict, Invalid, NotAllowed, NotFound
from livesupport.i18n import gettext as _
from livesupport.model import Requester, RequesterSession
from livesupport.phones import parse_phone
from livesupport.storage import outbox, requesters, sites
from livesupport.storage.database import Database

CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5
PROVED_LASTS = timedelta(days=30)  # a browser whose person proved an address stays signed in
VOUCHED_LASTS = timedelta(hours=12)  # the site says it again on every page
LONGEST_SECRET = 128

Who = Callable[[AsyncConnection], Awaitable[Requester | None]]


class MailedEnough(Conflict):
    """This address has had as many mails as it gets for now; the next may go in `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__("mailed enough")
        self.seconds = seconds


class Requesters:
    """Who asks. Every method may raise `Unavailable`, and then nothing has changed."""

    def __init__(self, database: Database, clock: Callable[[], datetime], code_of: Callable[[str, str], str]) -> None:
        """`code_of` computes the code of an attempt and an address (`signing.SignInCodes`)."""
        self._database = database
        self._clock = clock
        self._code_of = code_of

    # ── With a code ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def ask_code(self, site_id: str, email: str, language: str) -> str:
        """Has a code mailed to the address; returns the secret that binds it to the browser that asked.

        The same happens for every address, whether somebody with it has asked before or not. Raises `Invalid`,
        `NotFound`, `MailedEnough`.
        """
        email = folded_email(email)
        if not is_email(email):
            raise Invalid({"email": _("Enter an e-mail address such as ana@example.com.")})
        secret, now = secrets.token_urlsafe(32), self._clock()
        async with self._database.write() as connection:
            if await sites.by_id(connection, site_id) is None:
                raise NotFound("no such site")
            if wait := wait_to_prove(await outbox.proofs_to(connection, email, now - PROOFS_WITHIN), now):
                raise MailedEnough(wait)
            await requesters.add_code(connection, hashed(secret), site_id, email, now, now + CODE_LASTS)
            await outbox.add(connection, "sign_in", email, language, site_id, now, sign_in_id=hashed(secret))
        return secret

    async def code_to_mail(self, sign_in_id: str) -> str | None:
        """The code of an attempt to sign in, for the mail that brings it; None when the attempt is over."""
        async with self._database.read() as connection:
            attempt = await requesters.code(connection, sign_in_id, self._clock())
        return self._code_of(attempt.id, attempt.email) if attempt else None

    async def attempt(self, secret: str) -> tuple[str, str] | None:
        """The site and the address of an attempt to sign in, in the browser that began it; None when it is over."""
        if len(secret) > LONGEST_SECRET:
            return None
        async with self._database.read() as connection:
            attempt = await requesters.code(connection, hashed(secret), self._clock())
        return (attempt.site_id, attempt.email) if attempt else None

    async def enter_code(self, secret: str, code: str) -> str:
        """Signs in: the secret of the session. Each try counts, and the last one ends the attempt.

        Raises `NotAllowed` for a wrong code, `NotFound` when the attempt is over or was not begun in this browser.
        """
        if len(secret) > LONGEST_SECRET:
            raise NotFound("no such attempt")
        code_id, now = hashed(secret), self._clock()
        async with self._database.write() as connection:
            attempt = await requesters.code(connection, code_id, now, lock=True)
            if attempt is None:
                raise NotFound("no such attempt")
            is_right = hmac.compare_digest(self._code_of(attempt.id, attempt.email).encode(), _digits(code).encode())
            if is_right or attempt.attempts + 1 >= MOST_TRIES:
                await requesters.remove_code(connection, code_id)
            else:
                await requesters.count_try(connection, code_id)
        if not is_right:
            raise NotAllowed("wrong code")
        return await self._begin(lambda connection: requesters.of_email(connection, attempt.site_id, attempt.email, now))

    # ── By the word of their site ────────────────────────────────────────────────────────────────────────────────────

    async def vouched(self, site_id: str, attributes: Mapping[str, str], sig: str) -> tuple[str, Vouched]:
        """Signs in a person whom their site vouches for (`vouching.py`): the secret of the session, and what the site said.

        Raises `NotAllowed`.
        """
        async with self._database.read() as connection:
            key = await sites.user_key(connection, site_id)
        vouched = vouching.read(key, attributes, sig, self._clock().timestamp())
        if vouched is None:
            raise NotAllowed("not the word of this site")
        secret = await self._begin(lambda connection: self._vouched(connection, site_id, vouched), VOUCHED_LASTS)
        return secret, vouched

    async def _vouched(self, connection: AsyncConnection, site_id: str, said: Vouched) -> Requester:
        site = await sites.by_id(connection, site_id)
        phone = (parse_phone(said.phone, site.region) if site else None) or said.phone
        person = await requesters.by_account(connection, site_id, said.account)
        if person is None:
            columns = {"site_id": site_id, "account": said.account, "name": said.name, "phone": phone, "language": ""}
            person = await requesters.add(connection, **columns, created_at=self._clock())
        else:
            await requesters.change(connection, person.id, name=said.name, phone=phone)
        if said.email_verified and is_email(said.email) and said.email != person.email:
            await self._give_address(connection, person, said.email)
        return person

    async def _give_address(self, connection: AsyncConnection, person: Requester, email: str) -> None:
        """The site has seen this address proved: whoever asked from it before, without an account, is the same person."""
        former = await requesters.by_email(connection, person.site, email)
        if former is not None and former.account is not None:
            return  # two accounts with one address: whose it is, nobody here can tell
        if former is not None:
            await requesters.merge(connection, former.id, person.id)
        await requesters.change(connection, person.id, email=email)

    # ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def session(self, secret: str) -> RequesterSession | None:
        """The session that this secret opens; None when it has ended."""
        if len(secret) > LONGEST_SECRET:
            return None
        async with self._database.read() as connection:
            return await requesters.session(connection, hashed(secret), self._clock())

    async def ended(self, session_ids: Collection[str]) -> set[str]:
        """Which of these sessions are no longer valid."""
        if not session_ids:
            return set()
        async with self._database.read() as connection:
            return set(session_ids) - await requesters.valid_sessions(connection, session_ids, self._clock())

    async def second_session(self, secret: str) -> str:
        """The secret of another session for the same person: what the panel gives to a page of its own.

        Raises `NotAllowed` when the first one has ended.
        """
        session = await self.session(secret)
        if session is None:
            raise NotAllowed("the session has ended")
        return await self._begin(lambda connection: requesters.by_id(connection, session.requester.id), VOUCHED_LASTS)

    async def sign_out(self, secret: str) -> None:
        """Ends the session that this secret opens, if there is one."""
        async with self._database.write() as connection:
            await requesters.remove_session(connection, hashed(secret))

    async def _begin(self, who: Who, lasts: timedelta = PROVED_LASTS) -> str:
        """Begins a session of the person whom `who` finds or makes; the same may happen in another browser meanwhile."""
        try:
            return await self._try_to_begin(who, lasts)
        except Conflict:  # the other one has made the person: now they can be found
            return await self._try_to_begin(who, lasts)

    async def _try_to_begin(self, who: Who, lasts: timedelta) -> str:
        secret, now = secrets.token_urlsafe(32), self._clock()
        async with self._database.write() as connection:
            person = await who(connection)
            if person is None:
                raise NotAllowed("nobody")
            await requesters.add_session(connection, hashed(secret), person.id, now, now + lasts)
        return secret


def _digits(code: str) -> str:
    """The code without the spaces or dashes between which people read it; digits of every script are the same."""
    return "".join(str(unicodedata.decimal(one)) for one in code[:40] if one.isdecimal())
