"""What is held about Nino: found by her address or her phone, given to her as a whole, erased as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from livesupport.accounts.service import Accounts
from livesupport.errors import Invalid, NotAllowed, NotFound
from livesupport.model import Agent, Role, Site, StoredFile
from livesupport.sites.service import Sites
from livesupport.storage import file_rows, outbox, pending, requesters
from livesupport.storage.database import Database
from livesupport.storage.schema import audit, metadata, requester, ticket
from livesupport.tickets.persons import Persons
from livesupport.tickets.requests import NewTicket, TicketChange
from livesupport.tickets.service import Tickets
from tests.databases import Clock

EMAIL = "nino@example.com"
PHONE = "+995555123456"
WORK_PHONE = "+995555777777"


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
        await pending.add(connection, "waiting", "default", EMAIL, {"message": "not confirmed", "phone": WORK_PHONE}, clock.now)
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
    assert [one["number"] for one in content["requests"]] == [numbers[0]]
    assert [(one["message"], one["email"]) for one in content["unconfirmed"]] == [("not confirmed", EMAIL)]
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


async def test_she_gets_her_own_files_and_nothing_of_who_answers(
    persons: Persons, dato: Agent, numbers: list[str], tickets: Tickets, database: Database
) -> None:
    ana = await tickets.change(numbers[0], TicketChange(assignee=dato.id, status="open"), actor=dato)
    await tickets.note(numbers[0], "See the file", actor=dato)
    [asked, note] = [one.id for one in (await tickets.get(numbers[0], actor=dato)).messages]
    await _give(database, "asked", ticket_id=ana.id, message_id=asked)
    await _give(database, "secret", ticket_id=ana.id, message_id=note)
    await _give(database, "waits", pending_id="waiting")
    content, files = await persons.export(EMAIL, actor=dato)
    assert [one.name for one in files] == ["asked.png", "waits.png"]
    assert [one["name"] for one in content["requests"][0]["files"]] == ["asked.png"]
    assert [one["name"] for one in content["unconfirmed"][0]["files"]] == ["waits.png"]
    assert {"assignee", "topics", "requester", "diagnostics"} & content["requests"][0].keys() == {"diagnostics"}
    assert [one["what"] for one in content["requests"][0]["history"]] == ["created"]
    for internal in ("Dato", "administrator", "secret", "See the file"):
        assert internal not in str(content), internal


async def _give(database: Database, name: str, **place: Any) -> None:
    async with database.write() as connection:
        new = StoredFile(id=name, name=f"{name}.png", media_type="image/png", size=1, sha256="", created_at=Clock().now)
        await file_rows.add(connection, "uploader", new)
        await file_rows.take(connection, "uploader", [name], **place)


async def test_by_her_phone_she_is_found_with_what_she_made_under_her_address(
    persons: Persons, dato: Agent, numbers: list[str], database: Database, clock: Clock
) -> None:
    async with database.write() as connection:
        [nino] = await requesters.find(connection, requester.c.email == EMAIL)
        await connection.execute(update(ticket).where(ticket.c.number == numbers[0]).values(requester_id=nino.id))
        await connection.execute(update(ticket).where(ticket.c.number == numbers[1]).values(requester_id=nino.id))
    held = await persons.held(PHONE, actor=dato)
    assert [one.email for one in held.requesters] == [EMAIL]
    assert [number for _id, number in held.tickets] == numbers
    assert [one.id for one in held.pending] == ["waiting"]
    assert [one.id for one in (await persons.held("555 77 77 77", actor=dato)).pending] == ["waiting"]


async def test_an_id_is_looked_for_at_the_site_that_gave_it(
    persons: Persons, dato: Agent, sites: Sites, database: Database, clock: Clock
) -> None:
    await sites.add(Site(id="shop", name="Shop"))
    async with database.write() as connection:
        for site, name in (("default", "Nino"), ("shop", "Gio")):
            columns = {"site_id": site, "account": "7", "name": name, "phone": "", "language": "", "created_at": clock.now}
            await requesters.add(connection, **columns)
    assert [one.name for one in (await persons.held("7", site="shop", actor=dato)).requesters] == ["Gio"]
    assert (await persons.held("7", actor=dato)).is_empty


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
    for key in ("", "  ", "x" * 300):
        with pytest.raises(Invalid):
            await persons.held(key, actor=dato)
