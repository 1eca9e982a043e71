"""Queries for the types of requests that a site offers."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Field, RequestType
from livesupport.storage.schema import is_row_id, request_type


async def of_site(connection: AsyncConnection, site_id: str, *, retired: bool = False) -> list[RequestType]:
    """The types of a site in the order in which they are offered; `retired` adds those that are offered no longer."""
    query = select(request_type).where(request_type.c.site_id == site_id)
    if not retired:
        query = query.where(request_type.c.retired_at.is_(None))
    return await _find(connection, query.order_by(request_type.c.position, request_type.c.id))


async def by_id(connection: AsyncConnection, type_id: int) -> RequestType | None:
    """The type with this id, whether it is still offered or not."""
    if not is_row_id(type_id):
        return None
    found = await _find(connection, select(request_type).where(request_type.c.id == type_id))
    return found[0] if found else None


async def add(connection: AsyncConnection, new: RequestType) -> RequestType:
    """Adds a type; its id is given here."""
    added = insert(request_type).values(_columns(new)).returning(request_type)
    return _type((await connection.execute(added)).one())


async def change(connection: AsyncConnection, changed: RequestType) -> bool:
    """Replaces everything of a type but its site; False when there is none with this id."""
    columns = _columns(changed)
    del columns["site_id"]
    result = await connection.execute(update(request_type).where(request_type.c.id == changed.id).values(columns))
    return result.rowcount == 1


async def _find(connection: AsyncConnection, query: Select[Any]) -> list[RequestType]:
    return [_type(row) for row in await connection.execute(query)]


def _type(row: Any) -> RequestType:
    return RequestType(
        id=row.id,
        site=row.site_id,
        name=row.name,
        topic=row.topic_id,
        instructions=row.instructions,
        fields=msgspec.convert(row.fields, tuple[Field, ...]),
        retention_days=row.retention_days,
        position=row.position,
        retired_at=row.retired_at,
    )


def _columns(value: RequestType) -> dict[str, Any]:
    return {
        "site_id": value.site,
        "topic_id": value.topic,
        "name": value.name,
        "instructions": value.instructions,
        "fields": msgspec.to_builtins(value.fields),
        "retention_days": value.retention_days,
        "position": value.position,
        "retired_at": value.retired_at,
    }
