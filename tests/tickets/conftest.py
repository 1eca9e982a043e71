"""Ana and Ben answer; Nino asks."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from livesupport.accounts.service import Accounts
from livesupport.model import Agent, Topic
from livesupport.sites.service import Sites
from livesupport.tickets.requests import NewLine, NewTicket
from livesupport.tickets.service import Tickets
from tests.databases import SOFIA

BEGAN = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)


@pytest.fixture
async def ana(accounts: Accounts) -> Agent:
    return await accounts.create_agent(login="ana", name="Ana", password="correct horse")


@pytest.fixture
async def ben(accounts: Accounts) -> Agent:
    return await accounts.create_agent(login="ben", name="Ben", password="correct horse")


@pytest.fixture
async def billing(sites: Sites) -> Topic:
    return await sites.add_topic("default", "Billing")


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
