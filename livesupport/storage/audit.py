"""The audit log: who did which act of administration, to what, when. Written in the transaction of the act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Act, Agent
from livesupport.storage.schema import audit

LONGEST_VALUE = 200  # characters of a former or a new value


async def add(
    connection: AsyncConnection,
    actor: Agent | None,
    act: str,
    subject: str,
    at: datetime,
    details: Mapping[str, object] | None = None,
) -> None:
    """Notes an act such as "agent.disabled" on a subject such as a login. `actor` None: done on the command line. No secret
    and nothing that a visitor or requester wrote belongs into the details."""
    row = {
        "at": at,
        "actor_id": actor.id if actor else None,
        "actor": actor.name if actor else "",
        "act": act,
        "object": subject,
        "details": dict(details or {}),
    }
    await connection.execute(insert(audit).values(row))


def changes(former: msgspec.Struct, changed: msgspec.Struct) -> dict[str, object]:
    """The details of a change: each field that differs, with its former and its new value where both are a few words."""
    details: dict[str, object] = {}
    for name in former.__struct_fields__:
        values = getattr(former, name), getattr(changed, name)
        if values[0] != values[1]:
            words = [_words(value) for value in values]
            details[name] = words if all(word is not None and len(word) <= LONGEST_VALUE for word in words) else []
    return details


def _words(value: object) -> str | None:
    """A value as people read it; None for what has no short form."""
    if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    if value is None or isinstance(value, str | int):
        return "" if value is None else str(value)
    return None


async def page(connection: AsyncConnection, before: int | None, limit: int) -> list[Act]:
    """Acts, the newest first, from before this one on."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.id < before)
    return [
        Act(id=row.id, at=row.at, actor=row.actor, act=row.act, subject=row.object, details=row.details)
        for row in await connection.execute(query)
    ]
