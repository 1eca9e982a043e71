"""Neither a fault nor any level of any logger brings a word of a chat into the log (guarantees.md, M8)."""

from __future__ import annotations

import asyncio
import io
import logging
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest
import structlog
from websockets.exceptions import ConnectionClosed

from livesupport import logs
from livesupport.chat.machine import ChatMachine
from livesupport.config import Log
from livesupport.live.desk import Desk
from livesupport.live.hub import Hub
from livesupport.live.receivers import VisitorReceiver
from livesupport.selfcheck.canaries import Canaries, needles
from livesupport.selfcheck.page import status_of
from livesupport.selfcheck.play import Play
from livesupport.sites.service import Sites
from livesupport.tickets.service import Tickets
from tests.live.house import Page
from tests.serving import Running, new_id, running

PASSWORD = "a good long password"


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Leaves the logging of other tests as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in list(logging.root.manager.loggerDict)}
    yield
    root.handlers[:], root.level = handlers, level
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


async def cookie_of_ana(server: Running) -> str:
    """The session of Ana, who has just been hired."""
    await server.state["accounts"].create_agent(login="ana", name="Ana", password=PASSWORD)
    return await server.sign_in("ana", PASSWORD)


def found(words: Canaries, text: str) -> list[str]:
    """Which of these words stand in what was logged, in any form."""
    return sorted({needle.what for needle in needles(words.all) if needle.octets in text.encode()})


async def test_no_level_of_any_logger_prints_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = Canaries()
    monkeypatch.setattr(
        "websockets.frames.Frame.MAX_LOG_SIZE", 10_000
    )  # else it shortens what it prints, and might hide a word
    logs.configure(Log(level="debug", format="json"))
    asyncio.get_running_loop().set_debug(True)
    async with running(tmp_path / "data") as server:
        for name in list(logging.root.manager.loggerDict):
            logging.getLogger(name).setLevel(logging.DEBUG)  # as somebody might, from outside
        open_ears = io.StringIO()
        plain = logging.StreamHandler(open_ears)
        logging.getLogger("websockets.client").addHandler(plain)  # the visitor's own library, in this same process
        play = Play(server.url, "default", await cookie_of_ana(server), words)
        await play.begin()
        await play.talk()
        await play.end()
        logging.getLogger("websockets.client").removeHandler(plain)

    said = capsys.readouterr()
    assert found(words, said.out + said.err) == []
    assert "http_request" in said.out
    assert "the visitor's message" in found(words, open_ears.getvalue())  # a log of frames would have been noticed


async def test_the_servers_own_sockets_cannot_log_frames_at_all() -> None:
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
        assert not logging.getLogger("livesupport.live.library").isEnabledFor(level)


class Fault(Exception):
    """What is raised holds the words, and so do the locals of the frames that it passes."""


def broken(words: Canaries) -> NoReturn:
    overheard = [canary.text for canary in words.all]
    raise Fault(*overheard)


@pytest.mark.parametrize(
    ("place", "name", "event"),
    [
        (ChatMachine, "handle", "machine_failed"),
        (Hub, "deliver", "effect_failed"),
        (VisitorReceiver, "_hear", "frame_failed"),
        (Desk, "signed_in", "handshake_failed"),
        (Tickets, "open", "ticket_not_saved"),
        (Sites, "get", "http_failed"),
    ],
)
async def test_a_fault_that_holds_words_is_logged_without_them(
    place: type, name: str, event: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = Canaries()
    logs.configure(Log(level="debug", format="json"))
    async with running(tmp_path / "data") as server:
        cookie = await cookie_of_ana(server)
        async with server.agent(cookie) as ana, server.visitor() as nino:
            asked = {
                "name": words.latin("the name"),
                "phone": words.phone("the phone"),
                "question": words.georgian("the question"),
            }
            await nino.say("start", id=new_id(), **asked)
            await ana.say("accept", chat=(await ana.hear("offer"))["chat"])
            await nino.hear("chat", status="active")
            with monkeypatch.context() as patch:
                patch.setattr(place, name, lambda *_arguments: broken(words))
                await touch_everything(server, nino, cookie, words)

    said = capsys.readouterr()
    assert f'"event": "{event}"' in said.out
    assert found(words, said.out + said.err) == []


async def touch_everything(server: Running, nino: Page, cookie: str, words: Canaries) -> None:
    """Something that passes each of the places; the answers to the pings say that the server has heard what was before."""
    await nino.say("say", id=new_id(), text=words.latin("a message into the fault"))
    await nino.say("save")
    await (await nino.connection.ping())
    with suppress(ConnectionClosed):
        async with server.socket("/ws/agent", cookie) as late:
            await late.say("hello")
            await (await late.connection.ping())
    assert await status_of(server.url, "/widget/panel?site=default") in (200, 500)


def test_a_log_of_stack_traces_would_hold_the_words() -> None:
    words = Canaries()
    words.latin("the visitor's message")
    try:
        broken(words)
    except Fault:
        assert found(words, traceback.format_exc()) == ["the visitor's message"]
