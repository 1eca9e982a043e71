"""A planned restart: nobody is taken in any more, everybody is told when to come back, and goes on there (SIGTERM)."""

from __future__ import annotations

import signal

from tests.faults.people import Visitor, all_see, talking
from tests.mortal import Mortal


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
