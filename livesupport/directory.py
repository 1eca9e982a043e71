"""What the desk knows of sites and people, kept like the database: a change from any page or command line reaches it in time.

Every second one number is read, which every write to sites, agents and sessions raises; only when it has changed is the
rest read too. So a revoked session loses its sockets within two seconds (guarantees.md, G7).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from livesupport import calendar, model
from livesupport.accounts.service import Accounts
from livesupport.live import AgentIdentity, Desk, Site, Topic
from livesupport.permits import may_see
from livesupport.sites.service import Sites

log = structlog.get_logger()

LOOK_EVERY = 1.0  # seconds
CLOCK_EVERY = 15  # looks between two of those that follow the clock: business hours, sessions that run out


class Directory:
    """Sites and people as the database had them at the last look."""

    def __init__(self, accounts: Accounts, sites: Sites, clock: Callable[[], datetime]) -> None:
        self._accounts = accounts
        self._sites = sites
        self._clock = clock
        self._lock = asyncio.Lock()
        self._revision: int | None = None
        self._looks = 0
        self._known_sites: dict[str, model.Site] = {}
        self._known_agents: dict[int, model.Agent] = {}
        self._told_hours: dict[str, tuple[bool, datetime | None]] = {}

    def region_of(self, site: str) -> str:
        """The country whose local phone numbers a site's visitors write."""
        found = self._known_sites.get(site)
        return found.region if found else ""

    def name_of(self, agent: int) -> str:
        """An agent's name; empty for one who is disabled."""
        found = self._known_agents.get(agent)
        return found.name if found else ""

    def serves(self, agent: int, topic: int | None) -> bool:
        """Whether tickets of this topic are the business of an agent who is not disabled."""
        found = self._known_agents.get(agent)
        return found is not None and may_see(found, topic)

    def agent(self, agent: int) -> model.Agent | None:
        """An agent as the last look saw them; None for one who is disabled."""
        return self._known_agents.get(agent)

    def knows(self, agent: int) -> bool:
        """Whether the last look saw this agent, enabled."""
        return agent in self._known_agents

    async def follow(self, desk: Desk) -> None:
        """Looks every second until cancelled; while the database cannot be read the desk goes on with what it knows."""
        while True:
            try:
                await self.look(desk)
            except Exception as error:  # whatever it is, the next look may go well
                log.warning("directory_unread", error=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY)

    async def look(self, desk: Desk) -> None:
        """Tells the desk what has changed since the last look. Raises `Unavailable`."""
        async with self._lock:
            revision = await self._sites.revision()
            has_changed = revision != self._revision
            if has_changed:
                await self._read(desk)
                self._revision = revision
            if has_changed or self._looks % CLOCK_EVERY == 0:
                self._tell_hours(desk)
                desk.close_sessions(await self._accounts.ended(desk.sessions()))
            self._looks += 1

    async def _read(self, desk: Desk) -> None:
        sites, agents = await self._sites.all(), await self._accounts.agents()
        self._known_sites = {site.id: site for site in sites}
        self._known_agents = {agent.id: agent for agent in agents}
        desk.set_directory(map(_site, sites), map(_identity, agents))

    def _tell_hours(self, desk: Desk) -> None:
        now = self._clock()
        for site in self._known_sites.values():
            is_open, opens = calendar.is_open(site.hours, now), calendar.next_opening(site.hours, now)
            if self._told_hours.get(site.id, (True, None)) != (is_open, opens):
                desk.set_hours(site.id, is_open, opens.timestamp() if opens else None)
            self._told_hours[site.id] = is_open, opens


def _site(site: model.Site) -> Site:
    topics = tuple(Topic(id=topic.id, name=topic.name) for topic in site.topics)
    return Site(id=site.id, name=site.name, topics=topics, mode=site.mode, convert=site.convert)


def _identity(agent: model.Agent) -> AgentIdentity:
    return AgentIdentity(
        id=agent.id,
        name=agent.name,
        role=agent.role,
        capacity=agent.capacity,
        languages=frozenset(agent.languages),
        topics=frozenset(agent.topics),
        site=model.SELF_CHECK if agent.login == model.SELF_CHECK else None,
    )
