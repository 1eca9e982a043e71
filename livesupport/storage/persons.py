"""Everything that is held about a person who asked, found by an address, a phone number or their site's id of them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

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


async def requesters(connection: AsyncConnection, email: str, phones: Collection[str], account: str) -> list[int]:
    """The ids of requesters with this (folded) address, one of these phone numbers, or this account."""
    query = select(requester.c.id).where(
        or_(
            requester.c.email == email if email else false(),
            requester.c.phone.in_(phones),
            requester.c.account == account,
        )
    )
    return list((await connection.execute(query.order_by(requester.c.id))).scalars())


async def tickets(
    connection: AsyncConnection, requester_ids: Collection[int], email: str, phones: Collection[str]
) -> list[tuple[int, str]]:
    """Id and number of the tickets of these requesters, and of those that carry the address or a phone number, by id."""
    by_email: ColumnElement[bool] = func.lower(ticket.c.email) == email if email else false()
    query = select(ticket.c.id, ticket.c.number).where(
        or_(ticket.c.requester_id.in_(requester_ids), ticket.c.phone.in_(phones), by_email)
    )
    return [(row.id, row.number) for row in await connection.execute(query.order_by(ticket.c.id))]


async def pending(connection: AsyncConnection, email: str) -> list[str]:
    """The ids of requests of this address that wait for their confirmation."""
    if not email:
        return []
    query = select(pending_request.c.id).where(func.lower(pending_request.c.email) == email)
    return list((await connection.execute(query)).scalars())


async def forget_pending(connection: AsyncConnection, ids: Collection[str]) -> list[str]:
    """Erases pending requests; returns the ids of their files, whose bytes are still to be erased."""
    files = list((await connection.execute(select(file.c.id).where(file.c.pending_id.in_(ids)))).scalars())
    await connection.execute(delete(file).where(file.c.pending_id.in_(ids)))
    await connection.execute(delete(outbox).where(outbox.c.pending_id.in_(ids)))
    await connection.execute(delete(pending_request).where(pending_request.c.id.in_(ids)))
    return files


async def forget(connection: AsyncConnection, requester_ids: Collection[int], email: str) -> None:
    """Erases requesters with their sessions, notices, codes and the mails to their address; their tickets must be gone."""
    for table in (notice, requester_session):
        await connection.execute(delete(table).where(table.c.requester_id.in_(requester_ids)))
    await connection.execute(delete(requester).where(requester.c.id.in_(requester_ids)))
    if email:
        await connection.execute(delete(sign_in_code).where(func.lower(sign_in_code.c.email) == email))
        await connection.execute(delete(outbox).where(func.lower(outbox.c.recipient) == email))
