"""Ana and Ben answer; Nino asks."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from livesupport.accounts.service import Accounts
from livesupport.config import Files as Limits
from livesupport.model import Agent, Requester, Ticket, TicketNews, Topic
from livesupport.sites.service import Sites
from livesupport.storage import requesters
from livesupport.storage.database import Database
from livesupport.storage.files import FileStore
from livesupport.storage.tickets import change
from livesupport.tickets.files import Files
from livesupport.tickets.mine import Mine
from livesupport.tickets.notices import Notices
from livesupport.tickets.requests import NewLine, NewTicket
from livesupport.tickets.service import Tickets
from tests.databases import SOFIA, Clock

BEGAN = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
SEEN_AFTER = timedelta(seconds=10)  # from when on an answer can no longer be taken back


@pytest.fixture
async def ana(accounts: Accounts) -> Agent:
    return await accounts.create_agent(login="ana", name="Ana", password="correct horse")


@pytest.fixture
async def ben(accounts: Accounts) -> Agent:
    return await accounts.create_agent(login="ben", name="Ben", password="correct horse")


@pytest.fixture
async def billing(sites: Sites) -> Topic:
    return await sites.add_topic("default", "Billing")


@pytest.fixture
async def carlo(accounts: Accounts, sites: Sites) -> Agent:
    """He works on deliveries only."""
    topic = await sites.add_topic("default", "Deliveries")
    return await accounts.create_agent(login="carlo", name="Carlo", password="correct horse", topics=[topic.id])


@pytest.fixture
async def nino(database: Database, clock: Clock) -> Requester:
    """She has proved her address."""
    async with database.write() as connection:
        return await requesters.of_email(connection, "default", "nino@example.com", clock.now, name="Nino")


@pytest.fixture
async def zaza(database: Database, clock: Clock) -> Requester:
    """He asks, too."""
    async with database.write() as connection:
        return await requesters.of_email(connection, "default", "zaza@example.com", clock.now, name="Zaza")


@pytest.fixture
def heard() -> list[TicketNews]:
    """What was announced to open pages."""
    return []


@pytest.fixture
def mine(database: Database, clock: Clock, tmp_path: Path, heard: list[TicketNews]) -> Mine:
    return Mine(database, clock, heard.append, Files(database, FileStore(tmp_path / "files"), Limits(), clock))


@pytest.fixture
def notices(database: Database, clock: Clock, heard: list[TicketNews]) -> Notices:
    return Notices(database, clock, heard.append)


@pytest.fixture
async def strangers_ticket(tickets: Tickets) -> Ticket:
    """A request of somebody who has proved nothing."""
    return await tickets.open(a_request("stranger"))


@pytest.fixture
async def ticket(tickets: Tickets, database: Database, nino: Requester) -> Ticket:
    """Nino's request."""
    opened = await tickets.open(a_request())
    async with database.write() as connection:
        await change(connection, opened.id, requester_id=nino.id)
    return msgspec.structs.replace(opened, requester=nino.id)


def origin(of: object) -> str:
    """The hash under which a chat or a request is known."""
    return hashlib.sha256(str(of).encode()).hexdigest()


def a_line(seq: int, text: str = "Hello", **other: Any) -> NewLine:
    """A line that Nino wrote in the chat."""
    fields = {"chain": "chat", "epoch": 1, "author": "requester", "name": "Nino", "at": BEGAN + timedelta(seconds=seq)}
    return NewLine(**{**fields, "seq": seq, "text": text, **other})


def from_chat(of: object = "chat", **other: Any) -> NewTicket:
    """Nino's chat on its way into a ticket."""
    lines = (a_line(1, "My invoice is wrong"), a_line(2, "How can I help?", author="agent", name="Ana"))
    return a_request(of, from_chat=True, **{"lines": lines, **other})


def a_request(of: object = "request", **other: Any) -> NewTicket:
    """A request that Nino left when nobody could answer."""
    fields = {"site": "default", "name": "Nino", "phone": "+995555123456", "question": "My invoice is wrong", "actor": "Nino"}
    return NewTicket(**{**fields, "origin": origin(of), **other})


async def texts(tickets: Tickets, number: str) -> list[str]:
    """What is in the thread."""
    return [message.text for message in (await tickets.get(number, actor=SOFIA)).messages]


async def history(tickets: Tickets, number: str) -> list[tuple[str, str, str, str]]:
    """What happened to the ticket: what, by whom, from, to."""
    return [(event.what, event.actor, event.old, event.new) for event in (await tickets.get(number, actor=SOFIA)).events]
