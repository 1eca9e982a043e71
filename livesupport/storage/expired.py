"""What is over: sessions, codes and links that no longer hold."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.storage.schema import requester_session, session, setup_secret, sign_in_code


async def remove(connection: AsyncConnection, now: datetime) -> None:
    """Removes all of it."""
    for table in (session, requester_session, sign_in_code, setup_secret):
        await connection.execute(delete(table).where(table.c.expires_at <= now))
