"""A ticket says when the seals of its chat were checked, and whether the chat still says the same."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from livesupport.model import Agent
from livesupport.storage.database import Database
from livesupport.storage.schema import ticket_message
from livesupport.tickets.service import Tickets
from tests.databases import Clock
from tests.tickets.conftest import a_line, from_chat, origin

FIRST = ticket_message.c.seq == 1


async def test_a_checked_chat_tells_when_and_stays_so_when_more_is_said(tickets: Tickets, ana: Agent, clock: Clock) -> None:
    ticket = await tickets.open(from_chat(checked=True))
    assert (ticket.checked_at, ticket.one_sided) == (clock(), False)
    await tickets.append(origin("chat"), [a_line(3, "Thank you"), a_line(0, "found later")])
    await tickets.note("1001", "A note", actor=ana)
    assert not (await tickets.get("1001", actor=ana)).altered


async def test_what_was_not_checked_is_not_called_so(tickets: Tickets, ana: Agent) -> None:
    ticket = await tickets.open(from_chat(one_sided=True))
    assert (ticket.checked_at, ticket.one_sided) == (None, True)
    assert not (await tickets.get("1001", actor=ana)).altered


@pytest.mark.parametrize(
    "change",
    [
        update(ticket_message).where(FIRST).values(text="I owe you nothing"),
        update(ticket_message).where(FIRST).values(name="Levan"),
        update(ticket_message).where(FIRST).values(author="agent"),
        update(ticket_message).where(FIRST).values(seq=7),
        delete(ticket_message).where(FIRST),
    ],
    ids=["text", "name", "author", "place", "gone"],
)
async def test_whoever_changes_a_line_in_the_database_is_noticed(
    tickets: Tickets, ana: Agent, database: Database, change: object
) -> None:
    await tickets.open(from_chat(checked=True))
    async with database.write() as connection:
        await connection.execute(change)  # type: ignore[call-overload]
    assert (await tickets.get("1001", actor=ana)).altered
