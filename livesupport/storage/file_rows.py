"""Queries for files: what is known of each beside its bytes (`files.py`), and to whom it belongs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import MessageKind, StoredFile
from livesupport.storage.schema import file, site, ticket, ticket_message

NOBODY = ""  # owner of a file that was taken


class Placed(msgspec.Struct, frozen=True):
    """A file and where it is: with whoever uploads it, or in a message of a ticket; neither: it belongs to the house."""

    file: StoredFile
    owner: str
    pending_id: str | None
    ticket_id: int | None
    number: str | None
    topic_id: int | None
    requester_id: int | None
    kind: MessageKind | None
    visible_at: datetime | None


async def add(connection: AsyncConnection, owner: str, new: StoredFile) -> None:
    """Notes a file that somebody has uploaded and not yet sent."""
    row = {name: getattr(new, name) for name in ("id", "name", "media_type", "size", "sha256", "created_at")}
    await connection.execute(insert(file).values(owner=owner, **row))


async def staged(connection: AsyncConnection, owner: str, ids: Collection[str]) -> list[StoredFile]:
    """Those of the files that this owner has uploaded and not yet sent."""
    return await _find(connection, (file.c.owner == owner) & file.c.id.in_(ids))


async def staged_by(connection: AsyncConnection, owner: str) -> tuple[int, int]:
    """How many files an owner has uploaded and not yet sent, and their bytes."""
    return await _count(connection, file.c.owner == owner)


async def staged_by_all(connection: AsyncConnection) -> tuple[int, int]:
    """The same of everybody."""
    return await _count(connection, file.c.owner != NOBODY)


async def take(
    connection: AsyncConnection,
    owner: str,
    ids: Collection[str],
    *,
    ticket_id: int | None = None,
    message_id: int | None = None,
    pending_id: str | None = None,
) -> int:
    """Gives files that this owner has uploaded to a message, or to a request that waits for its confirmation; returns how
    many of them there were."""
    taken = update(file).where(file.c.owner == owner, file.c.id.in_(ids))
    place = {"ticket_id": ticket_id, "message_id": message_id, "pending_id": pending_id}
    return (await connection.execute(taken.values(owner=NOBODY, **place))).rowcount


async def give_back(connection: AsyncConnection, message_id: int, owner: str) -> list[str]:
    """Takes the files of a message out of it, so that they wait for this owner; returns their ids."""
    given = update(file).where(file.c.message_id == message_id)
    free = {"owner": owner, "ticket_id": None, "message_id": None}
    return list((await connection.execute(given.values(free).returning(file.c.id))).scalars())


async def confirm(connection: AsyncConnection, pending_id: str, ticket_id: int, message_id: int) -> None:
    """Moves the files of a pending request into the message that it has become."""
    moved = update(file).where(file.c.pending_id == pending_id)
    await connection.execute(moved.values(pending_id=None, ticket_id=ticket_id, message_id=message_id))


async def of_ticket(connection: AsyncConnection, ticket_id: int) -> list[StoredFile]:
    """All files of a ticket, in the order in which they were uploaded; each names its message."""
    return await _find(connection, file.c.ticket_id == ticket_id)


async def of_pending(connection: AsyncConnection, pending_id: str) -> list[StoredFile]:
    """The files of a request that waits for its confirmation."""
    return await _find(connection, file.c.pending_id == pending_id)


async def placed(connection: AsyncConnection, file_id: str) -> Placed | None:
    """A file and where it is."""
    where = (ticket.c.number, ticket.c.topic_id, ticket.c.requester_id, ticket_message.c.kind, ticket_message.c.visible_at)
    joined = file.outerjoin(ticket, file.c.ticket_id == ticket.c.id).outerjoin(
        ticket_message, file.c.message_id == ticket_message.c.id
    )
    query = select(file, *where).select_from(joined).where(file.c.id == file_id)
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    return Placed(
        file=_file(row),
        owner=row.owner,
        pending_id=row.pending_id,
        ticket_id=row.ticket_id,
        number=row.number,
        topic_id=row.topic_id,
        requester_id=row.requester_id,
        kind=row.kind,
        visible_at=row.visible_at,
    )


async def forget_staged(connection: AsyncConnection, owner: str, file_id: str) -> bool:
    """Deletes the row of a file that this owner has uploaded; False when there is none."""
    return bool(await _forget(connection, (file.c.owner == owner) & (file.c.id == file_id)))


async def forget_stale(connection: AsyncConnection, before: datetime) -> list[str]:
    """Deletes the rows of files that were uploaded before this moment and never sent, and of logos that no site has any
    more; returns their ids."""
    of_house = (file.c.owner == NOBODY) & file.c.ticket_id.is_(None) & file.c.pending_id.is_(None)
    is_spare = or_(file.c.owner != NOBODY, of_house & file.c.id.not_in(select(site.c.logo)))
    return await _forget(connection, is_spare & (file.c.created_at < before))


async def forget_of_pending(connection: AsyncConnection, pending_id: str) -> list[str]:
    """Deletes the rows of a pending request's files; returns their ids."""
    return await _forget(connection, file.c.pending_id == pending_id)


async def forget_of_tickets(connection: AsyncConnection, ticket_ids: Collection[int]) -> list[str]:
    """Deletes the rows of these tickets' files; returns their ids."""
    return await _forget(connection, file.c.ticket_id.in_(ticket_ids))


async def all_ids(connection: AsyncConnection) -> set[str]:
    """The ids of all files that anybody knows of."""
    return {row.id for row in await connection.execute(select(file.c.id))}


async def _forget(connection: AsyncConnection, where: ColumnElement[bool]) -> list[str]:
    return [row.id for row in await connection.execute(delete(file).where(where).returning(file.c.id))]


async def _count(connection: AsyncConnection, where: ColumnElement[bool]) -> tuple[int, int]:
    query = select(func.count(), func.coalesce(func.sum(file.c.size), 0)).where(where)
    count, size = (await connection.execute(query)).one()
    return int(count), int(size)


async def _find(connection: AsyncConnection, where: ColumnElement[bool]) -> list[StoredFile]:
    query = select(file).where(where).order_by(file.c.created_at, file.c.id)
    return [_file(row) for row in await connection.execute(query)]


def _file(row: Any) -> StoredFile:
    return StoredFile(
        id=row.id,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        created_at=row.created_at,
        message_id=row.message_id,
    )
