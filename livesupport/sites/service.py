"""The one door to sites and topics; behind it also types of requests and canned replies."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.cleaning import clean_line
from livesupport.errors import Conflict, NotFound
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Site, Topic
from livesupport.permits import check_administrator
from livesupport.sites.base import unless_taken
from livesupport.sites.canned import Canned
from livesupport.sites.requests import check_site, check_topic, is_site_id, tidied
from livesupport.sites.types import Types
from livesupport.storage import agents, audit, jobs, settings, sites


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
        async with self._database.read() as connection:
            return await _site(connection, site_id)

    async def add(self, site: Site, *, actor: Agent | None = None) -> Site:
        """Adds a site; topics are added one by one with `add_topic`. Raises `Invalid`, and `Conflict` when the id is taken."""
        site = tidied(site)
        check_site(site)
        with unless_taken(_("this site id is taken")):
            async with self._deed(actor, "site.created", site.id) as deed:
                await sites.add(deed.connection, site)
        return await self.get(site.id)

    async def change(self, site_id: str, *, actor: Agent | None = None, **named: Any) -> Site:
        """Changes the named fields of a site (all may be named but its id and its topics); what is not named stays, whoever
        else changes it at the same moment. Returns the site as it is now. Raises `Invalid`, `NotFound`."""
        async with self._deed(actor, "site.changed", site_id) as deed:
            former = await _site(deed.connection, site_id)
            changed = tidied(msgspec.structs.replace(former, **named))
            check_site(changed)
            await sites.change(deed.connection, changed, named)
            deed.details = audit.changes(former, changed)
            # Its hours or its promises may be others now, and with them when its tickets are due.
            await jobs.add(deed.connection, "promises", self._clock(), {"site": site_id}, key=f"promises:{site_id}")
        return changed

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
            async with self._deed(actor, "topic.created", name, {"site": site_id}) as deed:
                return await sites.add_topic(deed.connection, site_id, name)

    async def rename_topic(self, topic_id: int, name: str, *, actor: Agent | None = None) -> None:
        """Gives a topic another name. Raises `Invalid`, `NotFound`, and `Conflict` when the site has one of that name."""
        name = clean_line(name)
        check_topic(name)
        with unless_taken(_("the site has a topic of this name already")):
            async with self._deed(actor, "topic.renamed", name) as deed:
                former = await _topic(deed.connection, topic_id)
                deed.details = {"site": former.site, "name": [former.name, name]}
                await sites.rename_topic(deed.connection, topic_id, name)

    async def remove_topic(self, topic_id: int, *, actor: Agent | None = None) -> None:
        """Removes a topic. Raises `NotFound`, and `Conflict` while a ticket or a type of requests has it, or while it is the
        only one of somebody: without any topic they would see the tickets of all."""
        async with self._deed(actor, "topic.removed") as deed:
            topic = await _topic(deed.connection, topic_id)
            deed.subject, deed.details = topic.name, {"site": topic.site}
            if names := await agents.with_this_topic_only(deed.connection, topic_id):
                sentence = _("{names} would see every ticket without this topic: give them another one first")
                raise Conflict(sentence.format(names=", ".join(names)))
            with unless_taken(_("tickets or types of requests still have this topic")):
                if await sites.topic_in_use(deed.connection, topic_id):
                    raise Conflict("in use")
                await sites.remove_topic(deed.connection, topic_id)


async def _site(connection: AsyncConnection, site_id: str) -> Site:
    site = await sites.by_id(connection, site_id) if is_site_id(site_id) else None
    if site is None:
        raise NotFound(_("no such site"))
    return site


async def _topic(connection: AsyncConnection, topic_id: int) -> Topic:
    found = (await sites.topics_by_ids(connection, [topic_id])).get(topic_id)
    if found is None:
        raise NotFound("no such topic")
    return found
