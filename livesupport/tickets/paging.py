"""Cursors: the place of a ticket in an order, by a value of its own and then by its id, in an opaque form that fits a URL."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

from livesupport.errors import NotFound
from livesupport.storage.schema import is_row_id

PAGE_SIZE = 50

_LONGEST = 100  # characters of a cursor that we could have written
_LARGEST = 2**31 - 1


def cursor_at(moment: datetime, ticket_id: int) -> str:
    """The cursor of this place in an order by time and id."""
    return _written(f"{moment.astimezone(UTC).isoformat()} {ticket_id}")


def read_cursor(cursor: str) -> tuple[datetime, int]:
    """The place that a cursor stands for; raises `NotFound` for anything that `cursor_at` cannot have written."""
    try:
        moment, ticket_id = _read(cursor).split(" ")
        place = datetime.fromisoformat(moment), int(ticket_id)
    except (ValueError, OverflowError, binascii.Error):
        raise NotFound("no such page") from None
    if place[0].tzinfo is not UTC or not is_row_id(place[1]):
        raise NotFound("no such page")
    return place


def cursor_in(order: str, value: datetime | int | None, ticket_id: int) -> str:
    """The cursor of this place in an order of that name; `value` is what the order goes by there."""
    told = value.astimezone(UTC).isoformat() if isinstance(value, datetime) else "" if value is None else str(value)
    return _written(f"{order} {told} {ticket_id}")


def read_cursor_in(order: str, cursor: str) -> tuple[datetime | int | None, int]:
    """The place that a cursor of this order stands for; raises `NotFound` for any other."""
    try:
        name, told, ticket_id = _read(cursor).split(" ")
        value = None if not told else int(told) if told.isdecimal() else datetime.fromisoformat(told)
        place = value, int(ticket_id)
    except (ValueError, OverflowError, binascii.Error):
        raise NotFound("no such page") from None
    is_moment = not isinstance(value, datetime) or value.tzinfo is UTC
    if name != order or not is_moment or (isinstance(value, int) and value > _LARGEST) or not is_row_id(place[1]):
        raise NotFound("no such page")
    return place


def _written(place: str) -> str:
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _read(cursor: str) -> str:
    if len(cursor) > _LONGEST:
        raise ValueError("too long")
    return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
