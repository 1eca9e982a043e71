"""People: added, disabled, enabled, given another password."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from livesupport.accounts.passwords import Passwords
from livesupport.accounts.service import Accounts
from livesupport.errors import Conflict, Invalid, NotAllowed, NotFound
from livesupport.model import Agent
from livesupport.sites.service import Sites
from livesupport.storage.database import Database
from livesupport.tickets.requests import TicketChange
from livesupport.tickets.service import Tickets
from tests.accounts.conftest import PASSWORD
from tests.databases import SOFIA, Clock
from tests.tickets.conftest import from_chat

ANA: dict[str, Any] = {"login": "ana", "name": "Ana", "password": PASSWORD}

# ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_agent_is_added_with_everything_that_was_said(accounts: Accounts, sites: Sites) -> None:
    topics = [(await sites.add_topic("default", name)).id for name in ("Billing", "Delivery")]
    ben = await accounts.create_agent(
        login="Ben", name="Ben", password=PASSWORD, role="supervisor", capacity=5, languages=("ka", "en"), topics=topics
    )
    assert (ben.login, ben.role, ben.capacity) == ("ben", "supervisor", 5)
    assert (ben.languages, ben.topics) == (("ka", "en"), tuple(topics))
    assert await accounts.agents() == [ben]


async def test_a_login_belongs_to_one_person_whatever_its_capitals(accounts: Accounts, ana: Agent) -> None:
    with pytest.raises(Conflict):
        await accounts.create_agent(login="ANA", name="Another", password=PASSWORD)


async def test_of_two_who_choose_one_login_at_once_one_gets_it(accounts: Accounts) -> None:
    attempts = (accounts.create_agent(login="ana", name="Ana", password=PASSWORD) for _form in range(4))
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Agent", "Conflict", "Conflict", "Conflict"]


async def test_topics_that_do_not_exist_are_refused_and_nobody_is_added(accounts: Accounts) -> None:
    for topic in (99, 0, -1, 2**31, 2**63):
        with pytest.raises(Invalid) as caught:
            await accounts.create_agent(login="ben", name="Ben", password=PASSWORD, topics=[topic])
        assert list(caught.value.problems) == ["topics"]
    assert await accounts.agents() == []


async def test_a_disabled_agent_is_out_everywhere_at_once(accounts: Accounts, ana: Agent, ben: Agent, clock: Clock) -> None:
    secret, session = await accounts.sign_in("ben", PASSWORD)
    await accounts.disable_agent("BEN")
    assert await accounts.session(secret) is None
    assert await accounts.ended({session.id}) == {session.id}
    with pytest.raises(NotAllowed, match=r"^wrong login or password$"):
        await accounts.sign_in("ben", PASSWORD)
    assert await accounts.agents() == [ana]
    [_ana, disabled] = await accounts.agents(disabled=True)
    assert (disabled.login, disabled.disabled_at) == ("ben", clock())


async def test_an_enabled_agent_signs_in_again_but_the_old_sessions_stay_over(
    accounts: Accounts, ana: Agent, ben: Agent
) -> None:
    secret, _session = await accounts.sign_in("ben", PASSWORD)
    await accounts.disable_agent("ben")
    await accounts.enable_agent("ben")
    assert await accounts.session(secret) is None
    assert (await accounts.sign_in("ben", PASSWORD))[1].agent == ben


async def test_who_was_disabled_while_signing_in_gets_no_session(
    accounts: Accounts, ana: Agent, ben: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    matches = Passwords.matches

    async def slow(self: Passwords, password: str, password_hash: str | None) -> bool:
        fits = await matches(self, password, password_hash)
        await accounts.disable_agent("ben")
        return fits

    monkeypatch.setattr(Passwords, "matches", slow)
    with pytest.raises(NotAllowed):
        await accounts.sign_in("ben", PASSWORD)


async def test_the_last_administrator_cannot_be_disabled(accounts: Accounts, ana: Agent, ben: Agent) -> None:
    secret, _session = await accounts.sign_in("ana", PASSWORD)
    with pytest.raises(Conflict):
        await accounts.disable_agent("ana")
    assert await accounts.session(secret) is not None
    await accounts.create_agent(login="eka", name="Eka", password=PASSWORD, role="administrator")
    await accounts.disable_agent("ana")
    with pytest.raises(Conflict):
        await accounts.disable_agent("eka")


async def test_two_administrators_who_disable_each_other_leave_one(accounts: Accounts, ana: Agent) -> None:
    await accounts.create_agent(login="eka", name="Eka", password=PASSWORD, role="administrator")
    deeds = (accounts.disable_agent(login) for login in ("ana", "eka"))
    outcomes = await asyncio.gather(*deeds, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "list"]
    assert len(await accounts.agents()) == 1


async def test_the_unfinished_tickets_of_a_disabled_agent_are_nobodys_and_listed(
    accounts: Accounts, ana: Agent, ben: Agent, database: Database, clock: Clock
) -> None:
    tickets = Tickets(database, clock)
    for number in ("1001", "1002", "1003"):
        await tickets.open(from_chat(number))
        await tickets.change(number, TicketChange(assignee=ben.id), actor=ana)
    await tickets.change("1003", TicketChange(status="spam"), actor=ana)
    clock.forward(minutes=1)
    assert await accounts.disable_agent("ben") == ["1001-7", "1002-5"]
    first = await tickets.get("1001", actor=SOFIA)
    assert (first.ticket.assignee, first.ticket.updated_at) == (None, clock())
    assert (first.events[-1].what, first.events[-1].old, first.events[-1].new) == ("assignee", "Ben", "")
    assert (await tickets.get("1003", actor=SOFIA)).ticket.assignee is None  # unwanted, and nobody has to look for it
    assert await accounts.disable_agent("ben") == []


async def test_a_new_password_ends_all_sessions_and_the_old_password(accounts: Accounts, ana: Agent) -> None:
    secret, _session = await accounts.sign_in("ana", PASSWORD)
    await accounts.set_password("ana", "another password")
    assert await accounts.session(secret) is None
    with pytest.raises(NotAllowed):
        await accounts.sign_in("ana", PASSWORD)
    await accounts.sign_in("ana", "another password")


async def test_a_new_password_must_be_one(accounts: Accounts, ana: Agent) -> None:
    for password in ("", "short", "x" * 257):
        with pytest.raises(Invalid) as caught:
            await accounts.set_password("ana", password)
        assert list(caught.value.problems) == ["password"]
    await accounts.sign_in("ana", PASSWORD)


async def test_nothing_can_be_done_to_somebody_who_does_not_exist(accounts: Accounts, ana: Agent) -> None:
    for login in ("nobody", "", "x" * 10_240, "\x00", "\ud800"):
        for deed in (accounts.disable_agent(login), accounts.enable_agent(login), accounts.set_password(login, PASSWORD)):
            with pytest.raises(NotFound):
                await deed


async def test_every_right_given_or_taken_raises_the_revision_that_a_running_server_watches(
    accounts: Accounts, sites: Sites
) -> None:
    secret = await accounts.new_setup_secret()
    seen = [await sites.revision()]
    await accounts.finish_setup(secret, **ANA)
    seen.append(await sites.revision())
    await accounts.create_agent(login="ben", name="Ben", password=PASSWORD)
    seen.append(await sites.revision())
    await accounts.set_password("ben", "another password")
    seen.append(await sites.revision())
    await accounts.disable_agent("ben")
    seen.append(await sites.revision())
    await accounts.enable_agent("ben")
    seen.append(await sites.revision())
    cookie, _session = await accounts.sign_in("ana", PASSWORD)
    before_signing_out = await sites.revision()
    await accounts.sign_out(cookie)
    seen.append(await sites.revision())
    assert seen == sorted(set(seen))
    assert before_signing_out < seen[-1]
