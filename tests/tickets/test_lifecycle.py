"""What becomes of tickets by themselves: solved ones close, and those that were kept long enough are gone to the last byte
(guarantees.md, M12)."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from livesupport.accounts.service import Accounts
from livesupport.errors import NotFound, Unavailable
from livesupport.jobs.runner import Runner
from livesupport.jobs.tasks import Rooms
from livesupport.model import Agent, RequestType, Ticket, TicketNews
from livesupport.signing import ConfirmLinks, origin_of_request
from livesupport.storage import purging, request_types
from livesupport.storage.database import Database
from livesupport.storage.schema import file, metadata, ticket
from livesupport.storage.tickets import change
from livesupport.tickets.asking import Asking
from livesupport.tickets.files import Files, owner_of
from livesupport.tickets.lifecycle import BATCH, Lifecycle
from livesupport.tickets.new_request import NewRequest
from livesupport.tickets.persons import Persons
from livesupport.tickets.requests import TicketChange
from livesupport.tickets.service import Tickets
from tests.databases import SOFIA, Clock, only_sqlite
from tests.jobs import house
from tests.tickets.conftest import a_request, from_chat, history

DAY = timedelta(days=1)
UPLOADER = owner_of("n" * 22)


@pytest.fixture
def rooms(database: Database, clock: Clock, tmp_path: Path, heard: list[TicketNews]) -> Rooms:
    return house.rooms(database, clock, tmp_path, heard.append)


@pytest.fixture
def files(rooms: Rooms) -> Files:
    return rooms.files


@pytest.fixture
def lifecycle(rooms: Rooms) -> Lifecycle:
    return rooms.lifecycle


@pytest.fixture
def runner(rooms: Rooms) -> Runner:
    return house.runner(rooms)


@pytest.fixture
async def kept_for_30_days(database: Database) -> RequestType:
    new = RequestType(id=0, site="default", name="Refund", retention_days=30)
    async with database.write() as connection:
        return await request_types.add(connection, new)


# ── Closing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_solved_ticket_closes_after_four_days_and_keeps_its_place_in_lists(
    tickets: Tickets, ana: Agent, clock: Clock, lifecycle: Lifecycle, heard: list[TicketNews]
) -> None:
    await tickets.open(a_request())
    solved = await tickets.change("1001", TicketChange(status="solved"), actor=ana)

    clock.now += 4 * DAY - timedelta(seconds=1)
    await lifecycle.close()
    assert (await tickets.get("1001", actor=SOFIA)).ticket.status == "solved"
    clock.forward(seconds=1)
    await lifecycle.close()

    closed = (await tickets.get("1001", actor=SOFIA)).ticket
    assert (closed.status, closed.updated_at, closed.solved_at) == ("closed", solved.updated_at, solved.solved_at)
    assert (await history(tickets, "1001"))[-1] == ("status", "", "solved", "closed")
    assert [(news.what, news.number) for news in heard] == [("status", "1001-7")]


async def test_who_opens_a_solved_ticket_again_keeps_it_open(
    tickets: Tickets, ana: Agent, clock: Clock, lifecycle: Lifecycle
) -> None:
    await tickets.open(a_request())
    await tickets.change("1001", TicketChange(status="solved"), actor=ana)
    await tickets.change("1001", TicketChange(status="open"), actor=ana)
    clock.now += 10 * DAY

    await lifecycle.close()

    assert (await tickets.get("1001", actor=SOFIA)).ticket.status == "open"


async def test_however_many_there_are_all_close(
    tickets: Tickets, database: Database, clock: Clock, lifecycle: Lifecycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livesupport.tickets.lifecycle.BATCH", 2)
    for number in range(5):
        opened = await tickets.open(a_request(number))
        async with database.write() as connection:
            await change(connection, opened.id, status="solved", solved_at=clock.now)
    clock.now += 5 * DAY

    await lifecycle.close()

    async with database.read() as connection:
        assert set((await connection.execute(select(ticket.c.status))).scalars()) == {"closed"}
    assert BATCH > 2


# ── Erasing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def finished(
    tickets: Tickets, database: Database, clock: Clock, *, of: object = "request", type_id: int | None, status: str = "closed"
) -> int:
    """A ticket of this type that came to its end now."""
    opened = await tickets.open(a_request(of))
    async with database.write() as connection:
        await change(connection, opened.id, type_id=type_id, status=status, updated_at=clock.now)
    return opened.id


async def left(database: Database) -> set[int]:
    async with database.read() as connection:
        return set((await connection.execute(select(ticket.c.id))).scalars())


async def test_a_finished_ticket_is_kept_as_long_as_its_type_says(
    tickets: Tickets, database: Database, clock: Clock, lifecycle: Lifecycle, kept_for_30_days: RequestType
) -> None:
    kind = kept_for_30_days.id
    gone = {await finished(tickets, database, clock, of=status, type_id=kind, status=status) for status in ("closed", "spam")}
    others = {
        await finished(tickets, database, clock, of="no type", type_id=None),
        await finished(tickets, database, clock, of="open", type_id=kind, status="open"),
        await finished(tickets, database, clock, of="solved", type_id=kind, status="solved"),
    }

    clock.now += 30 * DAY - timedelta(seconds=1)
    await lifecycle.purge()
    assert await left(database) == gone | others
    clock.forward(seconds=1)
    await lifecycle.purge()

    assert await left(database) == others
    with pytest.raises(NotFound):
        await tickets.get("1001", actor=SOFIA)
    assert (await tickets.open(a_request("new"))).number.startswith("1006")  # a number is never given again


async def test_with_a_ticket_goes_what_was_merged_into_it_and_its_follow_up_stays(
    tickets: Tickets, database: Database, clock: Clock, lifecycle: Lifecycle, kept_for_30_days: RequestType
) -> None:
    main = await finished(tickets, database, clock, type_id=kept_for_30_days.id)
    merged = await finished(tickets, database, clock, of="merged", type_id=None, status="merged")
    follow_up = await finished(tickets, database, clock, of="follow-up", type_id=None, status="open")
    async with database.write() as connection:
        await change(connection, merged, merged_into_id=main)
        await change(connection, follow_up, follows_id=main)
    clock.now += 31 * DAY

    await lifecycle.purge()

    assert await left(database) == {follow_up}


def found(canary: str, folder: Path) -> dict[str, int]:
    """How often a word stands in each file of a folder, as it is and in capitals."""
    sought = (canary.encode(), canary.upper().encode())
    hits = {path.name: sum(path.read_bytes().count(form) for form in sought) for path in folder.rglob("*") if path.is_file()}
    return {name: count for name, count in hits.items() if count}


async def full_ticket(canary: str, tickets: Tickets, database: Database, files: Files, ana: Agent, type_id: int | None) -> int:
    """A closed ticket that has the word everywhere."""
    lines = from_chat().lines[:1]
    said = tuple(msgspec.structs.replace(lines[0], seq=seq, text=f"{canary} {seq}") for seq in range(50))
    opened = await tickets.open(from_chat(lines=said, name=canary, question=canary))

    async def content() -> AsyncIterator[bytes]:
        yield f"{canary}\n".encode() * 100

    staged = await files.stage(UPLOADER, f"{canary}.txt", content())
    for number in range(20):
        await tickets.note("1001", f"{canary} note {number}", actor=ana)
    await tickets.reply("1001", f"**{canary}**", actor=ana)
    async with database.write() as connection:
        await files.take(connection, UPLOADER, [staged.id], ticket_id=opened.id)
        await change(connection, opened.id, status="closed", type_id=type_id, diagnostics={"page": canary})
    return opened.id


@only_sqlite
async def test_of_an_erased_ticket_no_byte_is_left_in_any_file(
    tickets: Tickets,
    database: Database,
    clock: Clock,
    files: Files,
    lifecycle: Lifecycle,
    runner: Runner,
    ana: Agent,
    tmp_path: Path,
    kept_for_30_days: RequestType,
) -> None:
    canary = f"canary{secrets.token_hex(8)}"
    await full_ticket(canary, tickets, database, files, ana, kept_for_30_days.id)
    await database.truncate_log()
    for word in ("another", "one"):
        await tickets.open(a_request(word, question=f"{word} question that stays"))
    before = found(canary, tmp_path)
    clock.now += 31 * DAY

    await lifecycle.purge()
    deleted = found(canary, tmp_path)
    while await runner.turn():
        pass

    assert before["livesupport.db"] > 50
    assert len(before) >= 2  # the file that was sent has it, too
    assert deleted  # control: deleting alone leaves something to be found
    assert found(canary, tmp_path) == {}
    with closing(sqlite3.connect(tmp_path / "livesupport.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.execute("INSERT INTO ticket_index (ticket_index) VALUES ('integrity-check')")


Way = Callable[[Persons, Asking, ConfirmLinks, Clock], Awaitable[object]]
WHO = Agent(id=1, login="dato", name="Dato", role="administrator")


def _erase(key: str) -> Way:
    return lambda persons, asking, links, clock: persons.erase(key, actor=WHO)


def _discard(_persons: Persons, asking: Asking, links: ConfirmLinks, clock: Clock) -> Awaitable[object]:
    pending_id = origin_of_request("form-waiting-waiting")
    return asking.discard(links.sign(pending_id, "nino@example.com", clock().timestamp()))


def _wait(_persons: Persons, asking: Asking, links: ConfirmLinks, clock: Clock) -> Awaitable[object]:
    clock.now += DAY
    return asking.purge()


@only_sqlite
@pytest.mark.parametrize("way", [_erase("nino@example.com"), _erase("+995555123456"), _discard, _wait])
async def test_of_a_request_that_waits_no_byte_is_left_when_it_goes(
    accounts: Accounts, database: Database, clock: Clock, files: Files, runner: Runner, tmp_path: Path, way: Way
) -> None:
    await accounts.create_agent(login="dato", name="Dato", password="a good long password", role="administrator")
    canary = f"canary{secrets.token_hex(8)}"
    links = ConfirmLinks(bytes(range(32)), lambda: clock().timestamp())
    asking = Asking(database, clock, lambda news: None, files, links)

    async def content() -> AsyncIterator[bytes]:
        yield f"{canary}\n".encode() * 100

    staged = await files.stage(UPLOADER, f"{canary}.txt", content())
    said: dict[str, Any] = {
        "name": canary,
        "subject": canary,
        "message": canary,
        "email": "nino@example.com",
        "phone": "555 12 34 56",
    }
    wish = NewRequest(id="form-waiting-waiting", site="default", owner=UPLOADER, files=(staged.id,), **said)
    assert not isinstance(await asking.ask(wish), Ticket)
    before = found(canary, tmp_path)

    await way(Persons(database, clock), asking, links, clock)
    deleted = found(canary, tmp_path)
    while await runner.turn():
        pass

    assert len(before) >= 2  # the log and the file
    assert deleted  # control: deleting alone leaves something to be found
    assert found(canary, tmp_path) == {}


def test_without_overwriting_bytes_are_left_so_the_search_for_them_can_find_something(tmp_path: Path) -> None:
    canary = f"canary{secrets.token_hex(8)}"
    with closing(sqlite3.connect(tmp_path / "careless.db")) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("CREATE TABLE message (text)")
        connection.executemany("INSERT INTO message VALUES (?)", [(f"{canary} {number}",) for number in range(200)])
        connection.commit()
        connection.execute("DELETE FROM message")
        connection.commit()

    assert found(canary, tmp_path)["careless.db"] > 100


async def test_of_an_erased_ticket_no_row_is_left_in_any_table(
    tickets: Tickets,
    database: Database,
    clock: Clock,
    files: Files,
    runner: Runner,
    lifecycle: Lifecycle,
    ana: Agent,
    tmp_path: Path,
    kept_for_30_days: RequestType,
) -> None:
    canary = f"canary{secrets.token_hex(8)}"
    await full_ticket(canary, tickets, database, files, ana, kept_for_30_days.id)

    async def mentions() -> set[str]:
        async with database.read() as connection:
            rows = {one.name: [str(row) for row in await connection.execute(select(one))] for one in metadata.sorted_tables}
        return {name for name, each in rows.items() if any(canary in row for row in each)}

    before = await mentions()
    clock.now += 31 * DAY
    await lifecycle.purge()
    while await runner.turn():
        pass

    assert before >= {"ticket", "ticket_message", "ticket_search", "file"}
    assert await mentions() == set()
    assert found(canary, tmp_path / "files") == {}
    async with database.read() as connection:
        assert (await connection.execute(select(func.count()).select_from(file))).scalar_one() == 0


@only_sqlite
async def test_while_somebody_still_reads_it_the_work_is_tried_again(
    tickets: Tickets, database: Database, lifecycle: Lifecycle, tmp_path: Path, clock: Clock
) -> None:
    opened = await tickets.open(a_request())
    with closing(sqlite3.connect(tmp_path / "livesupport.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM ticket").fetchall()
        async with database.write() as connection:
            await connection.exec_driver_sql("PRAGMA busy_timeout=1")
            await purging.purge(connection, [opened.id], clock.now)
        with pytest.raises(Unavailable):
            await lifecycle.scrub([])
    await lifecycle.scrub([])


async def test_a_broken_off_erasure_is_finished_when_the_server_is_back(
    tickets: Tickets, database: Database, clock: Clock, runner: Runner, files: Files, ana: Agent, tmp_path: Path
) -> None:
    ticket_id = await full_ticket("canary", tickets, database, files, ana, None)
    async with database.write() as connection:
        await purging.purge(connection, [ticket_id], clock.now)
    # Here the server dies: what has been committed is all that there is.
    assert found("canary", tmp_path / "files")

    assert await runner.turn()

    assert found("canary", tmp_path / "files") == {}
