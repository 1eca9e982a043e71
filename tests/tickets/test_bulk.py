"""One deed for many tickets, and what undoing it does when somebody was there meanwhile."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from sqlalchemy import select, text

from livesupport.accounts.service import Accounts
from livesupport.errors import Invalid, NotFound
from livesupport.model import Agent, Ticket, TicketNews, Topic
from livesupport.storage import settings, tags
from livesupport.storage import tickets as tickets_rows
from livesupport.storage.database import Database
from livesupport.storage.schema import ticket
from livesupport.tickets.bulk import Bulk
from livesupport.tickets.labelling import MOST_TAGS
from livesupport.tickets.requests import TicketChange
from livesupport.tickets.service import Tickets
from tests.databases import Clock, only_postgresql
from tests.tickets.conftest import a_request, history

SOLVE = TicketChange(status="solved")


@pytest.fixture
def heard() -> list[TicketNews]:
    return []


@pytest.fixture
def bulk(database: Database, clock: Clock, heard: list[TicketNews]) -> Bulk:
    return Bulk(database, clock, heard.append)


async def _open(tickets: Tickets, count: int) -> list[str]:
    return [(await tickets.open(a_request(number, question=f"Question {number}"))).number for number in range(count)]


async def _now(tickets: Tickets, numbers: list[str], actor: Agent) -> list[Ticket]:
    return [(await tickets.get(number, actor=actor)).ticket for number in numbers]


def _but_version(found: list[Ticket]) -> list[Ticket]:
    return [msgspec.structs.replace(ticket, version=0) for ticket in found]


def _opened(found: list[Ticket]) -> list[Ticket]:
    return [msgspec.structs.replace(ticket, status="open") for ticket in _but_version(found)]


async def test_ana_solves_three_and_takes_it_back_exactly(
    tickets: Tickets, bulk: Bulk, ana: Agent, clock: Clock, heard: list[TicketNews]
) -> None:
    numbers = await _open(tickets, 4)
    before = await _now(tickets, numbers, ana)
    clock.forward(minutes=5)
    done = await bulk.change(numbers[:3], SOLVE, actor=ana)
    assert (done.changed, done.refused) == (numbers[:3], [])
    assert [ticket.status for ticket in await _now(tickets, numbers, ana)] == ["solved"] * 3 + ["new"]
    assert {news.number for news in heard} == set(numbers[:3])
    clock.forward(seconds=9)
    undone = await bulk.undo(done.undo, actor=ana)
    assert (undone.restored, undone.kept) == (numbers[:3], [])
    assert _but_version(await _now(tickets, numbers, ana)) == [*_opened(before[:3]), *_but_version(before[3:])]
    assert (await history(tickets, numbers[0]))[-2:] == [
        ("status", "Ana", "new", "solved"),
        ("status", "Ana", "solved", "open"),  # nothing is new again
    ]


async def test_what_somebody_has_changed_since_stays_as_they_left_it(
    tickets: Tickets, bulk: Bulk, ana: Agent, ben: Agent
) -> None:
    first, second = await _open(tickets, 2)
    done = await bulk.change([first, second], TicketChange(assignee=ana.id), actor=ana)
    await tickets.change(second, TicketChange(priority="urgent"), actor=ben)
    undone = await bulk.undo(done.undo, actor=ana)
    assert (undone.restored, undone.kept) == ([first], [second])
    one, two = await _now(tickets, [first, second], ana)
    assert (one.assignee, one.status) == (None, "open")
    assert (two.assignee, two.priority) == (ana, "urgent")


async def test_a_ticket_is_not_put_back_to_somebody_who_has_left(
    tickets: Tickets, bulk: Bulk, accounts: Accounts, ana: Agent, ben: Agent
) -> None:
    numbers = await _open(tickets, 1)
    await tickets.change(numbers[0], TicketChange(assignee=ben.id), actor=ana)
    done = await bulk.change(numbers, TicketChange(assignee=ana.id, status="pending"), actor=ana)
    await accounts.disable_agent("ben")
    assert (await bulk.undo(done.undo, actor=ana)).restored == numbers
    [ticket] = await _now(tickets, numbers, ana)
    assert (ticket.assignee, ticket.status) == (None, "open")
    assert ("assignee", "Ana", "Ana", "") in await history(tickets, numbers[0])


async def test_assignee_priority_topic_and_tag_are_taken_back_together(
    tickets: Tickets, bulk: Bulk, database: Database, ana: Agent, billing: Topic
) -> None:
    numbers = await _open(tickets, 2)
    before = await _now(tickets, numbers, ana)
    async with database.write() as connection:
        await tags.add(connection, before[0].id, "vip")
    change = TicketChange(assignee=ana.id, priority="high", topic=billing.id, status="on_hold")
    done = await bulk.change(numbers, change, actor=ana, tag="#VIP")
    found = await _now(tickets, numbers, ana)
    assert {(one.assignee, one.priority, one.topic, one.status) for one in found} == {(ana, "high", billing, "on_hold")}
    await bulk.undo(done.undo, actor=ana)
    assert _but_version(await _now(tickets, numbers, ana)) == _opened(before)
    async with database.read() as connection:
        assert [await tags.of_ticket(connection, one.id) for one in before] == [["vip"], []]


async def test_what_is_so_already_is_not_changed_and_not_counted(tickets: Tickets, bulk: Bulk, ana: Agent) -> None:
    first, second = await _open(tickets, 2)
    await bulk.change([second], SOLVE, actor=ana, tag="vip")
    [before] = await _now(tickets, [second], ana)
    done = await bulk.change([first, second], SOLVE, actor=ana)
    assert (done.changed, done.refused) == ([first], [])
    assert (await bulk.change([second], TicketChange(), actor=ana, tag="vip")).changed == []
    assert await _now(tickets, [second], ana) == [before]


async def test_a_ticket_with_as_many_tags_as_it_may_have_takes_no_more(tickets: Tickets, bulk: Bulk, ana: Agent) -> None:
    [number] = await _open(tickets, 1)
    for tag in range(MOST_TAGS):
        await tickets.tag(number, f"tag {tag}", actor=ana)
    done = await bulk.change([number], TicketChange(), actor=ana, tag="one more")
    assert (done.changed, done.refused) == ([], [number])
    assert "one more" not in (await tickets.around((await tickets.get(number, actor=ana)).ticket, actor=ana)).tags


async def test_two_clicks_on_undo_take_it_back_once(tickets: Tickets, bulk: Bulk, ana: Agent) -> None:
    numbers = await _open(tickets, 2)
    done = await bulk.change(numbers, SOLVE, actor=ana)
    one, two = await asyncio.gather(*(bulk.undo(done.undo, actor=ana) for _click in range(2)))
    assert sorted([one.restored, two.restored]) == [[], numbers]


@only_postgresql
async def test_who_locks_several_tickets_does_so_in_the_order_of_their_ids(
    tickets: Tickets, bulk: Bulk, database: Database, ana: Agent
) -> None:
    async with database.write() as connection:
        await settings.advance(connection, "ticket", 9998 - await settings.value(connection, "ticket"))
    lower, higher = await _open(tickets, 2)
    assert sorted([lower, higher]) == [higher, lower]
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")

    async def is_waiting() -> bool:
        async with database.read() as reader:
            return bool((await reader.execute(waiting)).scalar_one())

    async with database.write() as connection:
        await tickets_rows.by_number(connection, lower, lock=True)
        for deed in (bulk.change([lower, higher], SOLVE, actor=ana), tickets.link(lower, higher, actor=ana)):
            task = asyncio.create_task(deed)
            while not await is_waiting():
                assert not task.done()
            await connection.execute(select(ticket.c.id).where(ticket.c.number == higher).with_for_update(nowait=True))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_tickets_that_cannot_be_changed_so_are_left_and_told(tickets: Tickets, bulk: Bulk, ana: Agent) -> None:
    first, second = await _open(tickets, 2)
    await bulk.change([second], TicketChange(status="spam"), actor=ana)
    done = await bulk.change([first, second, "9999-0"], SOLVE, actor=ana)
    assert (done.changed, done.refused) == ([first], [second, "9999-0"])
    assert (await bulk.change([second], SOLVE, actor=ana)).undo == ""


async def test_ben_changes_nothing_that_is_not_his_business(tickets: Tickets, bulk: Bulk, ben: Agent, billing: Topic) -> None:
    ticket = await tickets.open(a_request("billing", topic=billing.id))
    elsewhere = msgspec.structs.replace(ben, topics=(2**30,))
    done = await bulk.change([ticket.number], SOLVE, actor=elsewhere)
    assert (done.changed, done.refused) == ([], [ticket.number])


async def test_only_who_did_it_can_undo_it_once_and_for_a_short_time(
    tickets: Tickets, bulk: Bulk, ana: Agent, ben: Agent, clock: Clock
) -> None:
    numbers = await _open(tickets, 1)
    done = await bulk.change(numbers, SOLVE, actor=ana)
    with pytest.raises(NotFound):
        await bulk.undo(done.undo, actor=ben)
    await bulk.undo(done.undo, actor=ana)
    with pytest.raises(NotFound):
        await bulk.undo(done.undo, actor=ana)
    done = await bulk.change(numbers, SOLVE, actor=ana)
    clock.forward(seconds=16)
    with pytest.raises(NotFound):
        await bulk.undo(done.undo, actor=ana)


async def test_more_than_a_page_or_no_tag_is_refused(bulk: Bulk, ana: Agent) -> None:
    with pytest.raises(Invalid):
        await bulk.change([f"{number}-0" for number in range(101)], SOLVE, actor=ana)
    with pytest.raises(Invalid):
        await bulk.change(["1001-7"], TicketChange(), actor=ana, tag="#")
