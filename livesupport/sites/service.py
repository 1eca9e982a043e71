"""The one door to sites and topics; behind it also types of requests and canned replies."""

from __future__ import annotations

import secrets

from livesupport.cleaning import clean_line
from livesupport.errors import Conflict, NotFound
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Site, Topic
from livesupport.permits import check_administrator
from livesupport.sites.base import unless_taken
from livesupport.sites.canned import Canned
from livesupport.sites.requests import check_site, check_topic, is_site_id, tidied
from livesupport.sites.types import Types
from livesupport.storage import audit, jobs, settings, sites


class Sites(Canned, Types):
    """What can be done with sites, their topics, types of requests and ready answers. `actor` is the administrator who does
    it; None: the command line. Every method may raise `Unavailable`, and then nothing has changed."""

    async def revision(self) -> int:
        """A number that grows with every change of sites, topics, canned replies, agents, and with every session revoked."""
        async with self._database.read() as connection:
            return await settings.value(connection, "directory")

    async def all(self) -> list[Site]:
        """Every site, by id."""
        async with self._database.read() as connection:
            return await sites.all_sites(connection)

    async def get(self, site_id: str) -> Site:
        """One site. Raises `NotFound`."""
        if not is_site_id(site_id):
            raise NotFound(_("no such site"))
        async with self._database.read() as connection:
            site = await sites.by_id(connection, site_id)
        if site is None:
            raise NotFound(_("no such site"))
        return site

    async def add(self, site: Site, *, actor: Agent | None = None) -> Site:
        """Adds a site; topics are added one by one with `add_topic`. Raises `Invalid`, and `Conflict` when the id is taken."""
        site = tidied(site)
        check_site(site)
        with unless_taken(_("this site id is taken")):
            async with self._deed(actor, "site.created", site.id) as connection:
                await sites.add(connection, site)
        return await self.get(site.id)

    async def change(self, site: Site, *, actor: Agent | None = None) -> Site:
        """Replaces everything of a site but its id and its topics. Raises `Invalid`, `NotFound`."""
        site = tidied(site)
        check_site(site)
        async with self._deed(actor, "site.changed", site.id) as connection:
            if not await sites.change(connection, site):
                raise NotFound(_("no such site"))
            # Its hours or its promises may be others now, and with them when its tickets are due.
            await jobs.add(connection, "promises", self._clock(), {"site": site.id}, key=f"promises:{site.id}")
        return await self.get(site.id)

    async def user_key(self, site_id: str, *, renew: bool = False, actor: Agent | None = None) -> str:
        """What the site signs its people in with (`accounts/vouching.py`); made when it is first asked for, or when it is
        to be renewed, from when on the former one is worth nothing. Raises `NotFound`."""
        check_administrator(actor)
        await self.get(site_id)
        async with self._database.write() as connection:
            key = "" if renew else await sites.user_key(connection, site_id)
            if not key:
                key = secrets.token_urlsafe(32)
                await sites.set_user_key(connection, site_id, key)
                await audit.add(connection, actor, "site.user_key", site_id, self._clock())
        return key

    async def add_topic(self, site_id: str, name: str, *, actor: Agent | None = None) -> Topic:
        """Adds a topic. Raises `Invalid`, `NotFound`, and `Conflict` when the site has one of that name."""
        name = clean_line(name)
        check_topic(name)
        await self.get(site_id)
        with unless_taken(_("the site has a topic of this name already")):
            async with self._deed(actor, "topic.created", name, {"site": site_id}) as connection:
                return await sites.add_topic(connection, site_id, name)

    async def rename_topic(self, topic_id: int, name: str, *, actor: Agent | None = None) -> None:
        """Gives a topic another name. Raises `Invalid`, `NotFound`, and `Conflict` when the site has one of that name."""
        name = clean_line(name)
        check_topic(name)
        with unless_taken(_("the site has a topic of this name already")):
            async with self._deed(actor, "topic.renamed", name) as connection:
                if not await sites.rename_topic(connection, topic_id, name):
                    raise NotFound("no such topic")

    async def remove_topic(self, topic_id: int, *, actor: Agent | None = None) -> None:
        """Removes a topic that no ticket and no type of request has. Raises `NotFound`, and `Conflict` while one does."""
        async with self._deed(actor, "topic.removed", str(topic_id)) as connection:
            if not (await sites.topics_by_ids(connection, [topic_id])):
                raise NotFound("no such topic")
            with unless_taken(_("tickets or types of requests still have this topic")):
                if await sites.topic_in_use(connection, topic_id):
                    raise Conflict("in use")
                await sites.remove_topic(connection, topic_id)
