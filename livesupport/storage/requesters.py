"""Queries for requesters: people who proved an address or are vouched for by their site, and their signed-in browsers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.emails import folded_email
from livesupport.model import Requester, RequesterSession
from livesupport.storage.schema import notice, requester, requester_session, sign_in_code, ticket


async def by_id(connection: AsyncConnection, requester_id: int) -> Requester | None:
    """The requester with this id."""
    return await _one(connection, requester.c.id == requester_id)


async def by_account(connection: AsyncConnection, site_id: str, account: str) -> Requester | None:
    """The person whom the site knows under this id; other writers are kept off until the transaction ends."""
    return await _one(connection, (requester.c.site_id == site_id) & (requester.c.account == account), lock=True)


async def by_email(connection: AsyncConnection, site_id: str, email: str) -> Requester | None:
    """The person who proved that this address is theirs; other writers are kept off until the transaction ends."""
    return await _one(connection, (requester.c.site_id == site_id) & (requester.c.email == folded_email(email)), lock=True)


async def of_email(
    connection: AsyncConnection, site_id: str, email: str, at: datetime, *, name: str = "", phone: str = "", language: str = ""
) -> Requester:
    """The person who has just proved that this address is theirs; they are noted the first time. Raises `Conflict`, from
    the database, when the same happens elsewhere at this moment."""
    email = folded_email(email)
    known = await by_email(connection, site_id, email)
    return known or await add(
        connection, site_id=site_id, email=email, name=name, phone=phone, language=language, created_at=at
    )


async def add(connection: AsyncConnection, **columns: object) -> Requester:
    """Adds a person; account and e-mail address are unique in their site (`Conflict`)."""
    added = insert(requester).values(**columns).returning(requester)
    return _requester((await connection.execute(added)).one())


async def change(connection: AsyncConnection, requester_id: int, **columns: object) -> None:
    """Sets these columns."""
    await connection.execute(update(requester).where(requester.c.id == requester_id).values(**columns))


async def merge(connection: AsyncConnection, gone: int, into: int) -> None:
    """Makes one person of two: all that the first one had belongs to the second, except the signed-in browsers."""
    await remove_sessions(connection, gone)
    for table in (ticket, notice):
        await connection.execute(update(table).where(table.c.requester_id == gone).values(requester_id=into))
    await connection.execute(delete(requester).where(requester.c.id == gone))


async def add_session(
    connection: AsyncConnection, session_id: str, requester_id: int, created_at: datetime, expires_at: datetime
) -> None:
    """Adds a session, and sweeps out those that have expired."""
    await connection.execute(delete(requester_session).where(requester_session.c.expires_at <= created_at))
    row = {"id": session_id, "requester_id": requester_id, "created_at": created_at, "expires_at": expires_at}
    await connection.execute(insert(requester_session).values(row))


async def session(connection: AsyncConnection, session_id: str, now: datetime) -> RequesterSession | None:
    """The session, if it has not expired."""
    both = requester_session.join(requester, requester_session.c.requester_id == requester.c.id)
    columns = (requester, requester_session.c.id.label("session_id"), requester_session.c.expires_at)
    query = select(*columns).select_from(both)
    holds = (requester_session.c.id == session_id, requester_session.c.expires_at > now)
    row = (await connection.execute(query.where(*holds))).one_or_none()
    return RequesterSession(id=row.session_id, requester=_requester(row), expires_at=row.expires_at) if row else None


async def valid_sessions(connection: AsyncConnection, session_ids: Collection[str], now: datetime) -> set[str]:
    """Which of these sessions still hold."""
    holds = (requester_session.c.id.in_(session_ids), requester_session.c.expires_at > now)
    return set((await connection.execute(select(requester_session.c.id).where(*holds))).scalars())


async def remove_session(connection: AsyncConnection, session_id: str) -> None:
    """Ends a session."""
    await connection.execute(delete(requester_session).where(requester_session.c.id == session_id))


async def remove_sessions(connection: AsyncConnection, requester_id: int) -> None:
    """Ends all sessions of a person."""
    await connection.execute(delete(requester_session).where(requester_session.c.requester_id == requester_id))


async def add_code(connection: AsyncConnection, code_id: str, site_id: str, email: str, at: datetime, until: datetime) -> None:
    """Adds an attempt to sign in, and sweeps out those that are over."""
    await connection.execute(delete(sign_in_code).where(sign_in_code.c.expires_at <= at))
    row = {"id": code_id, "site_id": site_id, "email": email, "attempts": 0, "created_at": at, "expires_at": until}
    await connection.execute(insert(sign_in_code).values(row))


async def code(connection: AsyncConnection, code_id: str, now: datetime, *, lock: bool = False) -> Any | None:
    """The attempt to sign in (id, site_id, email, attempts, created_at, expires_at), if it is not over."""
    query = select(sign_in_code).where(sign_in_code.c.id == code_id, sign_in_code.c.expires_at > now)
    return (await connection.execute(query.with_for_update() if lock else query)).one_or_none()


async def count_try(connection: AsyncConnection, code_id: str) -> None:
    """Counts that somebody tried a code."""
    more = {"attempts": sign_in_code.c.attempts + 1}
    await connection.execute(update(sign_in_code).where(sign_in_code.c.id == code_id).values(more))


async def remove_code(connection: AsyncConnection, code_id: str) -> None:
    """Ends an attempt to sign in."""
    await connection.execute(delete(sign_in_code).where(sign_in_code.c.id == code_id))


async def find(connection: AsyncConnection, where: ColumnElement[bool]) -> list[Requester]:
    """Everybody of whom this is true, by id."""
    rows = await connection.execute(select(requester).where(where).order_by(requester.c.id))
    return [_requester(row) for row in rows]


async def _one(connection: AsyncConnection, where: ColumnElement[bool], *, lock: bool = False) -> Requester | None:
    query = select(requester).where(where)
    row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    return _requester(row) if row else None


def _requester(row: Any) -> Requester:
    return Requester(
        id=row.id,
        site=row.site_id,
        account=row.account,
        email=row.email,
        name=row.name,
        phone=row.phone,
        language=row.language,
        created_at=row.created_at,
    )
