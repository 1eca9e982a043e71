"""The people who answer, supervise and administer: who they are, what they may, and what becomes of their work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.accounts import leaving
from livesupport.accounts.base import Service
from livesupport.accounts.requests import AgentChange, NewAgent, folded_login, password_problems
from livesupport.errors import Conflict, Invalid, NotAllowed, NotFound
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Role, Ticket
from livesupport.permits import check_administrator
from livesupport.storage import agents, audit, sessions, settings, sites, tokens


class People(Service):
    """What can be done with people. `actor` is the administrator who does it; None: the command line.

    Every deed is in the audit log, and raises the directory's revision first of all: a running server sees it, and two such
    writes never overlap. Raises `NotAllowed` for an actor who is no administrator.
    """

    async def agents(self, *, disabled: bool = False) -> list[Agent]:
        """Everybody who may sign in, by login; with `disabled` also those who may not any more."""
        async with self._database.read() as connection:
            return await agents.all_agents(connection, disabled=disabled)

    async def agent(self, login: str) -> Agent:
        """One person, disabled or not. Raises `NotFound`."""
        async with self._database.read() as connection:
            return await _agent(connection, login)

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
        actor: Agent | None = None,
    ) -> Agent:
        """Adds a person. Raises `Invalid`, and `Conflict` when the login is taken."""
        check_administrator(actor)
        new = NewAgent(
            login=login,
            name=name,
            password=password,
            role=role,
            capacity=capacity,
            languages=languages,
            topics=topics,
        )
        password_hash = await self._passwords.hash(password)
        async with self._database.write() as connection:
            await settings.advance(connection, "directory")
            return await add_agent(connection, new, password_hash, actor, self._clock())

    async def change_agent(self, login: str, *, actor: Agent | None = None, **named: Any) -> tuple[Agent, list[str]]:
        """Changes the named fields of `AgentChange`; what is not named stays. Returns the person as they are now, and the
        numbers of the unfinished tickets that nobody has now because this person may not see them any more.

        Raises `NotFound`, `Invalid`, and `Conflict` when no administrator would be left.
        """
        check_administrator(actor)
        now = self._clock()
        async with self._database.write() as connection:
            await settings.advance(connection, "directory")
            former = await _agent(connection, login)
            known = {name: getattr(former, name) for name in AgentChange.__struct_fields__}
            change = AgentChange(**{**known, **named})
            await _check_topics(connection, change.topics)
            if change.role != "administrator" and await _is_last_administrator(connection, former):
                raise Conflict(_("the last administrator must stay one"))
            await _write(connection, former.id, change)
            changed = await _agent(connection, login)
            await audit.add(connection, actor, "agent.changed", changed.login, now, await _details(connection, former, changed))
            left = await leaving.release(connection, changed, now)
        self._tell(left)
        return changed, leaving.unfinished(left)

    async def disable_agent(self, login: str, *, actor: Agent | None = None) -> list[str]:
        """Ends a person's sessions, tokens and right to sign in; returns the numbers of the unfinished tickets that nobody
        has now.

        Raises `NotFound`, and `Conflict` for the last administrator.
        """
        check_administrator(actor)
        now = self._clock()
        async with self._database.write() as connection:
            await settings.advance(connection, "directory")
            agent = await _agent(connection, login)
            if await _is_last_administrator(connection, agent):
                raise Conflict(_("the last administrator cannot be disabled"))
            await agents.set_disabled(connection, agent.id, agent.disabled_at or now)
            await _shut_out(connection, agent, now)
            await audit.add(connection, actor, "agent.disabled", agent.login, now)
            left = await leaving.release(connection, await _agent(connection, login), now)
        self._tell(left)
        return leaving.unfinished(left)

    async def enable_agent(self, login: str, *, actor: Agent | None = None) -> None:
        """Lets a person sign in again, with the password that they had; their tokens stay revoked. Raises `NotFound`."""
        check_administrator(actor)
        async with self._database.write() as connection:
            await settings.advance(connection, "directory")
            agent = await _agent(connection, login)
            await agents.set_disabled(connection, agent.id, None)
            await audit.add(connection, actor, "agent.enabled", agent.login, self._clock())

    async def set_password(self, login: str, password: str, *, actor: Agent | None = None) -> None:
        """Replaces a person's password and ends all sessions and tokens. Raises `NotFound`, `Invalid`."""
        check_administrator(actor)
        await self._replace_password(login, password, actor, "agent.password_reset")

    async def change_password(self, agent: Agent, former: str, password: str) -> None:
        """Replaces one's own password, and ends all sessions and tokens: whoever knew it may have made some. Raises
        `NotAllowed` for a wrong former one, and `Invalid`."""
        async with self._database.read() as connection:
            known = await agents.credentials(connection, agent.login)
        if known is None or not await self._passwords.matches(former, known[1]):
            raise NotAllowed("wrong password")
        await self._replace_password(agent.login, password, agent, "agent.password_changed")

    async def _replace_password(self, login: str, password: str, actor: Agent | None, act: str) -> None:
        if problems := password_problems(password):
            raise Invalid(problems)
        password_hash = await self._passwords.hash(password)
        async with self._database.write() as connection:
            await settings.advance(connection, "directory")
            agent = await _agent(connection, login)
            await agents.set_password_hash(connection, agent.id, password_hash)
            await _shut_out(connection, agent, self._clock())
            await audit.add(connection, actor, act, agent.login, self._clock())

    def _tell(self, left: Iterable[Ticket]) -> None:
        for news in leaving.news_of(left):
            self._announce(news)


async def add_agent(
    connection: AsyncConnection, new: NewAgent, password_hash: str, actor: Agent | None, now: datetime
) -> Agent:
    """Adds a person within a transaction. Raises `Invalid` for topics that do not exist, `Conflict` for a taken login."""
    if await agents.by_login(connection, new.login):
        raise Conflict(_("this login is taken"))
    await _check_topics(connection, new.topics)
    await audit.add(connection, actor, "agent.created", new.login, now, {"role": new.role})
    return await agents.add(
        connection,
        new.topics,
        login=new.login,
        name=new.name,
        role=new.role,
        password_hash=password_hash,
        capacity=new.capacity,
        languages=list(new.languages),
        created_at=now,
    )


async def _agent(connection: AsyncConnection, login: str) -> Agent:
    agent = await agents.by_login(connection, folded_login(login))
    if agent is None:
        raise NotFound(_("no such agent"))
    return agent


async def _check_topics(connection: AsyncConnection, topics: Collection[int]) -> None:
    if len(await sites.topics_by_ids(connection, topics)) != len(topics):
        raise Invalid({"topics": _("Choose topics that exist.")})


async def _is_last_administrator(connection: AsyncConnection, agent: Agent) -> bool:
    in_office = agent.role == "administrator" and agent.disabled_at is None
    return in_office and await agents.count_administrators(connection) == 1


async def _write(connection: AsyncConnection, agent_id: int, change: AgentChange) -> None:
    columns = {"name": change.name, "role": change.role, "capacity": change.capacity, "languages": list(change.languages)}
    await agents.change(connection, agent_id, change.topics, **columns)


async def _details(connection: AsyncConnection, former: Agent, changed: Agent) -> dict[str, object]:
    """What the audit log says of a change; topics by their names."""
    details = audit.changes(former, changed)
    if "topics" in details:
        known = await sites.topics_by_ids(connection, {*former.topics, *changed.topics})
        details["topics"] = [", ".join(known[one].name for one in agent.topics) for agent in (former, changed)]
    return details


async def _shut_out(connection: AsyncConnection, agent: Agent, now: datetime) -> None:
    await sessions.remove_of_agent(connection, agent.id)
    await tokens.revoke_all(connection, agent.id, now)
