"""The one door to sites, topics and canned replies."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from livesupport.cleaning import clean, clean_line
from livesupport.errors import Conflict, NotFound
from livesupport.i18n import gettext as _
from livesupport.model import CannedReply, Site, Topic
from livesupport.sites.requests import check_canned, check_site, check_topic, is_site_id, tidied
from livesupport.storage import audit, canned, jobs, settings, sites
from livesupport.storage.database import Database


class Sites:
    """What can be done with sites. Every method may raise `Unavailable`, and then nothing has changed.

    Every write raises the directory's revision in the same transaction, so that a running server sees it.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

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

    async def add(self, site: Site) -> Site:
        """Adds a site; topics are added one by one with `add_topic`. Raises `Invalid`, and `Conflict` when the id is taken."""
        site = tidied(site)
        check_site(site)
        with _unless_taken(_("this site id is taken")):
            async with self._database.write() as connection:
                await settings.advance(connection, "directory")
                await sites.add(connection, site)
        return await self.get(site.id)

    async def change(self, site: Site) -> Site:
        """Replaces everything of a site but its id and its topics. Raises `Invalid`, `NotFound`."""
        site = tidied(site)
        check_site(site)
        async with self._database.write() as connection:
            await settings.advance(connection, "directory")
            if not await sites.change(connection, site):
                raise NotFound(_("no such site"))
            # Its hours or its promises may be others now, and with them when its tickets are due.
            await jobs.add(connection, "promises", self._clock(), {"site": site.id}, key=f"promises:{site.id}")
        return await self.get(site.id)

    async def user_key(self, site_id: str, *, renew: bool = False) -> str:
        """What the site signs its people in with (`accounts/vouching.py`); made when it is first asked for, or when it is
        to be renewed, from when on the former one is worth nothing. Raises `NotFound`."""
        await self.get(site_id)
        async with self._database.write() as connection:
            key = "" if renew else await sites.user_key(connection, site_id)
            if not key:
                key = secrets.token_urlsafe(32)
                await sites.set_user_key(connection, site_id, key)
                await audit.add(connection, None, "site.user_key", site_id, self._clock())
        return key

    async def add_topic(self, site_id: str, name: str) -> Topic:
        """Adds a topic. Raises `Invalid`, `NotFound`, and `Conflict` when the site has one of that name."""
        name = clean_line(name)
        check_topic(name)
        await self.get(site_id)
        with _unless_taken(_("the site has a topic of this name already")):
            async with self._database.write() as connection:
                await settings.advance(connection, "directory")
                return await sites.add_topic(connection, site_id, name)

    async def canned(self) -> list[CannedReply]:
        """Every canned reply, by shortcut."""
        async with self._database.read() as connection:
            return await canned.all_canned(connection)

    async def add_canned(self, shortcut: str, text: str) -> CannedReply:
        """Adds a canned reply; the shortcut is without its `/`. Raises `Invalid`, and `Conflict` when it is taken."""
        shortcut, text = clean_line(shortcut).removeprefix("/").casefold(), clean(text)
        check_canned(shortcut, text)
        with _unless_taken(_("this shortcut is taken")):
            async with self._database.write() as connection:
                await settings.advance(connection, "directory")
                return await canned.add(connection, shortcut, text)


@contextmanager
def _unless_taken(sentence: str) -> Iterator[None]:
    """Names what exists already; the database, which alone decides it, only says that something does."""
    try:
        yield
    except Conflict:
        raise Conflict(sentence) from None
