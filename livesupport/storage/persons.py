"""Everything that is held about a person who asked, found by an address, a phone number or their site's id of them."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import ColumnElement, delete, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import PendingRequest, Requester
from livesupport.storage import pending as waiting
from livesupport.storage import requesters as rows
from livesupport.storage.schema import (
    file,
    notice,
    outbox,
    pending_request,
    requester,
    requester_session,
    sign_in_code,
    ticket,
)


class Key(msgspec.Struct, frozen=True):
    """What a person is looked for by, each as far as it can be one: a folded address, phone numbers, and the id that a site has
    given them."""

    email: str
    phones: frozenset[str]
    site: str
    account: str

    def __repr__(self) -> str:
        return "<Key>"


async def requesters(connection: AsyncConnection, key: Key) -> list[Requester]:
    """Whoever has this address, one of these phone numbers, or this id at its site."""
    is_theirs = or_(
        requester.c.email == key.email if key.email else false(),
        requester.c.phone.in_(key.phones),
        (requester.c.site_id == key.site) & (requester.c.account == key.account),
    )
    return await rows.find(connection, is_theirs)


async def requesters_of(connection: AsyncConnection, tickets: Collection[tuple[int, str]]) -> list[Requester]:
    """Whoever has made one of these tickets (id and number)."""
    made = select(ticket.c.requester_id).where(ticket.c.id.in_([ticket_id for ticket_id, _number in tickets]))
    return await rows.find(connection, requester.c.id.in_(made))


async def tickets(connection: AsyncConnection, requester_ids: Collection[int], key: Key) -> list[tuple[int, str]]:
    """Id and number of the tickets of these requesters, and of those that carry the address or a phone number, by id."""
    by_email: ColumnElement[bool] = func.lower(ticket.c.email) == key.email if key.email else false()
    query = select(ticket.c.id, ticket.c.number).where(
        or_(ticket.c.requester_id.in_(requester_ids), ticket.c.phone.in_(key.phones), by_email)
    )
    return [(row.id, row.number) for row in await connection.execute(query.order_by(ticket.c.id))]


async def pending(connection: AsyncConnection, emails: Collection[str], phones: Collection[str]) -> list[PendingRequest]:
    """The requests with one of these addresses or phone numbers that wait for their confirmation."""
    by_phone = pending_request.c.content["phone"].as_string().in_(phones)
    return await waiting.find(connection, func.lower(pending_request.c.email).in_(emails) | by_phone)


async def forget_pending(connection: AsyncConnection, ids: Collection[str]) -> list[str]:
    """Erases pending requests; returns the ids of their files, whose bytes are still to be erased."""
    files = list((await connection.execute(select(file.c.id).where(file.c.pending_id.in_(ids)))).scalars())
    await connection.execute(delete(file).where(file.c.pending_id.in_(ids)))
    await connection.execute(delete(outbox).where(outbox.c.pending_id.in_(ids)))
    await connection.execute(delete(pending_request).where(pending_request.c.id.in_(ids)))
    return files


async def forget(connection: AsyncConnection, requester_ids: Collection[int], emails: Collection[str]) -> None:
    """Erases requesters with their sessions, notices, codes and the mails to their addresses; their tickets must be gone."""
    for table in (notice, requester_session):
        await connection.execute(delete(table).where(table.c.requester_id.in_(requester_ids)))
    await connection.execute(delete(requester).where(requester.c.id.in_(requester_ids)))
    await connection.execute(delete(sign_in_code).where(func.lower(sign_in_code.c.email).in_(emails)))
    await connection.execute(delete(outbox).where(func.lower(outbox.c.recipient).in_(emails)))
