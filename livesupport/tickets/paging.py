"""Cursors of the inbox: the place of a ticket in the order (changed last, id), in an opaque form that fits a URL."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

from livesupport.errors import NotFound
from livesupport.model import Ticket
from livesupport.storage.schema import is_row_id

PAGE_SIZE = 50

_LONGEST = 100  # characters of a cursor that we could have written


def cursor_after(ticket: Ticket) -> str:
    """The cursor of the page that begins after this ticket."""
    return cursor_at(ticket.updated_at, ticket.id)


def cursor_at(moment: datetime, ticket_id: int) -> str:
    """The cursor of this place in an order by time and id."""
    place = f"{moment.astimezone(UTC).isoformat()} {ticket_id}"
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, int]:
    """The place that a cursor stands for; raises `NotFound` for anything that `cursor_after` cannot have written."""
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("too long")
        moment, ticket_id = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(" ")
        place = datetime.fromisoformat(moment), int(ticket_id)
    except (ValueError, OverflowError, binascii.Error):
        raise NotFound("no such page") from None
    if place[0].tzinfo is not UTC or not is_row_id(place[1]):
        raise NotFound("no such page")
    return place
