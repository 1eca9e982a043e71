"""Cursors of the inbox."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livesupport.errors import NotFound
from livesupport.model import Ticket
from livesupport.tickets.paging import cursor_after, read_cursor

_ANY = {"site": "default", "status": "new", "priority": "normal", "subject": "", "name": "", "phone": "", "email": ""}


def _ticket(ticket_id: int, at: datetime) -> Ticket:
    return Ticket(id=ticket_id, number="1001-7", channel="none", created_at=at, updated_at=at, **_ANY)  # type: ignore[arg-type]


@given(st.integers(1, 2**31 - 1), st.datetimes(timezones=st.just(UTC)))
def test_a_cursor_brings_back_its_place_exactly(ticket_id: int, at: datetime) -> None:
    assert read_cursor(cursor_after(_ticket(ticket_id, at))) == (at, ticket_id)


def _encoded(place: str) -> str:
    return urlsafe_b64encode(place.encode()).decode()


HOSTILE = [
    "x",
    "%",
    "\ud800",
    "١",
    "A" * 10_240,
    _encoded(""),
    _encoded("now 1"),
    _encoded("2026-01-01 x"),
    _encoded("2026-01-01 0"),
]
HOSTILE += [_encoded(f"2026-01-01 {2**63}"), _encoded("2026-01-01 -1"), _encoded("0001-01-01T00:00+14:00 1")]


@pytest.mark.parametrize("cursor", HOSTILE)
def test_what_is_no_cursor_is_not_found(cursor: str) -> None:
    with pytest.raises(NotFound):
        read_cursor(cursor)


@given(st.text(max_size=120))
def test_no_text_makes_it_fail_in_another_way(cursor: str) -> None:
    with pytest.raises(NotFound):
        read_cursor(cursor)
