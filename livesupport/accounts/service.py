"""The one door to accounts: first run, signing in and out, sessions, and the people who may have them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.accounts.passwords import Passwords
from livesupport.accounts.requests import NewAgent, folded_login, password_problems
from livesupport.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Role, Session, TicketStatus
from livesupport.storage import agents, sessions, settings, sites, threads, tickets
from livesupport.storage.database import Database

SETUP_LASTS = timedelta(hours=24)
SESSION_IDLE = timedelta(hours=12)
SESSION_LASTS = timedelta(days=30)
PROLONG_EVERY = timedelta(minutes=5)  # a session's end is moved at most this often, to spare a write per page
LONGEST_SECRET = 128

_UNFINISHED: tuple[TicketStatus, ...] = ("unconfirmed", "new", "open", "pending", "on_hold", "solved")


class Accounts:
    """What can be done with accounts. Every method may raise `Unavailable`, and then nothing has changed.

    Whatever takes a right away or gives one raises the directory's revision in the same transaction, first of all: a
    running server sees the change, and two such writes never overlap.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._passwords = Passwords()

    # ── First run ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def setup_needed(self) -> bool:
        """Whether there is no administrator yet."""
        async with self._database.read() as connection:
            return await agents.count_administrators(connection) == 0

    async def new_setup_secret(self) -> str:
        """A secret that makes its holder the administrator, once, within 24 hours; a former one no longer counts."""
        secret = secrets.token_urlsafe(32)
        async with self._database.write() as connection:
            await settings.replace_setup_secret(connection, _hash(secret), self._clock() + SETUP_LASTS)
        return secret

    async def setup_open(self, secret: str) -> bool:
        """Whether `finish_setup` would take this secret."""
        async with self._database.read() as connection:
            known = await settings.knows_setup_secret(connection, _hash(secret), self._clock())
            return known and await agents.count_administrators(connection) == 0

    async def finish_setup(self, secret: str, *, login: str, name: str, password: str) -> Agent:
        """Makes the first administrator and uses the secret up.

        Raises `Invalid`, and `NotFound` when the secret is wrong, used or too old, or somebody is administrator already.
        """
        if not await self.setup_open(secret):  # before any costly work for a stranger
            raise NotFound("no such setup link")
        new = NewAgent(login=login, name=name, password=password, role="administrator")
        password_hash = await self._passwords.hash(password)
        async with self._database.write() as connection:
            await settings.advance(connection, "directory")
            is_good = await settings.use_setup_secret(connection, _hash(secret), self._clock())
            if not is_good or await agents.count_administrators(connection) > 0:
                raise NotFound("no such setup link")
            return await self._add(connection, new, password_hash)

    # ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def sign_in(self, login: str, password: str) -> tuple[str, Session]:
        """A fresh secret for the cookie, and the session that it opens.

        Raises `NotAllowed`, after the same work whether the login exists or not.
        """
        async with self._database.read() as connection:
            known = await agents.credentials(connection, folded_login(login))
        if not await self._passwords.matches(password, known[1] if known else None) or known is None:
            raise NotAllowed("wrong login or password")
        agent_id, password_hash = known
        fresh = await self._passwords.hash(password) if self._passwords.is_outdated(password_hash) else None
        return await self._begin_session(agent_id, fresh)

    async def _begin_session(self, agent_id: int, fresh_hash: str | None) -> tuple[str, Session]:
        secret = secrets.token_urlsafe(32)
        now = self._clock()
        async with self._database.write() as connection:
            if fresh_hash:
                await agents.set_password_hash(connection, agent_id, fresh_hash)
            await sessions.add(connection, _hash(secret), agent_id, now, now + SESSION_IDLE)
            session = await sessions.find(connection, _hash(secret), now)
            if session is None:
                raise NotAllowed("the account was disabled meanwhile")
        return secret, session

    async def session(self, secret: str) -> Session | None:
        """The session that this secret opens; None when it has ended. Looking keeps it alive."""
        if len(secret) > LONGEST_SECRET:
            return None
        now = self._clock()
        async with self._database.read() as connection:
            session = await sessions.find(connection, _hash(secret), now)
        if session is not None:
            await self._prolong(session, now)
        return session

    async def _prolong(self, session: Session, now: datetime) -> None:
        end = min(now + SESSION_IDLE, session.created_at + SESSION_LASTS)
        if end - session.expires_at < PROLONG_EVERY:
            return
        try:
            async with self._database.write() as connection:
                await sessions.prolong(connection, session.id, end)
        except Unavailable:
            return  # a full disk must not sign anybody out; the next look tries again

    async def sign_out(self, secret: str) -> None:
        """Ends the session that this secret opens, if there is one."""
        async with self._database.write() as connection:
            await settings.advance(connection, "directory")
            await sessions.remove(connection, _hash(secret))

    async def ended(self, session_ids: Collection[str]) -> set[str]:
        """Which of these sessions are no longer valid."""
        async with self._database.read() as connection:
            return set(session_ids) - await sessions.valid(connection, session_ids, self._clock())

    # ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def agents(self, *, disabled: bool = False) -> list[Agent]:
        """Everybody who may sign in, by login; with `disabled` also those who may not any more."""
        async with self._database.read() as connection:
            return await agents.all_agents(connection, disabled=disabled)

    async def create_agent(
        self,
        *,
        login: str,
        name: str,
        password: str,
        role: Role = "agent",
        capacity: int | None = None,
        languages: Sequence[str] = (),
        topics: Collection[int] = (),
    ) -> Agent:
        """Adds a person. Raises `Invalid`, and `Conflict` when the login is taken."""
        new = NewAgent(
            login=login,
            name=name,
            password=password,
            role=role,
            capacity=capacity,
            languages=tuple(languages),
            topics=frozenset(topics),
        )
        password_hash = await self._passwords.hash(password)
        async with self._database.write() as connection:
            await settings.advance(connection, "directory")
            return await self._add(connection, new, password_hash)

    async def disable_agent(self, login: str) -> list[str]:
        """Ends a person's sessions and right to sign in; returns the numbers of the unfinished tickets that nobody has now.

        Raises `NotFound`, and `Conflict` for the last administrator.
        """
        now = self._clock()
        async with self._database.write() as connection:
            await settings.advance(connection, "directory")
            agent = await _agent(connection, login)
            if await _is_last_administrator(connection, agent):
                raise Conflict(_("the last administrator cannot be disabled"))
            await agents.set_disabled(connection, agent.id, agent.disabled_at or now)
            await sessions.remove_of_agent(connection, agent.id)
            return await _unassign(connection, agent, now)

    async def enable_agent(self, login: str) -> None:
        """Lets a person sign in again. Raises `NotFound`."""
        async with self._database.write() as connection:
            await settings.advance(connection, "directory")
            await agents.set_disabled(connection, (await _agent(connection, login)).id, None)

    async def set_password(self, login: str, password: str) -> None:
        """Replaces a person's password and ends all sessions. Raises `NotFound`, `Invalid`."""
        if problems := password_problems(password):
            raise Invalid(problems)
        password_hash = await self._passwords.hash(password)
        async with self._database.write() as connection:
            await settings.advance(connection, "directory")
            agent = await _agent(connection, login)
            await agents.set_password_hash(connection, agent.id, password_hash)
            await sessions.remove_of_agent(connection, agent.id)

    async def _add(self, connection: AsyncConnection, new: NewAgent, password_hash: str) -> Agent:
        if await agents.by_login(connection, new.login):
            raise Conflict(_("this login is taken"))
        if len(await sites.topics_by_ids(connection, new.topics)) != len(new.topics):
            raise Invalid({"topics": _("Choose topics that exist.")})
        return await agents.add(
            connection,
            new.topics,
            login=new.login,
            name=new.name,
            role=new.role,
            password_hash=password_hash,
            capacity=new.capacity,
            languages=list(new.languages),
            created_at=self._clock(),
        )


async def _agent(connection: AsyncConnection, login: str) -> Agent:
    agent = await agents.by_login(connection, folded_login(login))
    if agent is None:
        raise NotFound(_("no such agent"))
    return agent


async def _is_last_administrator(connection: AsyncConnection, agent: Agent) -> bool:
    in_office = agent.role == "administrator" and agent.disabled_at is None
    return in_office and await agents.count_administrators(connection) == 1


async def _unassign(connection: AsyncConnection, agent: Agent, now: datetime) -> list[str]:
    left = await tickets.assigned(connection, agent.id, _UNFINISHED)
    for ticket in left:
        await tickets.change(connection, ticket.id, assignee_id=None, updated_at=now)
        await threads.add_event(connection, ticket.id, "assignee", "", now, agent.name)
    return [ticket.number for ticket in left]


def _hash(secret: str) -> str:
    """What is stored of a secret. It is 256 random bits, so a plain hash needs neither salt nor cost."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
