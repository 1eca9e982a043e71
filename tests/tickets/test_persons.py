"""What is held about Nino: found by her address or her phone, given to her as a whole, erased as a whole."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from livesupport.accounts.service import Accounts
from livesupport.errors import Invalid, NotAllowed, NotFound
from livesupport.model import Agent, Role
from livesupport.storage import outbox, pending, requesters
from livesupport.storage.database import Database
from livesupport.storage.schema import audit, metadata, requester, ticket
from livesupport.tickets.persons import Persons
from livesupport.tickets.requests import NewTicket
from livesupport.tickets.service import Tickets
from tests.databases import Clock

EMAIL = "nino@example.com"
PHONE = "+995555123456"


@pytest.fixture
def persons(database: Database, clock: Clock) -> Persons:
    return Persons(database, clock)


@pytest.fixture
async def dato(accounts: Accounts) -> Agent:
    return await _agent(accounts, "administrator")


async def _agent(accounts: Accounts, role: Role) -> Agent:
    return await accounts.create_agent(login=role, name="Dato", password="a good long password", role=role)


async def _open(tickets: Tickets, name: str, email: str, phone: str) -> str:
    new = NewTicket(
        origin=f"{name:-<16}", site="default", name=name, phone=phone, email=email, question=f"{name} asks", actor=name
    )
    return (await tickets.open(new)).number


@pytest.fixture
async def numbers(database: Database, tickets: Tickets, clock: Clock) -> list[str]:
    """Nino has asked by mail, by phone, and once without confirming; Gio has asked, too."""
    numbers = [await _open(tickets, "Nino", "Nino@Example.com", ""), await _open(tickets, "Nino at work", "", PHONE)]
    await _open(tickets, "Gio", "gio@example.com", "+995555000000")
    async with database.write() as connection:
        await requesters.of_email(connection, "default", EMAIL, clock.now, name="Nino")
        await pending.add(connection, "waiting", "default", EMAIL, {"message": "not confirmed"}, clock.now)
        await outbox.add(connection, "confirm", EMAIL, "en", "default", clock.now, pending_id="waiting")
    return numbers


@pytest.mark.parametrize(("key", "found"), [("NINO@example.com", [0]), (PHONE, [1]), ("555 12 34 56", [1])])
async def test_nino_is_found_however_she_is_written(
    persons: Persons, dato: Agent, numbers: list[str], key: str, found: list[int]
) -> None:
    held = await persons.held(key, actor=dato)
    assert [number for _id, number in held.tickets] == [numbers[place] for place in found]


async def test_she_gets_all_of_it_and_nothing_of_gio_nor_the_notes_about_her(
    persons: Persons, dato: Agent, numbers: list[str], tickets: Tickets
) -> None:
    await tickets.note(numbers[0], "A difficult person", actor=dato)
    content, files = await persons.export(EMAIL, actor=dato)
    assert [one["email"] for one in content["people"]] == [EMAIL]
    assert [one["request"]["number"] for one in content["requests"]] == [numbers[0]]
    assert [one["content"] for one in content["unconfirmed"]] == [{"message": "not confirmed"}]
    assert "Nino asks" in str(content)
    assert "Gio" not in str(content)
    assert "difficult" not in str(content)
    assert files == []


async def test_what_is_erased_is_nowhere_any_more_and_gios_is_there(
    persons: Persons, dato: Agent, numbers: list[str], database: Database
) -> None:
    await persons.erase(EMAIL, actor=dato)
    await persons.erase(PHONE, actor=dato)
    async with database.read() as connection:
        for table in metadata.sorted_tables:
            rows = str((await connection.execute(select(table))).all())
            assert "nino" not in rows.casefold(), table.name
            assert PHONE not in rows, table.name
        names = (await connection.execute(select(ticket.c.name))).scalars().all()
        assert (names, (await connection.execute(select(requester))).all()) == (["Gio"], [])
    assert (await persons.held(EMAIL, actor=dato)).is_empty


async def test_the_audit_log_tells_that_it_was_done_and_not_about_whom(
    persons: Persons, dato: Agent, numbers: list[str], database: Database
) -> None:
    await persons.export(EMAIL, actor=dato)
    await persons.erase(EMAIL, actor=dato)
    async with database.read() as connection:
        rows = (await connection.execute(select(audit.c.act, audit.c.object).order_by(audit.c.id))).all()
    assert [tuple(row) for row in rows[-2:]] == [("person.exported", "1 / 1 / 1"), ("person.erased", "1 / 1 / 1")]


@pytest.mark.parametrize("role", ["agent", "supervisor"])
async def test_only_administrators_do_this(persons: Persons, accounts: Accounts, numbers: list[str], role: Role) -> None:
    ana = await _agent(accounts, role)
    for deed in (persons.held, persons.export, persons.erase):
        with pytest.raises(NotAllowed):
            await deed(EMAIL, actor=ana)


async def test_somebody_unknown_is_not_found_and_nonsense_is_refused(persons: Persons, dato: Agent) -> None:
    assert (await persons.held("nobody@example.com", actor=dato)).is_empty
    for deed in (persons.export, persons.erase):
        with pytest.raises(NotFound):
            await deed("nobody@example.com", actor=dato)
    for key in ("", "  ", "x", "x" * 300):
        with pytest.raises(Invalid):
            await persons.held(key, actor=dato)
