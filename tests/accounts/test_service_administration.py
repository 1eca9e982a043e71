"""What administrators make of people, how sessions are seen, ended and locked."""

from __future__ import annotations

import asyncio

import pytest

from livesupport.accounts.service import Accounts
from livesupport.errors import Conflict, Invalid, NotAllowed, NotFound
from livesupport.model import Agent, Role, TicketNews
from livesupport.sites.service import Sites
from livesupport.storage.database import Database
from livesupport.tickets.requests import NewTicket, TicketChange
from livesupport.tickets.service import Tickets
from tests.databases import Clock

PASSWORD = "a good long password"


async def _agent(accounts: Accounts, login: str, role: Role = "agent") -> Agent:
    return await accounts.create_agent(login=login, name=login.title(), password=PASSWORD, role=role)


async def test_dato_makes_ana_a_supervisor_of_orders(accounts: Accounts, sites: Sites) -> None:
    dato, _ana = await _agent(accounts, "dato", "administrator"), await _agent(accounts, "ana")
    topic = await sites.add_topic("default", "Orders")
    named = {"name": "Ana B.", "role": "supervisor", "capacity": 5, "languages": ["ka", "en"], "topics": [topic.id]}
    changed, _left = await accounts.change_agent("ana", actor=dato, **named)
    assert (changed.name, changed.role, changed.capacity) == ("Ana B.", "supervisor", 5)
    assert (changed.languages, changed.topics) == (("ka", "en"), (topic.id,))
    [act] = (await accounts.audit_log(actor=dato)).items[:1]
    assert (act.act, act.subject) == ("agent.changed", "ana")
    assert act.details == {
        "name": ["Ana", "Ana B."],
        "role": ["agent", "supervisor"],
        "capacity": ["", "5"],
        "languages": ["", "ka, en"],
        "topics": ["", "Orders"],
    }


async def test_two_who_change_ana_at_the_same_moment_keep_each_others_work(accounts: Accounts) -> None:
    await _agent(accounts, "ana")
    await asyncio.gather(accounts.change_agent("ana", capacity=5), accounts.change_agent("ana", role="supervisor"))
    ana = await accounts.agent("ana")
    assert (ana.capacity, ana.role, ana.name) == (5, "supervisor", "Ana")


async def test_what_ana_may_not_see_any_more_is_nobodys_and_open_pages_hear_of_it(
    database: Database, clock: Clock, sites: Sites, tickets: Tickets
) -> None:
    heard: list[TicketNews] = []
    accounts = Accounts(database, clock, heard.append)
    dato, ana = await _agent(accounts, "dato", "administrator"), await _agent(accounts, "ana")
    orders, billing = await sites.add_topic("default", "Orders"), await sites.add_topic("default", "Billing")
    numbers = []
    for topic in (orders.id, billing.id, None):
        new = NewTicket(origin=f"{topic!s:-<16}", site="default", name="Nino", phone="", question="Hello", actor="Nino")
        numbers.append((await tickets.open(new)).number)
        await tickets.change(numbers[-1], TicketChange(assignee=ana.id, topic=topic), actor=dato)
    _changed, left = await accounts.change_agent("ana", topics=[orders.id])
    assert left == [numbers[1]]
    assert [(one.number, one.what, one.topic, one.assignee) for one in heard] == [(left[0], "assignee", billing.id, ana.id)]
    assert await accounts.disable_agent("ana") == [numbers[0], numbers[2]]
    assert [one.number for one in heard[1:]] == [numbers[0], numbers[2]]


async def test_the_last_administrator_stays_one(accounts: Accounts) -> None:
    dato = await _agent(accounts, "dato", "administrator")
    with pytest.raises(Conflict, match="last administrator"):
        await accounts.change_agent("dato", role="agent", actor=dato)
    await _agent(accounts, "sofia", "administrator")
    assert (await accounts.change_agent("dato", role="agent", actor=dato))[0].role == "agent"


async def test_nobody_else_administers_people_not_even_themselves(accounts: Accounts) -> None:
    ana = await _agent(accounts, "ana", "supervisor")
    for deed in (
        lambda: accounts.change_agent("ana", role="administrator", actor=ana),
        lambda: accounts.create_agent(login="x", name="X", password=PASSWORD, actor=ana),
        lambda: accounts.disable_agent("ana", actor=ana),
        lambda: accounts.enable_agent("ana", actor=ana),
        lambda: accounts.set_password("ana", PASSWORD, actor=ana),
    ):
        with pytest.raises(NotAllowed):
            await deed()
    assert (await accounts.agent("ana")).role == "supervisor"


async def test_a_topic_that_does_not_exist_is_refused_and_nothing_is_changed(accounts: Accounts) -> None:
    await _agent(accounts, "ana")
    with pytest.raises(Invalid):
        await accounts.change_agent("ana", name="Other", topics=[999])
    assert (await accounts.agent("ana")).name == "Ana"


async def test_ana_sees_her_sessions_and_ends_one_and_nobody_ends_anothers(accounts: Accounts, clock: Clock) -> None:
    ana, ben = await _agent(accounts, "ana"), await _agent(accounts, "ben")
    office, _session = await accounts.sign_in("ana", PASSWORD, "Firefox on Linux")
    clock.forward(minutes=1)
    home, _session = await accounts.sign_in("ana", PASSWORD, "Safari on iPhone")
    sessions = await accounts.sessions_of(ana)
    assert [one.device for one in sessions] == ["Safari on iPhone", "Firefox on Linux"]
    with pytest.raises(NotFound):
        await accounts.end_session(ben, sessions[1].id)
    await accounts.end_session(ana, sessions[1].id)
    assert await accounts.session(office) is None
    assert await accounts.session(home) is not None


async def test_a_locked_session_opens_nothing_until_the_password_is_given(accounts: Accounts) -> None:
    await _agent(accounts, "ana")
    secret, session = await accounts.sign_in("ana", PASSWORD)
    assert await accounts.ended([session.id]) == set()
    await accounts.lock(session)
    assert await accounts.session(secret) is None
    assert await accounts.ended([session.id]) == {session.id}
    locked = await accounts.locked(secret)
    assert locked is not None
    with pytest.raises(NotAllowed):
        await accounts.unlock(locked, "a wrong password")
    assert await accounts.session(secret) is None
    await accounts.unlock(locked, PASSWORD)
    assert await accounts.session(secret) is not None
    assert await accounts.locked(secret) is None


async def test_ana_changes_her_password_with_the_former_one_and_is_signed_out_everywhere(accounts: Accounts) -> None:
    ana = await _agent(accounts, "ana")
    secret, _session = await accounts.sign_in("ana", PASSWORD)
    with pytest.raises(NotAllowed):
        await accounts.change_password(ana, "wrong", "another long password")
    with pytest.raises(Invalid):
        await accounts.change_password(ana, PASSWORD, "short")
    await accounts.change_password(ana, PASSWORD, "another long password")
    assert await accounts.session(secret) is None
    await accounts.sign_in("ana", "another long password")
