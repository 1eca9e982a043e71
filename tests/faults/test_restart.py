"""A planned restart: nobody is taken in any more, everybody is told when to come back, and goes on there (SIGTERM)."""

from __future__ import annotations

import signal
import sqlite3

import pytest

from tests.faults.people import Visitor, all_see, talking
from tests.faults.test_saving import AT_ONCE, tickets_of
from tests.mortal import Mortal
from tests.serving import new_id


async def test_a_planned_restart_tells_everybody_when_to_come_back_and_nothing_is_lost(server: Mortal) -> None:
    async with talking(server) as (nino, ana), Visitor.at(server) as levan:
        await nino.says("before")
        await ana.does("intent", intent="away")
        await ana.sees(lambda: ana.heard("me", intent="away"))
        offers = len(ana.heard("offer"))

        await server.stop(signal.SIGTERM)

        assert server.program.process.returncode == 0
        await all_see((nino, ana, levan), lambda person: person.heard("going_away"))
        pauses = [person.heard("going_away")[0]["resume_after"] for person in (nino, ana, levan)]
        assert all(0 <= pause <= 5 for pause in pauses)
        assert len(set(pauses)) == 3  # not all at once
        assert 1012 in nino.closings

        await server.start()
        await nino.says("after")
        await all_see((nino, ana), lambda person: person.words(nino.chat) == ["before", "after"])
        assert nino.state["agent"] == "Ana"
        assert len(ana.heard("offer")) == offers


@pytest.mark.parametrize("settings", [AT_ONCE])
async def test_a_server_that_waits_for_a_ticket_before_it_stops_takes_nobody_in_and_says_so(server: Mortal) -> None:
    database = sqlite3.connect(server.data / "livesupport.db", isolation_level=None)
    async with talking(server) as (nino, ana), Visitor.at(server) as levan, server.browser() as browser:
        database.execute("BEGIN IMMEDIATE")
        await ana.does("convert", chat=nino.chat)
        await ana.says("One moment", chat=nino.chat)
        await ana.sees(lambda: not ana.unsent)
        server.program.process.send_signal(signal.SIGTERM)
        await all_see((nino, ana, levan), lambda person: person.heard("going_away"))

        assert (await browser.get("/readyz")).status_code == 503
        assert (await browser.get("/healthz")).status_code == 200
        await levan.does("start", id=new_id(), name="Levan", phone="555 12 34 56", question="Is it open?")
        await levan.sees(lambda: levan.heard("refused", code="shutting_down"))

        database.execute("ROLLBACK")
        database.close()
        await server.buried()
        assert server.program.process.returncode == 0
        await server.start()
        await all_see((nino, ana), lambda person: person.ticket(nino.chat))
        assert nino.words(nino.chat) == ana.words(nino.chat) == ["One moment"]
        assert await tickets_of(server, nino.chat) == (1, 1)
