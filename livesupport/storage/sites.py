"""Queries for sites and their topics."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, delete, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Site, Topic
from livesupport.storage.schema import agent_topic, is_row_id, request_type, site, ticket, topic


async def all_sites(connection: AsyncConnection) -> list[Site]:
    """Every site with its topics, by id."""
    return await _find(connection)


async def by_id(connection: AsyncConnection, site_id: str) -> Site | None:
    """One site with its topics."""
    found = await _find(connection, site.c.id == site_id)
    return found[0] if found else None


async def add(connection: AsyncConnection, new: Site) -> None:
    """Adds a site (without topics); an id that exists already is a unique value broken (`Conflict`)."""
    await connection.execute(insert(site).values(id=new.id, **_columns(new)))


async def change(connection: AsyncConnection, changed: Site, named: Collection[str]) -> None:
    """Sets the named fields of a site to what they are in `changed`."""
    columns = {name: column for name, column in _columns(changed).items() if name in named}
    if columns:
        await connection.execute(update(site).where(site.c.id == changed.id).values(columns))


async def user_key(connection: AsyncConnection, site_id: str) -> str:
    """What the site signs its people in with; empty when it has no key, or when there is no such site."""
    return (await connection.execute(select(site.c.user_key).where(site.c.id == site_id))).scalar() or ""


async def set_user_key(connection: AsyncConnection, site_id: str, key: str) -> bool:
    """Sets it; False when there is no such site."""
    return (await connection.execute(update(site).where(site.c.id == site_id).values(user_key=key))).rowcount == 1


async def add_topic(connection: AsyncConnection, site_id: str, name: str) -> Topic:
    """Adds a topic; a name that the site has already is a unique value broken (`Conflict`)."""
    added = insert(topic).values(site_id=site_id, name=name).returning(topic.c.id)
    return Topic(id=(await connection.execute(added)).scalar_one(), site=site_id, name=name)


async def rename_topic(connection: AsyncConnection, topic_id: int, name: str) -> None:
    """Gives a topic another name; one that the site has already is a unique value broken (`Conflict`)."""
    await connection.execute(update(topic).where(topic.c.id == topic_id).values(name=name))


async def topic_in_use(connection: AsyncConnection, topic_id: int) -> bool:
    """Whether a ticket or a type of requests has it."""
    used = exists().where(ticket.c.topic_id == topic_id), exists().where(request_type.c.topic_id == topic_id)
    return bool((await connection.execute(select(or_(*used)))).scalar_one())


async def remove_topic(connection: AsyncConnection, topic_id: int) -> None:
    """Removes a topic, also from the agents who belonged to it."""
    await connection.execute(delete(agent_topic).where(agent_topic.c.topic_id == topic_id))
    await connection.execute(delete(topic).where(topic.c.id == topic_id))


async def topics_by_ids(connection: AsyncConnection, ids: Collection[int]) -> dict[int, Topic]:
    """These topics, as far as they exist."""
    possible = list(filter(is_row_id, ids))
    rows = await connection.execute(select(topic).where(topic.c.id.in_(possible))) if possible else ()
    return {row.id: _topic(row) for row in rows}


async def _find(connection: AsyncConnection, *where: ColumnElement[bool]) -> list[Site]:
    rows = (await connection.execute(select(site).where(*where).order_by(site.c.id))).all()
    of_these = topic.c.site_id.in_([row.id for row in rows])
    topics = (await connection.execute(select(topic).where(of_these).order_by(topic.c.id))).all()
    return [_site(row, (one for one in topics if one.site_id == row.id)) for row in rows]


def _site(row: Any, topics: Iterable[Any]) -> Site:
    columns = {str(name): value for name, value in row._mapping.items() if value is not None}
    return msgspec.convert({**columns, "topics": [_topic(one) for one in topics]}, Site)


def _topic(row: Any) -> Topic:
    return Topic(id=row.id, site=row.site_id, name=row.name)


def _columns(value: Site) -> dict[str, Any]:
    columns: dict[str, Any] = msgspec.to_builtins(value)
    return {name: column for name, column in columns.items() if name not in ("id", "topics")}
