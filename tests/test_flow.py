"""The main job from end to end, over real sockets: ask, match, talk, save, restart, still there; and nothing else is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from tests.live.house import Page
from tests.serving import Reachable, command, free_port, new_id, program, running
from tests.traces import Words

PASSWORD = "a good long password"
Start = Callable[[], AbstractAsyncContextManager[Reachable]]


@pytest.fixture(params=["in this process", "as a program"])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    """Starts the server on the same data and port each time it is called."""
    port, data = free_port(), tmp_path / "data"

    @asynccontextmanager
    async def start_once() -> AsyncIterator[Reachable]:
        if request.param == "as a program":
            async with program(data, port, chat__between_assignments="0") as server:
                yield server
        else:
            async with running(data, port=port, chat__between_assignments=0.0) as server:
                yield server

    return start_once


async def ask(visitor: Page, question: str, *, name: str = "Nino", phone: str = "555 12 34 56") -> str:
    """A visitor starts a chat; its id."""
    await visitor.say("start", id=new_id(), name=name, phone=phone, question=question)
    return str((await visitor.hear("token"))["chat"])


async def answer(agent: Page, chat: str) -> None:
    """The agent takes what rings."""
    await agent.hear("offer", chat=chat)
    await agent.say("accept", chat=chat)
    await agent.hear("chat", chat=chat, status="active")


async def test_a_chat_becomes_a_ticket_that_outlives_the_server_and_other_chats_leave_no_trace(
    start: Start, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    kept, gone = Words(), Words()

    async with start() as server:
        assert command("agent", "create", "ana", "--name", "Ana", "--data", str(data), typed=PASSWORD).returncode == 0
        cookie = await server.sign_in("ana", PASSWORD)
        async with server.agent(cookie) as ana, server.visitor() as nino:
            chat = await ask(nino, kept.question, name=kept.name, phone="555 12 34 56")
            await answer(ana, chat)
            await talk(nino, ana, chat, kept.message)
            await nino.say("save")
            number = (await nino.hear("chat", chat=chat, status="active", ticket=await ticket_of(ana, chat)))["ticket"]
            await nino.say("end")
            await nino.hear("erased", chat=chat)

            async with server.visitor() as levan:
                other = await ask(levan, gone.question, name=gone.name, phone=gone.phone)
                await answer(ana, other)
                await talk(levan, ana, other, gone.message)
                found_while_running = gone.found_below(data)
                await levan.say("end")
                await levan.hear("erased", chat=other)

    async with start() as server, server.browser(cookie) as browser:
        page = (await browser.get(f"/tickets/{number}")).text
        for words in (kept.name, kept.question, kept.message, "+995555123456"):
            assert words in page

    assert found_while_running == []
    assert gone.found_below(tmp_path) == []
    assert kept.found_below(tmp_path) != []  # the search can find what is there


async def ticket_of(agent: Page, chat: str) -> str:
    """The number that the agent is shown once the chat is saved."""
    while True:
        state = await agent.hear("chat", chat=chat)
        if "ticket" in state:
            return str(state["ticket"])


async def talk(visitor: Page, agent: Page, chat: str, words: str) -> None:
    """Both say it, and both hear it."""
    await visitor.say("say", id=new_id(), text=words)
    await agent.hear("line", chat=chat, kind="message", text=words)
    await agent.say("say", chat=chat, id=new_id(), text=words + "?")
    await visitor.hear("line", chat=chat, kind="message", text=words + "?")


async def test_the_first_person_becomes_administrator_by_the_printed_link_and_nobody_after_them(tmp_path: Path) -> None:
    port, data = free_port(), tmp_path / "data"
    async with program(data, port) as server, server.browser() as browser:
        assert server.setup_link is not None
        token = server.setup_link.partition("token=")[2]
        new = {"token": token, "login": "mari", "name": "Mari", "password": PASSWORD}
        assert (await browser.get(server.setup_link)).status_code == 200
        assert (await browser.post("/setup", data=new)).status_code in (200, 303)

        again = await browser.post("/setup", data={**new, "login": "eve"})

        assert again.status_code == 404
        assert await server.sign_in("mari", PASSWORD)
        assert token not in server.log.read_text()

    async with program(data, port) as server:
        assert server.setup_link is None


async def test_a_password_set_from_the_command_line_ends_an_open_console(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with running(data) as server:
        await server.state["accounts"].create_agent(login="ana", name="Ana", password=PASSWORD)
        cookie = await server.sign_in("ana", PASSWORD)
        async with server.agent(cookie) as ana:
            assert command("agent", "password", "ana", "--data", str(data), typed="another long one").returncode == 0

            assert await ana.closed() == 4401


async def test_a_disabled_agent_loses_the_console_and_the_visitor_waits_for_another(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with running(data) as server:
        for login in ("ana", "ben"):
            await server.state["accounts"].create_agent(login=login, name=login.title(), password=PASSWORD)
        cookies = {login: await server.sign_in(login, PASSWORD) for login in ("ana", "ben")}
        async with server.agent(cookies["ana"]) as ana, server.visitor() as nino:
            chat = await ask(nino, "Where is my parcel?")
            await answer(ana, chat)

            assert command("agent", "disable", "ana", "--data", str(data)).returncode == 0

            assert await ana.closed() in (4401, 4403)
            async with server.agent(cookies["ben"]) as ben:
                await answer(ben, chat)
                assert (await nino.hear("chat", chat=chat, status="active", agent="Ben"))["agent"] == "Ben"


async def test_a_planned_restart_tells_the_browsers_to_come_back(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as server, server.visitor() as nino:
        server.server.should_exit = True

        assert "resume_after" in await nino.hear("going_away")
        assert await nino.closed() in (1001, 1012)
