"""Cursors of the inbox."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livesupport.errors import NotFound
from livesupport.tickets.paging import cursor_at, cursor_in, read_cursor, read_cursor_in


@given(st.integers(1, 2**31 - 1), st.datetimes(timezones=st.just(UTC)))
def test_a_cursor_brings_back_its_place_exactly(ticket_id: int, at: datetime) -> None:
    assert read_cursor(cursor_at(at, ticket_id)) == (at, ticket_id)
    assert read_cursor_in("due", cursor_in("due", at, ticket_id)) == (at, ticket_id)


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
HOSTILE += [_encoded("updated x 1"), _encoded(f"updated {2**63} 1"), _encoded("updated 2026-01-01 1"), _encoded("updated 1 0")]
HOSTILE += [_encoded(f"2026-01-01 {2**63}"), _encoded("2026-01-01 -1"), _encoded("0001-01-01T00:00+14:00 1")]


@pytest.mark.parametrize("cursor", HOSTILE)
def test_what_is_no_cursor_is_not_found(cursor: str) -> None:
    with pytest.raises(NotFound):
        read_cursor(cursor)
    with pytest.raises(NotFound):
        read_cursor_in("updated", cursor)


@pytest.mark.parametrize("value", [None, 3])
def test_a_cursor_of_another_order_is_not_found(value: int | None) -> None:
    assert read_cursor_in("priority", cursor_in("priority", value, 7)) == (value, 7)
    for order in ("-priority", "updated"):
        with pytest.raises(NotFound):
            read_cursor_in(order, cursor_in("priority", value, 7))


@given(st.text(max_size=120))
def test_no_text_makes_it_fail_in_another_way(cursor: str) -> None:
    with pytest.raises(NotFound):
        read_cursor(cursor)
