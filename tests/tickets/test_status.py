"""The states of a ticket."""

from __future__ import annotations

from contextlib import suppress
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livesupport.errors import Conflict
from livesupport.model import TicketStatus
from livesupport.tickets.status import AFTER_REPLY, FINISHED, MOVES, moved, touched

STATES: tuple[TicketStatus, ...] = get_args(TicketStatus)
states = st.sampled_from(STATES)


@given(st.lists(states))
def test_whatever_agents_try_a_ticket_never_becomes_new_again_nor_what_only_the_program_makes_of_it(
    path: list[TicketStatus],
) -> None:
    status: TicketStatus = "new"
    was_touched = False
    for wish in path:
        with suppress(Conflict):
            was_touched |= status != wish == moved(status, wish)
            status = moved(status, wish)
        assert status not in {"unconfirmed", "closed", "merged"}
        assert (status == "new") is not was_touched


@given(states, states)
def test_a_move_that_the_table_lacks_is_a_conflict(old: TicketStatus, wish: TicketStatus) -> None:
    if wish != old and wish not in MOVES.get(old, ()):
        with pytest.raises(Conflict):
            moved(old, wish)


@given(states)
def test_staying_is_always_legal(status: TicketStatus) -> None:
    assert moved(status, status) == status


@given(st.sampled_from(["unconfirmed", "closed", "merged"]), states)
def test_a_ticket_that_is_over_or_not_confirmed_goes_nowhere(status: TicketStatus, wish: TicketStatus) -> None:
    if wish != status:
        with pytest.raises(Conflict):
            moved(status, wish)


@given(states)
def test_the_first_deed_of_an_agent_opens_a_new_ticket_and_no_other(status: TicketStatus) -> None:
    assert touched(status) == ("open" if status == "new" else status)


@given(states, st.sampled_from(AFTER_REPLY))
def test_a_reply_may_move_every_ticket_that_takes_replies(status: TicketStatus, after: TicketStatus) -> None:
    if status not in FINISHED | {"unconfirmed"}:
        assert moved(status, after) == after
