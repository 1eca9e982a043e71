"""What is held about a person who asked: told to them as a whole, or erased as a whole (GDPR, articles 15, 17 and 20).

A chat that was not saved is not held, so there is nothing of it to export or to erase.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.emails import folded_email, is_email
from livesupport.errors import Invalid, NotFound
from livesupport.i18n import gettext as _
from livesupport.model import Agent, PendingRequest, Requester, StoredFile
from livesupport.permits import check_administrator
from livesupport.phones import parse_phone
from livesupport.storage import audit, jobs, persons, purging, sites
from livesupport.storage.persons import Key
from livesupport.tickets import exporting
from livesupport.tickets.base import Service
from livesupport.tickets.files import Files

LONGEST_KEY = 254


class Held(msgspec.Struct, frozen=True):
    """What there is: requesters, the ids and numbers of tickets, and the requests that wait for their confirmation."""

    requesters: list[Requester] = []
    tickets: list[tuple[int, str]] = []
    pending: list[PendingRequest] = []

    def __repr__(self) -> str:
        return "<Held>"

    @property
    def is_empty(self) -> bool:
        """Nothing at all."""
        return not (self.requesters or self.tickets or self.pending)


class Persons(Service):
    """Export and erasure, for administrators; both are in the audit log, which tells numbers and no names.

    A person is named by an e-mail address, a phone number, or the id that `site` (empty: none) has given them. What is found
    is everything of the people who have that address, number or id, and of those whose requests carry it.
    """

    async def held(self, key: str, *, site: str = "", actor: Agent) -> Held:
        """What is held about whoever this is. Raises `NotAllowed`, `Invalid`."""
        check_administrator(actor)
        async with self._database.read() as connection:
            return await _held(connection, await _key(connection, key, site))

    async def export(self, key: str, *, site: str = "", actor: Agent) -> tuple[dict[str, Any], list[StoredFile]]:
        """All of it as plain data, and the files that belong to it. Raises `NotAllowed`, `Invalid`, `NotFound`."""
        check_administrator(actor)
        now = self._clock()
        async with self._database.write() as connection:
            held = await _held(connection, await _key(connection, key, site))
            if held.is_empty:
                raise NotFound("nothing is held")
            await audit.add(connection, actor, "person.exported", _counted(held), now)
            requests = [await exporting.of_request(connection, ticket_id, now) for ticket_id, _number in held.tickets]
            waiting = [await exporting.of_pending(connection, one) for one in held.pending]
        content = {
            "people": [exporting.of_person(one) for one in held.requesters],
            "requests": [content for content, _files in requests],
            "unconfirmed": [content for content, _files in waiting],
        }
        return content, [one for _content, files in (*requests, *waiting) for one in files]

    async def erase(self, key: str, *, site: str = "", actor: Agent) -> Held:
        """Erases all of it, files included, for good; returns what it was. Raises `NotAllowed`, `Invalid`, `NotFound`."""
        check_administrator(actor)
        now = self._clock()
        async with self._database.write() as connection:
            wanted = await _key(connection, key, site)
            held = await _held(connection, wanted)
            if held.is_empty:
                raise NotFound("nothing is held")
            await purging.purge(connection, [ticket_id for ticket_id, _number in held.tickets], now)
            files = await persons.forget_pending(connection, [one.id for one in held.pending])
            await jobs.add(connection, "scrub", now, {"files": files})
            await persons.forget(connection, [one.id for one in held.requesters], _emails(wanted, held))
            await audit.add(connection, actor, "person.erased", _counted(held), now)
        return held


async def _key(connection: AsyncConnection, text: str, site: str) -> Key:
    """A phone number is read as every site reads it that knows another country's local forms; and as it is, for a site may
    have vouched for one that nobody can read."""
    text = text.strip()
    if not 1 <= len(text) <= LONGEST_KEY:
        raise Invalid({"key": _("Write an e-mail address, a phone number, or the site's own id of the person.")})
    regions = {site.region for site in await sites.all_sites(connection)}
    phones = {phone for region in regions if (phone := parse_phone(text, region))}
    email = folded_email(text) if is_email(text) else ""
    return Key(email=email, phones=frozenset({*phones, text}), site=site, account=text)


async def _held(connection: AsyncConnection, key: Key) -> Held:
    """By the key the people and the requests that carry it, then whoever made these requests, with all that is theirs."""
    found = await persons.requesters(connection, key)
    carriers = await persons.requesters_of(connection, await persons.tickets(connection, [one.id for one in found], key))
    people = {one.id: one for one in (*found, *carriers)}
    held = Held(requesters=[people[one] for one in sorted(people)])
    return msgspec.structs.replace(
        held,
        tickets=await persons.tickets(connection, list(people), key),
        pending=await persons.pending(connection, _emails(key, held), key.phones),
    )


def _emails(key: Key, held: Held) -> set[str]:
    """The addresses of the person."""
    return {one for one in (key.email, *(person.email for person in held.requesters)) if one}


def _counted(held: Held) -> str:
    return f"{len(held.requesters)} / {len(held.tickets)} / {len(held.pending)}"


async def bytes_of(files: Files, file_id: str) -> AsyncIterator[bytes]:
    """The bytes of a file that an export names; nothing when they are gone."""
    try:
        stream = files.store.open(file_id)
    except NotFound:
        return
    async for chunk in stream:
        yield chunk
