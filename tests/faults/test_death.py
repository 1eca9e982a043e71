"""The server dies, again and again, while people talk and save (F01, F02, F03, F09, F21)."""

from __future__ import annotations

import asyncio
import os

import pytest
from sqlalchemy import func, select

from bench.resume import Plan, measure
from livesupport.signing import origin_of_chat
from livesupport.storage.database import Database
from livesupport.storage.schema import ticket, ticket_event, ticket_message
from livesupport.tickets.service import Tickets
from tests.databases import SOFIA, Clock
from tests.faults.kernel import need_strace, tampering
from tests.faults.people import PATIENCE, PAUSE, Agent, Person, Visitor, all_see, talking
from tests.mortal import Mortal


async def say_many(person: Person, by: str, count: int, **fields: str) -> None:
    """Numbered messages, one after the other."""
    for number in range(count):
        await person.says(f"{by} {number}", **fields)
        await asyncio.sleep(0)


async def test_whatever_was_said_around_two_deaths_is_with_both_once_and_in_order(server: Mortal) -> None:
    async with talking(server) as (nino, ana):
        chat = nino.chat
        for round_ in ("before", "between"):
            talk = [say_many(nino, f"nino {round_}", 20), say_many(ana, f"ana {round_}", 20, chat=chat)]
            tasks = [asyncio.create_task(each) for each in talk]
            await nino.sees(lambda: len(nino.words(chat)) >= 5)
            await server.stop()
            await asyncio.gather(*tasks)
            await server.start()
        await all_see((nino, ana), lambda person: not person.unsent and len(person.words(chat)) >= 80)

        assert nino.words(chat) == ana.words(chat)
        assert nino.state["agent"] == "Ana"
        for by in ("nino before", "nino between", "ana before", "ana between"):
            assert [words for words in nino.words(chat) if words.startswith(by)] == [f"{by} {number}" for number in range(20)]


async def test_two_tabs_of_a_visitor_and_two_consoles_of_an_agent_come_back_as_one_chat(server: Mortal) -> None:
    async with talking(server) as (nino, ana), Visitor.at(server) as tab, Agent.at(server, server.cookies["ana"]) as console:
        tab.token = nino.token
        assert tab.connection
        await tab.connection.close()
        await tab.sees(lambda: tab.chat == nino.chat and tab.chat in tab.chats)
        await tab.says("from the other tab")
        everybody = (nino, tab, ana, console)
        await all_see(everybody, lambda person: person.words(nino.chat) == ["from the other tab"])

        await server.restart()

        await console.says("from the other console", chat=nino.chat)
        both = ["from the other tab", "from the other console"]
        await all_see(everybody, lambda person: person.words(nino.chat) == both)
        assert [len(person.chats) for person in everybody] == [1, 1, 1, 1]


async def test_two_hundred_chats_come_back_whole() -> None:
    (result,) = await measure(Plan(chats=(200,), messages=3))
    assert result.lost == 0


# ── saving ───────────────────────────────────────────────────────────────────────────────────────────────────────────

MOST_CUTS = 20
TO_DISK = ("-f", "fdatasync")  # by any thread
TO_PEOPLE = ("-tt", "write,writev,sendto,sendmsg")  # by the thread that speaks with them
CALLS = [pytest.param(TO_DISK, 1, id="to the disk"), pytest.param(TO_PEOPLE, 3, id="to people")]


@pytest.mark.parametrize("settings", [{"chat__convert_seconds": "0"}])
@pytest.mark.parametrize(("calls", "fewest"), CALLS)
async def test_a_kill_at_any_write_of_a_saving_leaves_one_ticket(server: Mortal, calls: tuple[str, str], fewest: int) -> None:
    need_strace()
    cuts = 0
    while cuts < MOST_CUTS and await saved_in_spite_of_a_kill(server, calls, at=cuts + 1):
        cuts += 1
    assert fewest <= cuts < MOST_CUTS  # else it was not killed where it matters, and this test would mean nothing


async def saved_in_spite_of_a_kill(server: Mortal, calls: tuple[str, str], at: int) -> bool:
    """Ana saves a chat and the kernel kills the server at its n-th write; False when there were not so many writes."""
    async with talking(server) as (nino, ana):
        chat = nino.chat
        await nino.says("The number is 17")
        await ana.sees(lambda: ana.words(chat) == ["The number is 17"])
        threads, names = calls
        async with tampering(server, names, f"signal=KILL:when={at}", threads):
            await ana.does("convert", chat=chat)
            await either(server.program.process.wait(), ana.sees(lambda: ana.ticket(chat)))
        died = server.program.process.returncode is not None
        if died:
            await server.buried()
            await server.start()
            await ana.sees(lambda: ana.chats.get(chat, {}).get("status") == "active")
            await ana.does("convert", chat=chat)
        await all_see((nino, ana), lambda person: person.ticket(chat))
        await one_ticket(server, chat, nino.ticket(chat) or "", ["The number is 17"])
    return died


LATER = {"chat__convert_seconds": "0", "chat__append_every": "0.1"}


@pytest.mark.parametrize("settings", [LATER])
@pytest.mark.parametrize(("calls", "fewest"), CALLS if os.environ.get("SOAK") else CALLS[:1])  # people are slow, and many
async def test_a_kill_at_any_write_after_the_saving_costs_and_doubles_no_later_line(
    server: Mortal, calls: tuple[str, str], fewest: int
) -> None:
    need_strace()
    cuts = 0
    while cuts < MOST_CUTS and await said_later_in_spite_of_a_kill(server, calls, at=cuts + 1):
        cuts += 1
    assert fewest <= cuts < MOST_CUTS


async def said_later_in_spite_of_a_kill(server: Mortal, calls: tuple[str, str], at: int) -> bool:
    """The chat has its number, and the kernel kills the server at its n-th write of what is said then; False when there were
    not so many."""
    said = ["The number is 17", "It is on its way", "Thank you"]
    async with talking(server) as (nino, ana):
        chat = nino.chat
        await nino.says(said[0])
        await ana.sees(lambda: ana.words(chat) == said[:1])
        await ana.does("convert", chat=chat)
        await all_see((nino, ana), lambda person: person.ticket(chat))
        number = nino.ticket(chat) or ""
        threads, names = calls
        async with tampering(server, names, f"signal=KILL:when={at}", threads):
            await ana.says(said[1], chat=chat)
            await either(server.program.process.wait(), nino.sees(lambda: nino.words(chat) == said[:2]))
            await nino.says(said[2])
            await either(server.program.process.wait(), written(server, chat, said[2]))
        died = server.program.process.returncode is not None
        if died:
            await server.buried()
            await server.start()
        await all_see((nino, ana), lambda person: len(person.words(chat)) == len(said) and person.ticket(chat) == number)
        assert nino.words(chat) == ana.words(chat)
        assert set(nino.words(chat)) == set(said)  # two people may be taken in either order by a server started anew
        for text in said:
            await written(server, chat, text)
        await one_ticket(server, chat, number, nino.words(chat))
    return died


async def written(server: Mortal, chat: str, text: str) -> None:
    """Waits until these words are in the ticket."""
    async with Database.open(server.config.database_url) as database, asyncio.timeout(PATIENCE):
        texts = select(ticket_message.c.text).join(ticket).where(ticket.c.origin == origin_of_chat(chat))
        while True:
            async with database.read() as connection:
                if text in (await connection.execute(texts)).scalars():
                    return
            await asyncio.sleep(PAUSE)


async def either(*work: object) -> None:
    """Waits until one of these is done."""
    tasks = [asyncio.ensure_future(each) for each in work]  # type: ignore[call-overload]
    done, late = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    for task in done:
        task.result()


async def one_ticket(server: Mortal, chat: str, number: str, said: list[str]) -> None:
    """The chat has this ticket and no other, made once, with all that was said, once and in its order."""
    async with Database.open(server.config.database_url) as database:
        thread = await Tickets(database, Clock()).get(number, actor=SOFIA)
        assert [message.text for message in thread.messages if message.text in said] == said
        async with database.read() as connection:
            mine = select(ticket.c.id).where(ticket.c.origin == origin_of_chat(chat))
            ids = list((await connection.execute(mine)).scalars())
            assert len(ids) == 1
            made = select(func.count()).select_from(ticket_event)
            made = made.where(ticket_event.c.ticket_id == ids[0], ticket_event.c.what == "created")
            assert (await connection.execute(made)).scalar_one() == 1
            places = select(ticket_message.c.chain, ticket_message.c.epoch, ticket_message.c.seq)
            rows = (await connection.execute(places.where(ticket_message.c.ticket_id == ids[0]))).all()
            assert len(rows) == len(set(rows))
