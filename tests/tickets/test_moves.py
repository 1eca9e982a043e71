"""Whatever agents and requesters do in whatever order, a ticket only ever moves along the table, and its history tells how."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livesupport.errors import Conflict, Invalid, NotFound
from livesupport.model import Agent, TicketStatus
from livesupport.storage import agents
from livesupport.storage.database import Database
from livesupport.tickets.answering import UNDO
from livesupport.tickets.requests import TicketChange
from livesupport.tickets.service import Tickets
from livesupport.tickets.status import AFTER_REPLY, MOVES
from tests.databases import Clock
from tests.tickets.conftest import a_line, from_chat, history, origin

Deed = Callable[[Tickets, Clock], Awaitable[object]]
ANA = Agent(id=1, login="ana", name="Ana", role="agent")

STATUSES = st.sampled_from(get_args(TicketStatus))


def change(status: TicketStatus) -> Deed:
    return lambda tickets, clock: tickets.change("1001", TicketChange(status=status), actor=ANA)


def reply(status: TicketStatus) -> Deed:
    return lambda tickets, clock: tickets.reply("1001", "Hello", actor=ANA, status=status)


async def take_back(tickets: Tickets, _clock: Clock) -> None:
    answered = (await tickets.get("1001", actor=ANA)).ticket.answered
    await tickets.take_back("1001", answered, actor=ANA)


async def note(tickets: Tickets, _clock: Clock) -> None:
    await tickets.note("1001", "Hm", actor=ANA)


async def wait(_tickets: Tickets, clock: Clock) -> None:
    clock.now += UNDO


async def hear(tickets: Tickets, clock: Clock) -> None:
    clock.now += timedelta(seconds=1)
    seq = int((clock() - Clock()()).total_seconds()) + 10
    await tickets.append(origin("chat"), [a_line(seq, "More")])


DEEDS = st.one_of(STATUSES.map(change), st.sampled_from(AFTER_REPLY).map(reply), st.sampled_from((take_back, note, wait, hear)))


@settings(max_examples=25, deadline=None)
@given(deeds=st.lists(DEEDS, max_size=12))
def test_a_ticket_moves_along_the_table(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, deeds: list[Deed]
) -> None:
    folder = tmp_path_factory.mktemp("moves")
    shutil.copy(sqlite_template, folder / "livesupport.db")
    asyncio.run(_live(f"sqlite+aiosqlite:///{folder}/livesupport.db", deeds))


async def _live(url: str, deeds: list[Deed]) -> None:
    clock = Clock()
    async with Database.open(url) as database:
        async with database.write() as connection:
            fields = {"login": "ana", "name": "Ana", "role": "agent", "password_hash": "", "languages": []}
            await agents.add(connection, (), created_at=clock(), **fields)
        tickets = Tickets(database, clock)
        before = await tickets.open(from_chat())
        for deed in deeds:
            try:
                await deed(tickets, clock)
            except (Conflict, Invalid, NotFound):
                refused = (await tickets.get("1001", actor=ANA)).ticket
                assert refused == before, "a refused deed changed the ticket"
            thread = await tickets.get("1001", actor=ANA)
            after = thread.ticket
            undone = deed is take_back
            assert undone or after.status == before.status or after.status in MOVES[before.status]
            assert after.status != "new"
            assert (after.solved_at is not None) == (after.status == "solved")
            assert after.answered == max((m.id for m in thread.messages if m.kind == "reply"), default=0)
            before = after
        _check_history(await history(tickets, "1001"), before.status)


def _check_history(events: list[tuple[str, str, str, str]], status: TicketStatus) -> None:
    """Each move begins where the one before ended."""
    moves = [(old, new) for what, _who, old, new in events if what == "status"]
    here = "open"
    for old, new in moves:
        assert old == here
        here = new
    assert here == status
