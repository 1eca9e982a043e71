"""Queries for requests that wait for their confirmation by e-mail. Nobody who answers sees them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import PendingRequest
from livesupport.storage.schema import outbox, pending_request


async def add(
    connection: AsyncConnection, pending_id: str, site_id: str, email: str, content: Mapping[str, object], at: datetime
) -> PendingRequest:
    """Adds one, with its first mail counted; the id is unique (`Conflict`)."""
    row = {
        "id": pending_id,
        "site_id": site_id,
        "email": email,
        "content": dict(content),
        "mails": 1,
        "created_at": at,
    }
    return _pending((await connection.execute(insert(pending_request).values(row).returning(pending_request))).one())


async def by_id(connection: AsyncConnection, pending_id: str, *, lock: bool = False) -> PendingRequest | None:
    """The one with this id; `lock` keeps other writers off it until the transaction ends."""
    query = select(pending_request).where(pending_request.c.id == pending_id)
    found = await _find(connection, query.with_for_update() if lock else query)
    return found[0] if found else None


async def count_of(connection: AsyncConnection, email: str, since: datetime) -> int:
    """How many of this address have waited since this moment."""
    of_address = (pending_request.c.email == email, pending_request.c.created_at > since)
    return int((await connection.execute(select(func.count()).where(*of_address))).scalar_one())


async def count_mail(connection: AsyncConnection, pending_id: str, email: str) -> None:
    """Counts one more mail, to this address from now on."""
    more = {"email": email, "mails": pending_request.c.mails + 1}
    await connection.execute(update(pending_request).where(pending_request.c.id == pending_id).values(more))


async def older_than(connection: AsyncConnection, moment: datetime) -> list[PendingRequest]:
    """Those that were written at or before this moment, the oldest first."""
    return await find(connection, pending_request.c.created_at <= moment)


async def remove(connection: AsyncConnection, pending_id: str) -> None:
    """Removes one, and the mails for it that were not sent; its files must be gone or moved before."""
    unsent = (outbox.c.pending_id == pending_id, outbox.c.state == "queued")
    await connection.execute(delete(outbox).where(*unsent))
    await connection.execute(delete(pending_request).where(pending_request.c.id == pending_id))


async def find(connection: AsyncConnection, where: ColumnElement[bool]) -> list[PendingRequest]:
    """Those of which this is true, the oldest first."""
    return await _find(connection, select(pending_request).where(where).order_by(pending_request.c.created_at))


async def _find(connection: AsyncConnection, query: Select[Any]) -> list[PendingRequest]:
    return [_pending(row) for row in await connection.execute(query)]


def _pending(row: Any) -> PendingRequest:
    return PendingRequest(
        id=row.id,
        site=row.site_id,
        email=row.email,
        content=row.content,
        mails=row.mails,
        created_at=row.created_at,
    )
