"""The mail to be sent: rows written in the transaction that caused them, so that none is lost and none sent for nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import MailKind, OutgoingMail
from livesupport.storage.schema import is_row_id, outbox

PROOFS: tuple[MailKind, ...] = ("confirm", "sign_in")


async def add(
    connection: AsyncConnection,
    kind: MailKind,
    recipient: str,
    language: str,
    site_id: str,
    at: datetime,
    *,
    ticket_id: int | None = None,
    message_id: int | None = None,
    pending_id: str | None = None,
    sign_in_id: str | None = None,
) -> int:
    """Puts a mail into the outbox, to be sent from the moment `at` on; returns its id. It is written when it is sent, from
    the ticket, message, pending request or attempt to sign in that it names."""
    row = {
        "kind": kind,
        "recipient": recipient,
        "language": language,
        "site_id": site_id,
        "ticket_id": ticket_id,
        "message_id": message_id,
        "pending_id": pending_id,
        "sign_in_id": sign_in_id,
        "state": "queued",
        "attempts": 0,
        "next_at": at,
        "created_at": at,
    }
    return int((await connection.execute(insert(outbox).values(row).returning(outbox.c.id))).scalar_one())


async def remove_of_message(connection: AsyncConnection, message_id: int) -> None:
    """Removes the mails about a message that is taken back."""
    await connection.execute(delete(outbox).where(outbox.c.message_id == message_id))


async def proofs_to(connection: AsyncConnection, recipient: str, since: datetime) -> list[datetime]:
    """When this address was asked to prove itself since this moment, with a link or a code; the newest first."""
    asked = (outbox.c.kind.in_(PROOFS), outbox.c.recipient == recipient, outbox.c.created_at > since)
    found = await connection.execute(select(outbox.c.created_at).where(*asked).order_by(outbox.c.created_at.desc()))
    return list(found.scalars())


async def latest(connection: AsyncConnection, limit: int) -> list[OutgoingMail]:
    """The newest mails, the newest first."""
    found = await connection.execute(select(outbox).order_by(outbox.c.id.desc()).limit(limit))
    return [_mail(row) for row in found]


async def by_id(connection: AsyncConnection, mail_id: int) -> OutgoingMail | None:
    """The mail with this id."""
    if not is_row_id(mail_id):
        return None
    row = (await connection.execute(select(outbox).where(outbox.c.id == mail_id))).one_or_none()
    return _mail(row) if row else None


def _mail(row: Any) -> OutgoingMail:
    return OutgoingMail(
        id=row.id,
        kind=row.kind,
        recipient=row.recipient,
        language=row.language,
        site=row.site_id,
        ticket=row.ticket_id,
        message=row.message_id,
        pending=row.pending_id,
        sign_in=row.sign_in_id,
        state=row.state,
        created_at=row.created_at,
        send_at=row.next_at,
    )
