"""However many chats there were, the server holds no more of them than before the first (guarantees.md, M6)."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Sized
from pathlib import Path

from livesupport.chat.floor import MOST_ENDED
from livesupport.chat.state import Chat, VisitorSocket
from livesupport.chat.transcript import Transcript
from livesupport.live.transport import Socket
from livesupport.selfcheck.canaries import Canaries
from livesupport.selfcheck.play import Play
from tests.serving import Running, running

CHATS = 20
OF_CHATS = (Chat, Transcript, VisitorSocket, Socket)
BOUNDED = {
    "ended",  # random ids of chats that nobody may bring back, MOST_ENDED at most
    "handle_seconds",  # durations, for the estimated wait
}


def held() -> Counter[str]:
    """How many objects of each kind are alive in this process."""
    gc.collect()
    return Counter(type(thing).__name__ for thing in gc.get_objects() if isinstance(thing, OF_CHATS))


def sizes(server: Running) -> dict[str, int]:
    """How full everything is that the machine and the hub remember."""
    machine, hub = server.state["desk"]._machine, server.state["desk"].hub
    memory = {**vars(machine._floor), **{f"hub {name}": value for name, value in vars(hub).items()}}
    return {name: len(value) for name, value in memory.items() if isinstance(value, Sized) and name not in BOUNDED}


async def all_gone(server: Running) -> None:
    """Until the server has heard that every page was closed."""
    while len(server.state["desk"].hub):
        await asyncio.sleep(0)


async def test_after_many_chats_nothing_of_them_is_held(tmp_path: Path) -> None:
    of_other_tests = held()
    async with running(tmp_path / "data", limits__exempt=("127.0.0.1",), chat__between_assignments=0.0) as server:
        await server.state["accounts"].create_agent(login="ana", name="Ana", password="a good long password")
        cookie = await server.sign_in("ana", "a good long password")
        play = Play(server.url, "default", cookie, Canaries())
        await play.begin()
        in_the_middle = held() - of_other_tests
        await play.end()
        await all_gone(server)
        before = sizes(server)

        for _chat in range(CHATS):
            await chat(server, cookie)

        assert set(in_the_middle) == {kind.__name__ for kind in OF_CHATS}
        assert (held() - of_other_tests, sizes(server)) == (Counter(), before)
        assert len(server.state["desk"]._machine._floor.ended) <= MOST_ENDED


async def chat(server: Running, cookie: str) -> None:
    """One from hello to end."""
    play = Play(server.url, "default", cookie, Canaries())
    await play.begin()
    await play.talk()
    await play.end()
    await all_gone(server)
