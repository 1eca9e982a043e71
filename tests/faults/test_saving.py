"""Saving while everybody clicks, leaves, or the disk is full, broken or busy (F10, F14, F15, F16, F24)."""

from __future__ import annotations

import asyncio
import resource
import sqlite3

import pytest
from sqlalchemy import func, select

from livesupport.signing import origin_of_chat
from livesupport.storage.database import Database
from livesupport.storage.schema import ticket, ticket_event
from tests.faults.kernel import need_strace, tampering
from tests.faults.people import Agent, Visitor, all_see, talking
from tests.mortal import Mortal

AT_ONCE = {"chat__convert_seconds": "0"}
WITHOUT_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


async def tickets_of(server: Mortal, chat: str) -> tuple[int, int]:
    """How many tickets this chat has, and how often one was made."""
    async with Database.open(server.config.database_url) as database, database.read() as connection:
        mine = select(ticket.c.id).where(ticket.c.origin == origin_of_chat(chat))
        ids = list((await connection.execute(mine)).scalars())
        events = select(func.count()).select_from(ticket_event).where(ticket_event.c.what == "created")
        return len(ids), int((await connection.execute(events)).scalar_one())


async def still_talk(nino: Visitor, ana: Agent, words: str) -> None:
    """A message of each reaches the other."""
    await nino.says(f"{words} from Nino")
    await ana.says(f"{words} from Ana", chat=nino.chat)
    await nino.sees(lambda: f"{words} from Ana" in nino.words(nino.chat))
    await ana.sees(lambda: f"{words} from Nino" in ana.words(nino.chat))


@pytest.mark.parametrize("settings", [AT_ONCE])
async def test_fifty_wishes_of_everybody_at_once_make_one_ticket(server: Mortal) -> None:
    async with (
        talking(server) as (nino, ana),
        Agent.at(server, server.cookies["ana"]) as console,
        Agent.at(server, server.cookies["sofia"]) as sofia,
    ):
        await console.sees(lambda: nino.chat in console.chats)
        await sofia.does("join", chat=nino.chat)
        await sofia.sees(lambda: nino.chat in sofia.chats)
        clicks = [nino.does("save") for _ in range(10)]
        clicks += [person.does("convert", chat=nino.chat) for person in (ana, console) for _ in range(15)]
        clicks += [sofia.does("convert", chat=nino.chat) for _ in range(10)]
        await asyncio.gather(*clicks)
        await all_see((nino, ana, console), lambda person: person.ticket(nino.chat) == "1001-7")
        await still_talk(nino, ana, "after")

        assert await tickets_of(server, nino.chat) == (1, 1)


@pytest.mark.parametrize("settings", [{**AT_ONCE, "chat__ending_seconds": "0"}])
async def test_fifty_wishes_while_the_chat_is_ended_make_one_ticket(server: Mortal) -> None:
    async with talking(server) as (nino, ana):
        clicks = [ana.does("convert", chat=nino.chat) for _ in range(25)]
        clicks += [ana.does("end", chat=nino.chat)]
        clicks += [nino.does("save") for _ in range(25)]
        await asyncio.gather(*clicks)
        await nino.sees(lambda: nino.state.get("status") == "ended" and nino.ticket(nino.chat))

        assert await tickets_of(server, nino.chat) == (1, 1)


@pytest.mark.parametrize("settings", [AT_ONCE])
async def test_on_a_full_disk_the_chat_goes_on_and_is_saved_when_there_is_room(server: Mortal) -> None:
    async with talking(server) as (nino, ana):
        pid = server.program.process.pid
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        await ana.does("convert", chat=nino.chat)
        await ana.sees(lambda: ana.heard("refused", code="not_saved"))
        await still_talk(nino, ana, "without a disk")
        assert not nino.state.get("ticket")
        assert await tickets_of(server, nino.chat) == (0, 0)

        resource.prlimit(pid, resource.RLIMIT_FSIZE, WITHOUT_LIMIT)
        await ana.does("convert", chat=nino.chat)
        await ana.sees(lambda: ana.ticket(nino.chat))
        assert await tickets_of(server, nino.chat) == (1, 1)


@pytest.mark.parametrize("settings", [AT_ONCE])
async def test_on_a_disk_that_fails_nothing_is_saved_and_the_server_calls_itself_unwell_until_it_works(server: Mortal) -> None:
    need_strace()
    async with talking(server) as (nino, ana), server.browser() as browser:
        async with tampering(server, "fdatasync", "error=EIO"):
            await ana.does("convert", chat=nino.chat)
            await all_see((nino, ana), lambda person: person.heard("refused", code="not_saved"))
            await still_talk(nino, ana, "while the disk fails")
            assert not nino.state.get("ticket")
            assert (await browser.get("/readyz")).status_code == 503
            assert (await browser.get("/healthz")).status_code == 200
        assert await tickets_of(server, nino.chat) == (0, 0)

        assert (await browser.get("/readyz")).status_code == 200
        await ana.does("convert", chat=nino.chat)
        await all_see((nino, ana), lambda person: person.ticket(nino.chat))
        assert await tickets_of(server, nino.chat) == (1, 1)


@pytest.mark.parametrize("settings", [AT_ONCE])
async def test_while_another_program_holds_the_database_the_chat_goes_on(server: Mortal) -> None:
    database = sqlite3.connect(server.data / "livesupport.db", isolation_level=None)
    async with talking(server) as (nino, ana):
        database.execute("BEGIN IMMEDIATE")
        await ana.does("convert", chat=nino.chat)
        await still_talk(nino, ana, "while it waits")
        await ana.sees(lambda: ana.heard("refused", code="not_saved"))

        database.execute("ROLLBACK")
        await ana.does("convert", chat=nino.chat)
        await ana.sees(lambda: ana.ticket(nino.chat))
        assert await tickets_of(server, nino.chat) == (1, 1)
    database.close()


@pytest.mark.parametrize("settings", [{"chat__convert_seconds": "600", "chat__gone_notice_leaving": "0.2"}])
async def test_a_visitor_who_closes_the_page_during_a_saving_is_saved_once(server: Mortal) -> None:
    async with Agent.at(server, server.cookies["ana"]) as ana:
        async with Visitor.at(server) as nino:
            await nino.asks()
            await ana.serves(nino.chat)
            await ana.does("convert", chat=nino.chat)
            await nino.sees(lambda: nino.state.get("armed_in"))
            assert nino.connection
            await nino.connection.close(1001)
        await ana.sees(lambda: ana.ticket(nino.chat))
        assert await tickets_of(server, nino.chat) == (1, 1)


@pytest.mark.parametrize("settings", [{"chat__convert_seconds": "1"}])
async def test_an_agent_who_signs_out_during_a_saving_has_saved_once(server: Mortal) -> None:
    async with talking(server) as (nino, ana):
        await ana.does("convert", chat=nino.chat)
        await nino.sees(lambda: nino.state.get("armed_in"))
        async with server.browser(server.cookies["ana"]) as browser:
            assert (await browser.post("/logout", data={"chats": "requeue"})).status_code == 303
        await nino.sees(lambda: nino.state.get("ticket"))
        assert 4401 in ana.closings
        assert await tickets_of(server, nino.chat) == (1, 1)
