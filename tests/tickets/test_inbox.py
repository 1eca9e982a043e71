"""The list of tickets: filters, search, pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from livesupport.errors import NotFound
from livesupport.model import Agent
from livesupport.storage import promises, search
from livesupport.storage.database import Database
from livesupport.tickets.finding import Finder
from livesupport.tickets.paging import PAGE_SIZE
from livesupport.tickets.requests import TicketChange, TicketFilter
from livesupport.tickets.service import Tickets
from tests.databases import Clock
from tests.tickets.conftest import a_request, from_chat

EVA = Agent(id=2**30, login="eva", name="Eva", role="supervisor")


async def _subjects(finder: Finder, **wanted: object) -> list[str]:
    return [ticket.subject for ticket in (await finder.inbox(TicketFilter(**wanted), actor=EVA)).items]  # type: ignore[arg-type]


async def test_the_ticket_that_changed_last_comes_first(tickets: Tickets, finder: Finder, ana: Agent, clock: Clock) -> None:
    for subject in ("first", "second", "third"):
        clock.forward(minutes=1)
        await tickets.open(a_request(subject, question=subject))
    assert await _subjects(finder) == ["third", "second", "first"]
    clock.forward(minutes=1)
    await tickets.note("1001", "Look again", actor=ana)
    assert await _subjects(finder) == ["first", "third", "second"]


async def test_tickets_are_filtered_by_state_and_by_who_has_them(
    tickets: Tickets, finder: Finder, ana: Agent, ben: Agent
) -> None:
    await tickets.open(a_request(1, question="new"))
    await tickets.open(from_chat(2, question="of Ana", assignee=ana.id))
    await tickets.open(from_chat(3, question="of Ben", assignee=ben.id))
    await tickets.change("1003", TicketChange(status="solved"), actor=ben)
    assert await _subjects(finder, assignee=ana.id) == ["of Ana"]
    assert await _subjects(finder, assignee="none") == ["new"]
    assert await _subjects(finder, statuses=("solved",)) == ["of Ben"]
    assert set(await _subjects(finder, statuses=("new", "open"))) == {"new", "of Ana"}
    assert await _subjects(finder, statuses=("open",), assignee=ben.id) == []
    assert await _subjects(finder, assignee=2**31 - 1) == []
    assert len(await _subjects(finder)) == 3


async def _open_three(tickets: Tickets) -> None:
    await tickets.open(a_request(1, name="Nino Beridze", phone="+995555123456", question="Invoice 100% wrong"))
    await tickets.open(a_request(2, name="Олена Їжак", phone="+380671234567", question="Не працює оплата"))
    await tickets.open(a_request(3, name="مریم", phone="+989123456789", question="قبض a_b اشتباه است ۱۲"))


FOUND = {
    "1001": {"1001-7"},
    "#1002-5": {"1002-5"},
    "1002-9": set(),
    "100": {"1001-7", "1002-5", "1003-3"},
    "nino": {"1001-7"},
    "BERIDZE": {"1001-7"},
    "їжак": {"1002-5"},
    "ОЛЕНА їЖАК": {"1002-5"},
    "مریم": {"1003-3"},
    "+995 555 12-34-56": {"1001-7"},
    "0555 12 34 56": {"1001-7"},
    "۰۹۱۲۳۴۵۶۷۸۹": {"1003-3"},
    "4567": {"1002-5", "1003-3"},
    "wrong invoice": {"1001-7"},
    "wrong оплата": set(),
    "оплата": {"1002-5"},
    "12": {"1003-3"},
    "100%": {"1001-7", "1002-5", "1003-3"},
    "%": set(),
    "_": set(),
    "a_b": {"1003-3"},
    "axb": set(),
    "\\": set(),
    "' OR 1=1 --": set(),
    '"nino" AND NOT (x*) NEAR^': set(),
    "\x00nino\ud800": {"1001-7"},
    "   ": {"1001-7", "1002-5", "1003-3"},
    "nino " * 2000: {"1001-7"},
    "x" * 10_240: set(),
}


async def test_a_ticket_is_found_by_number_name_phone_and_subject(tickets: Tickets, finder: Finder) -> None:
    await _open_three(tickets)
    for query, found in FOUND.items():
        page = await finder.inbox(TicketFilter(text=query), actor=EVA)
        assert {ticket.number for ticket in page.items} == found, query


async def test_pages_follow_each_other_without_gap_or_repeat(tickets: Tickets, finder: Finder, clock: Clock) -> None:
    for number in range(PAGE_SIZE + 5):
        clock.forward(seconds=number % 2)  # some of them at the same moment
        await tickets.open(a_request(number, question=str(number)))
    first = await finder.inbox(TicketFilter(), actor=EVA)
    second = await finder.inbox(TicketFilter(), first.next, actor=EVA)
    seen = [ticket.subject for ticket in first.items + second.items]
    assert (len(first.items), second.next) == (PAGE_SIZE, None)
    assert seen == [str(number) for number in reversed(range(PAGE_SIZE + 5))]


async def test_a_full_last_page_has_no_page_after_it(tickets: Tickets, finder: Finder) -> None:
    for number in range(PAGE_SIZE):
        await tickets.open(a_request(number))
    assert (await finder.inbox(TicketFilter(), actor=EVA)).next is None


async def test_a_ticket_that_arrives_meanwhile_does_not_move_the_page_after(
    tickets: Tickets, finder: Finder, clock: Clock
) -> None:
    for number in range(PAGE_SIZE + 1):
        clock.forward(seconds=1)
        await tickets.open(a_request(number, question=str(number)))
    first = await finder.inbox(TicketFilter(), actor=EVA)
    clock.forward(seconds=1)
    await tickets.open(a_request("late"))
    assert [ticket.subject for ticket in (await finder.inbox(TicketFilter(), first.next, actor=EVA)).items] == ["0"]


async def test_a_made_up_cursor_is_not_found(finder: Finder) -> None:
    with pytest.raises(NotFound):
        await finder.inbox(TicketFilter(), "made-up", actor=EVA)


async def test_lists_go_on_in_every_order_and_backwards(
    tickets: Tickets, finder: Finder, ana: Agent, clock: Clock, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all tickets, with words that few have, and with words so common that not all tickets are looked at."""
    dues = [None if number % 5 == 0 else clock.now + timedelta(minutes=number % 7) for number in range(PAGE_SIZE + 3)]
    for number, due_at in enumerate(dues):
        clock.forward(seconds=1)
        ticket = await tickets.open(a_request(number, question=f"Kettle {number}"))
        if number % 20 == 0:
            await tickets.change(ticket.number, TicketChange(priority="urgent"), actor=ana)
        async with database.write() as connection:
            await promises.note(connection, ticket.id, due_at, "first_reply" if due_at else None, due_at)
    everything = {f"Kettle {number}" for number in range(PAGE_SIZE + 3)}
    soonest = sorted(due_at for due_at in dues if due_at) + [None] * dues.count(None)
    for text, many in (("", search.MANY), ("kettle", search.MANY), ("kettle", 2)):
        monkeypatch.setattr(search, "MANY", many)
        for order in ("updated", "created", "due", "priority", "number"):
            for backwards in (False, True):
                first = await finder.inbox(TicketFilter(text=text), actor=EVA, order=order, backwards=backwards)
                rest = await finder.inbox(TicketFilter(text=text), first.next, actor=EVA, order=order, backwards=backwards)
                found = first.items + rest.items
                subjects = [ticket.subject for ticket in (reversed(found) if backwards else found)]
                case = (text, many, order, backwards)
                assert (len(subjects), set(subjects), rest.next) == (PAGE_SIZE + 3, everything, None), case
                if order == "priority":
                    assert set(subjects[:3]) == {"Kettle 0", "Kettle 20", "Kettle 40"}, case
                if order == "due":
                    assert [ticket.due_at for ticket in (reversed(found) if backwards else found)] == soonest, case
                if order in ("updated", "created", "number"):
                    assert subjects == [f"Kettle {number}" for number in reversed(range(PAGE_SIZE + 3))], case
