"""Signing in and out, and the sessions between: rows that can be ended from anywhere."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from livesupport.accounts.base import Service, hashed
from livesupport.accounts.requests import folded_login
from livesupport.errors import NotAllowed, NotFound, Unavailable
from livesupport.gathering import Gathered
from livesupport.model import Agent, Session, TicketNews
from livesupport.storage import agents, sessions, settings
from livesupport.storage.database import Database

SESSION_IDLE = timedelta(hours=12)
SESSION_LASTS = timedelta(days=30)
PROLONG_EVERY = timedelta(minutes=5)  # a session's end is moved at most this often, to spare a write per page
LONGEST_SECRET = 128
DEVICE_LIMIT = 80  # characters
FIND_MOST = 100  # sessions in one question


class Sessions(Service):
    """What can be done with sessions. Whatever ends one raises the directory's revision: its sockets follow."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], announce: Callable[[TicketNews], None] = lambda news: None
    ) -> None:
        super().__init__(database, clock, announce)
        self._found = Gathered(self._find_all, FIND_MOST)

    async def sign_in(self, login: str, password: str, device: str = "") -> tuple[str, Session]:
        """A fresh secret for the cookie, and the session that it opens; `device` names the browser, for the list of sessions.

        Raises `NotAllowed`, after the same work whether the login exists or not.
        """
        async with self._database.read() as connection:
            known = await agents.credentials(connection, folded_login(login))
        if not await self._passwords.matches(password, known[1] if known else None) or known is None:
            raise NotAllowed("wrong login or password")
        agent_id, password_hash = known
        fresh = await self._passwords.hash(password) if self._passwords.is_outdated(password_hash) else None
        return await self._begin_session(agent_id, fresh, device[:DEVICE_LIMIT])

    async def _begin_session(self, agent_id: int, fresh_hash: str | None, device: str) -> tuple[str, Session]:
        secret = secrets.token_urlsafe(32)
        now = self._clock()
        async with self._database.write() as connection:
            if fresh_hash:
                await agents.set_password_hash(connection, agent_id, fresh_hash)
            await sessions.add(connection, hashed(secret), agent_id, now, now + SESSION_IDLE, device)
            session = (await sessions.find(connection, [hashed(secret)], now)).get(hashed(secret))
            if session is None:
                raise NotAllowed("the account was disabled meanwhile")
        return secret, session

    async def session(self, secret: str) -> Session | None:
        """The session that this secret opens; None when it has ended or is locked. Looking keeps it alive."""
        session = await self._find(secret)
        if session is None or session.locked_at is not None:
            return None
        await self._prolong(session, self._clock())
        return session

    async def locked(self, secret: str) -> Session | None:
        """The session of this secret, if it waits for its password."""
        session = await self._find(secret)
        return session if session and session.locked_at is not None else None

    async def _find(self, secret: str) -> Session | None:
        return await self._found(hashed(secret)) if len(secret) <= LONGEST_SECRET else None

    async def _find_all(self, ids: Collection[str]) -> dict[str, Session]:
        async with self._database.read() as connection:
            return await sessions.find(connection, ids, self._clock())

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
            await sessions.remove(connection, hashed(secret))

    async def lock(self, session: Session) -> None:
        """Makes a session useless until its agent gives the password again (`unlock`)."""
        async with self._database.write() as connection:
            await settings.advance(connection, "directory")
            await sessions.set_locked(connection, session.id, self._clock())

    async def unlock(self, session: Session, password: str) -> None:
        """Opens a locked session again. Raises `NotAllowed` for a wrong password."""
        async with self._database.read() as connection:
            known = await agents.credentials(connection, session.agent.login)
        if known is None or not await self._passwords.matches(password, known[1]):
            raise NotAllowed("wrong password")
        async with self._database.write() as connection:
            await sessions.set_locked(connection, session.id, None)

    async def sessions_of(self, agent: Agent) -> list[Session]:
        """The agent's sessions that hold, the newest first."""
        async with self._database.read() as connection:
            return await sessions.of_agent(connection, agent, self._clock())

    async def end_session(self, agent: Agent, session_id: str) -> None:
        """Ends one of the agent's own sessions, by the id that `sessions_of` gives. Raises `NotFound`."""
        async with self._database.write() as connection:
            await settings.advance(connection, "directory")
            if session_id not in {one.id for one in await sessions.of_agent(connection, agent, self._clock())}:
                raise NotFound("no such session")
            await sessions.remove(connection, session_id)

    async def ended(self, session_ids: Collection[str]) -> set[str]:
        """Which of these sessions are no longer valid, or locked."""
        async with self._database.read() as connection:
            return set(session_ids) - await sessions.valid(connection, session_ids, self._clock())
