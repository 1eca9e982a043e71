"""What is held about a person who asked: told to them as a whole, or erased as a whole (GDPR, articles 15, 17 and 20).

A chat that was not saved is not held, so there is nothing of it to export or to erase.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.emails import folded_email, is_email
from livesupport.errors import Invalid, NotFound
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Requester, StoredFile
from livesupport.permits import check_administrator
from livesupport.phones import parse_phone
from livesupport.storage import audit, file_rows, jobs, pending, persons, purging, requesters, sites, threads, tickets
from livesupport.tickets.base import Service
from livesupport.tickets.files import Files

LONGEST_KEY = 254


class Held(msgspec.Struct, frozen=True):
    """What there is: requesters, the ids and numbers of tickets, and how many requests wait for their confirmation."""

    requesters: list[Requester]
    tickets: list[tuple[int, str]]
    pending: list[str]

    def __repr__(self) -> str:
        return "<Held>"

    @property
    def is_empty(self) -> bool:
        """Nothing at all."""
        return not (self.requesters or self.tickets or self.pending)


class Key(msgspec.Struct, frozen=True):
    """By what a person is looked for: what was typed as an address, as a phone number, and as it is."""

    email: str
    phones: frozenset[str]
    account: str

    def __repr__(self) -> str:
        return "<Key>"


class Persons(Service):
    """Export and erasure, for administrators; both are in the audit log, which tells numbers and no names."""

    async def held(self, key: str, *, actor: Agent) -> Held:
        """What is held about whoever has this e-mail address, phone number or account. Raises `NotAllowed`, `Invalid`."""
        check_administrator(actor)
        async with self._database.read() as connection:
            return await _held(connection, await _key(connection, key))

    async def export(self, key: str, *, actor: Agent) -> tuple[dict[str, Any], list[StoredFile]]:
        """All of it as plain data, and the files that belong to it. Raises `NotAllowed`, `Invalid`, `NotFound`."""
        check_administrator(actor)
        async with self._database.write() as connection:
            held = await _held(connection, await _key(connection, key))
            if held.is_empty:
                raise NotFound("nothing is held")
            content = await _content(connection, held)
            await audit.add(connection, actor, "person.exported", _counted(held), self._clock())
            files = [one for ticket_id, _number in held.tickets for one in await file_rows.of_ticket(connection, ticket_id)]
        return content, files

    async def erase(self, key: str, *, actor: Agent) -> Held:
        """Erases all of it, files included, for good; returns what it was. Raises `NotAllowed`, `Invalid`, `NotFound`."""
        check_administrator(actor)
        now = self._clock()
        async with self._database.write() as connection:
            wanted = await _key(connection, key)
            held = await _held(connection, wanted)
            if held.is_empty:
                raise NotFound("nothing is held")
            await purging.purge(connection, [ticket_id for ticket_id, _number in held.tickets], now)
            files = await persons.forget_pending(connection, held.pending)
            await jobs.add(connection, "scrub", now, {"files": files})
            await persons.forget(connection, [one.id for one in held.requesters], wanted.email)
            await audit.add(connection, actor, "person.erased", _counted(held), now)
        return held


async def _key(connection: AsyncConnection, text: str) -> Key:
    """A phone number is read as every site reads it that knows another country's local forms."""
    text = text.strip()
    if not 3 <= len(text) <= LONGEST_KEY:
        raise Invalid({"key": _("Write an e-mail address, a phone number, or the site's own id of the person.")})
    regions = {site.region for site in await sites.all_sites(connection)}
    phones = {phone for region in regions if (phone := parse_phone(text, region))}
    return Key(email=folded_email(text) if is_email(text) else "", phones=frozenset(phones), account=text)


async def _held(connection: AsyncConnection, key: Key) -> Held:
    ids = await persons.requesters(connection, key.email, key.phones, key.account)
    found = [await requesters.by_id(connection, one) for one in ids]
    return Held(
        requesters=[one for one in found if one is not None],
        tickets=await persons.tickets(connection, ids, key.email, key.phones),
        pending=await persons.pending(connection, key.email),
    )


async def _content(connection: AsyncConnection, held: Held) -> dict[str, Any]:
    """Everything but the internal notes of those who answer, which are their own."""
    return {
        "people": _plain(held.requesters),
        "requests": [await _request(connection, ticket_id) for ticket_id, _number in held.tickets],
        "unconfirmed": [
            {"created_at": one.created_at, "content": one.content}
            for pending_id in held.pending
            if (one := await pending.by_id(connection, pending_id)) is not None
        ],
    }


async def _request(connection: AsyncConnection, ticket_id: int) -> dict[str, Any]:
    ticket = await tickets.by_id(connection, ticket_id)
    messages = [one for one in await threads.messages(connection, ticket_id) if one.kind != "note"]
    return {
        "request": msgspec.to_builtins(ticket, builtin_types=()),
        "messages": _plain(messages),
        "events": _plain(await threads.events(connection, ticket_id)),
        "files": _plain(await file_rows.of_ticket(connection, ticket_id)),
    }


def _plain(records: Iterable[msgspec.Struct]) -> list[Any]:
    return [msgspec.to_builtins(one) for one in records]


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
