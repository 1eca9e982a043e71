"""After a chat nothing in the server refers to it: its words lie nowhere in the memory of the process (guarantees.md, M5).

The server overwrites at once what it frees, so that what is found is in use. Each test first finds the words while the chat
lives.
"""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from livesupport.selfcheck.canaries import Canaries
from livesupport.selfcheck.page import Page, status_of
from tests.ephemeral.house import Server, console, served

SHORT = {
    "chat__visitor_grace": "0.2",
    "chat__visitor_grace_hidden": "0.2",
    "chat__visitor_grace_leaving": "0.2",
    "chat__restore_wait": "0.2",
}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with served(tmp_path, limits__exempt="127.0.0.1", **SHORT) as started:
        yield started


async def left(server: Server, canaries: Canaries) -> int:
    """How many copies are left, once the server has gone through everything that it had to do."""
    for _turn in range(2):
        assert await status_of(server.url, "/healthz") == 200
    return server.copies(canaries)


async def test_nothing_is_left_after_the_end(server: Server) -> None:
    words = Canaries()
    play = server.play(words)
    await play.begin()
    await play.talk()
    await play.flood()
    alive = server.copies(words)

    await play.end()

    assert (alive > 0, await left(server, words)) == (True, 0)


async def test_nothing_is_left_after_a_visitors_tab_was_killed(server: Server) -> None:
    words = Canaries()
    play = server.play(words)
    await play.begin()
    await play.talk()
    alive = server.copies(words)

    play.visitor.vanish()
    await play.agent.hear("erased", chat=play.chat, reason="visitor_left")

    assert (alive > 0, await left(server, words)) == (True, 0)


async def test_nothing_is_left_of_a_visitor_who_did_not_wait(server: Server) -> None:
    words = Canaries()
    visitor, ana = Page(server.url, "/ws/visitor"), await console(server, server.bens_cookie)
    await visitor.open(site="default")
    asked = {"name": words.latin("the name"), "phone": words.phone("the phone"), "question": words.georgian("the question")}
    await visitor.say("start", id="A" * 22, **asked)
    chat = (await ana.hear("offer"))["chat"]
    alive = server.copies(words)

    visitor.vanish()
    await ana.hear("offer_closed", chat=chat)

    assert (alive > 0, await left(server, words)) == (True, 0)


async def test_nothing_is_left_after_a_transfer_and_the_end(server: Server) -> None:
    words = Canaries()
    play, ben = server.play(words), await console(server, server.bens_cookie)
    await play.begin()
    await play.talk()
    team = await ben.hear("team")
    number = next(mate["id"] for mate in team["agents"] if mate["name"] == "Ben")

    await play.agent.say("transfer", chat=play.chat, agent=number, note=words.georgian("a word to the colleague"))
    await ben.hear("offer", chat=play.chat)
    await ben.say("accept", chat=play.chat)
    await play.agent.hear("released", chat=play.chat)
    alive = server.copies(words)
    await play.visitor.say("end")
    for page in (play.visitor, ben):
        await page.hear("erased", chat=play.chat)

    assert (alive > 0, await left(server, words)) == (True, 0)


async def test_nothing_is_left_of_records_that_were_refused(server: Server) -> None:
    words = Canaries()
    play = server.play(words)
    await play.begin()
    await play.talk()
    await server.stop(signal.SIGKILL)
    await server.start()
    forged = [record.replace('"seq":1,', '"seq":2,') for record in play.visitor.lines[play.chat]]
    genuine, play.visitor.lines[play.chat] = play.visitor.lines[play.chat], forged

    await play.visitor.open(site="selfcheck", token=play.token, tip=play.visitor.tips[play.chat])
    await play.visitor.hear("refused", code="not_restored")

    assert await left(server, words) == 0
    assert genuine != forged


async def test_records_that_are_accepted_are_found_again_and_gone_after_the_end(server: Server) -> None:
    words = Canaries()
    play = server.play(words)
    await play.begin()
    await play.talk()
    await server.stop(signal.SIGKILL)
    await server.start()
    nothing_yet = await left(server, words)

    await play.come_back(agent_too=True)
    alive = server.copies(words)
    await play.end()

    assert (nothing_yet, alive > 0, await left(server, words)) == (0, True, 0)
