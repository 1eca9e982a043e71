"""Tickets that had a past elsewhere: they come with it, get new numbers, and are found and read like all others."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from livesupport.errors import Conflict
from livesupport.model import Agent
from livesupport.storage.database import Database
from livesupport.tickets.finding import Finder
from livesupport.tickets.importing import Importer, PastEvent, PastMessage, PastTicket
from livesupport.tickets.requests import NewTicket, TicketFilter
from livesupport.tickets.service import Tickets
from tests.databases import SOFIA, Clock


def past(origin: str, agent: Agent, began: datetime, question: str) -> PastTicket:
    """A ticket that Nino wrote and the agent answered an hour later."""
    answered = began + timedelta(hours=1)
    return PastTicket(
        origin=origin, site="default", subject="An old question", name="Nino", phone="+995555123456", email="nino@x.test",
        language="ka", status="solved", priority="high", channel="email", created_at=began, updated_at=answered,
        messages=(
            PastMessage(kind="request", author="requester", name="Nino", text=question, at=began),
            PastMessage(kind="reply", author="agent", name=agent.name, text="It is on its way", at=answered, agent=agent.id),
        ),
        events=(PastEvent(what="created", actor="Nino", at=began),), tags=("vip",), assignee=agent.id, solved_at=answered,
    )  # fmt: skip


async def test_they_come_with_everything_and_the_next_ticket_goes_on_from_them(
    database: Database, tickets: Tickets, clock: Clock, ana: Agent
) -> None:
    importer, began = Importer(database), clock.now - timedelta(days=400)
    await importer.add([past("old-1", ana, began, "The kettle whistles"), past("old-2", ana, began, "Чайники протекают")])
    assert await importer.count() == 2

    thread = await tickets.get("1001", actor=SOFIA)
    assert (thread.ticket.status, thread.ticket.assignee, thread.ticket.created_at) == ("solved", ana, began)
    assert [(message.text, message.agent) for message in thread.messages] == [
        ("The kettle whistles", None),
        ("It is on its way", ana.id),
    ]
    assert (thread.ticket.answered, thread.ticket.seen) == (thread.messages[1].id, thread.messages[1].id)
    assert [event.what for event in thread.events] == ["created"]

    fresh = NewTicket(origin="request-00000001", site="default", name="Eka", phone="", question="New", actor="Eka")
    assert (await tickets.open(fresh)).number.startswith("1003-")


async def test_they_are_found_by_what_was_said(database: Database, clock: Clock, ana: Agent) -> None:
    await Importer(database).add([past("old-1", ana, clock.now, "Чайники протекают"), past("old-2", ana, clock.now, "Mugs")])
    finder = Finder(database, clock)
    for words in ("чайник", "vip nino чайника", "123456 протекают"):
        page = await finder.inbox(TicketFilter(text=words), actor=SOFIA)
        assert [ticket.number for ticket in page.items] == ["1001-7"], words


async def test_one_that_is_there_already_brings_none_of_its_batch_in(database: Database, clock: Clock, ana: Agent) -> None:
    importer = Importer(database)
    await importer.add([past("old-1", ana, clock.now, "First")])
    with pytest.raises(Conflict):
        await importer.add([past("old-2", ana, clock.now, "Second"), past("old-1", ana, clock.now, "First")])
    assert await importer.count() == 1
