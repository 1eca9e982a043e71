"""Promised times on real tickets: noted with every deed, told of once when near and once when broken."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from livesupport.jobs.runner import Runner
from livesupport.model import Agent, Hours, Sla, TicketNews
from livesupport.sites.service import Sites
from livesupport.storage.database import Database
from livesupport.tickets.alerts import Alerts
from livesupport.tickets.requests import TicketChange
from livesupport.tickets.service import Tickets
from tests.databases import SOFIA, Clock
from tests.jobs import house
from tests.tickets.conftest import SEEN_AFTER, a_request, from_chat

HOUR = timedelta(hours=1)


@pytest.fixture
async def promised(sites: Sites) -> None:
    """The site is always open and promises a reply within 8 hours, to urgent requests within one."""
    await sites.change("default", sla=Sla(enabled=True))


@pytest.fixture
def runner(database: Database, clock: Clock, tmp_path: Path, heard: list[TicketNews]) -> Runner:
    return house.runner(house.rooms(database, clock, tmp_path, heard.append))


async def work(runner: Runner) -> None:
    while await runner.turn():
        pass


async def due(tickets: Tickets, number: str = "1001") -> tuple[str | None, datetime | None, datetime | None]:
    ticket = (await tickets.get(number, actor=SOFIA)).ticket
    return ticket.due_kind, ticket.warn_at, ticket.due_at


async def told(tickets: Tickets, number: str = "1001") -> list[tuple[str, str]]:
    events = (await tickets.get(number, actor=SOFIA)).events
    return [(event.what, event.new) for event in events if event.what in ("due_soon", "overdue")]


async def test_without_promises_nothing_is_due_and_there_is_no_work(tickets: Tickets, runner: Runner) -> None:
    await tickets.open(a_request())

    assert await due(tickets) == (None, None, None)
    assert not await runner.turn()


async def test_a_new_request_is_due_and_a_reply_makes_it_wait_for_the_requester(
    promised: None, tickets: Tickets, ana: Agent, clock: Clock
) -> None:
    start = clock.now
    await tickets.open(a_request())

    assert await due(tickets) == ("first_reply", start + 6 * HOUR, start + 8 * HOUR)
    await tickets.reply("1001", "Hello", actor=ana)
    assert await due(tickets) == (None, None, None)
    await tickets.change("1001", TicketChange(status="open"), actor=ana)
    assert await due(tickets) == ("resolution", start + 90 * HOUR, start + 120 * HOUR)


async def test_a_converted_chat_is_owed_an_answer_from_its_conversion(promised: None, tickets: Tickets, clock: Clock) -> None:
    await tickets.open(from_chat())

    assert (await due(tickets))[2] == clock.now + 8 * HOUR


async def test_another_priority_is_due_at_another_time(promised: None, tickets: Tickets, ana: Agent, clock: Clock) -> None:
    start = clock.now
    await tickets.open(a_request())
    clock.forward(minutes=30)

    await tickets.change("1001", TicketChange(priority="urgent"), actor=ana)

    assert (await due(tickets))[2] == start + HOUR


async def test_agents_are_warned_once_and_told_of_the_end_once(
    promised: None, tickets: Tickets, runner: Runner, clock: Clock, heard: list[TicketNews]
) -> None:
    await tickets.open(a_request())

    for _look in range(10):
        await work(runner)
        clock.forward(hours=1)

    assert await told(tickets) == [("due_soon", "first_reply"), ("overdue", "first_reply")]
    assert [(news.what, news.number, news.requester) for news in heard] == [
        ("due_soon", "1001-7", None),
        ("overdue", "1001-7", None),
    ]
    assert (await due(tickets))[2] == clock.now - 2 * HOUR  # it stays overdue


async def test_who_answers_in_time_is_not_bothered(
    promised: None, tickets: Tickets, runner: Runner, clock: Clock, ana: Agent
) -> None:
    await tickets.open(a_request())
    clock.forward(hours=5)
    await tickets.reply("1001", "Hello", actor=ana)
    clock.forward(hours=500)

    await work(runner)

    assert await told(tickets) == []


async def test_a_server_that_was_down_tells_of_the_end_only(
    promised: None, tickets: Tickets, runner: Runner, clock: Clock
) -> None:
    await tickets.open(a_request())
    clock.forward(hours=100)

    await work(runner)

    assert await told(tickets) == [("overdue", "first_reply"), ("due_soon", "resolution")]


async def test_an_alert_that_is_told_twice_by_two_runners_is_told_once(
    promised: None, tickets: Tickets, database: Database, clock: Clock
) -> None:
    ticket = await tickets.open(a_request())
    clock.forward(hours=9)
    alerts = Alerts(database, clock)

    await alerts.tell(ticket.id)
    await alerts.tell(ticket.id)

    assert await told(tickets) == [("overdue", "first_reply")]


async def test_when_a_site_changes_what_it_promises_its_tickets_follow(
    tickets: Tickets, sites: Sites, runner: Runner, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livesupport.tickets.alerts.BATCH", 2)
    start, opened = clock.now, [await tickets.open(a_request(number)) for number in range(5)]

    async def follow(sla: Sla, hours: Hours) -> set[datetime | None]:
        await sites.change("default", sla=sla, hours=hours)
        for _batch in opened:
            await work(runner)
            clock.forward(seconds=1)
        return {(await due(tickets, ticket.number))[2] for ticket in opened}

    closed = Hours(exceptions={"2026-11-22": ()})  # that day
    assert await follow(Sla(enabled=True), Hours()) == {start + 8 * HOUR}
    assert await follow(Sla(enabled=True), closed) == {start + 20 * HOUR}
    assert await follow(Sla(enabled=False), closed) == {None}


async def test_the_solution_of_a_solved_ticket_is_no_longer_due_and_work_that_waits_for_it_does_nothing(
    promised: None, tickets: Tickets, runner: Runner, clock: Clock, ana: Agent
) -> None:
    await tickets.open(a_request())
    await tickets.reply("1001", "Done", actor=ana, status="solved")
    clock.now += SEEN_AFTER

    assert await due(tickets) == (None, None, None)
    clock.forward(days=60)
    await work(runner)
    assert await told(tickets) == []


async def test_the_reply_that_was_owed_to_a_merged_ticket_is_still_due(
    promised: None, tickets: Tickets, ana: Agent, clock: Clock, runner: Runner
) -> None:
    first = await tickets.open(a_request("first"))
    await tickets.reply(first.number, "Hello", actor=ana)
    clock.forward(hours=1)
    asked = clock.now
    second = await tickets.open(a_request("second"))
    clock.forward(hours=1)

    await tickets.merge(second.number, first.number, actor=ana)

    assert await due(tickets) == ("first_reply", asked + 6 * HOUR, asked + 8 * HOUR)
    clock.forward(hours=8)
    await work(runner)
    assert await told(tickets) == [("overdue", "first_reply")]
    await tickets.reply(first.number, "And hello to this", actor=ana)
    assert (await due(tickets))[0] is None
