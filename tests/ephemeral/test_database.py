"""200 chats change nothing in the database, not a counter, not a time (guarantees.md, M4)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from livesupport.selfcheck.canaries import Canaries
from tests.ephemeral.house import Server, served

CHATS = 200


def dump(server: Server) -> list[str]:
    """Everything that the database would say to anybody, the write-ahead log included."""
    with closing(sqlite3.connect(f"file:{server.config.data / 'livesupport.db'}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


async def test_chats_leave_the_database_as_it_was_and_a_saved_one_does_not(tmp_path: Path) -> None:
    async with served(tmp_path, limits__exempt="127.0.0.1") as server:
        before = dump(server)
        for _chat in range(CHATS):
            play = server.play(Canaries())
            await play.begin()
            await play.visitor_says("Where is my parcel?")
            await play.agent_says("On its way.")
            await play.end()
        after = dump(server)

        play = server.play(Canaries())
        await play.begin()
        await play.talk()
        await play.save()
        with_a_ticket = dump(server)

    assert len(before) > 20
    assert after == before
    assert with_a_ticket != before
