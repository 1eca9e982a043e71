"""Connections that break, that only look whole, and peers that sleep or never read (F05, F06, F07, F08)."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from livesupport.chat.protocol import SUBPROTOCOL
from tests.faults.network import Wire
from tests.faults.people import PATIENCE, Agent, Visitor, talking
from tests.mortal import Mortal
from tests.serving import ROOT, clean_environment

QUICK_PULSE = {"limits__ping_seconds": "0.4", "limits__pong_seconds": "0.4"}


async def test_all_that_was_said_to_a_visitor_without_a_connection_arrives(server: Mortal) -> None:
    async with Wire.to(server.port) as wire, talking(server, visitor=wire.address) as (nino, ana):
        for absence in range(3):
            wire.cut = True
            wire.break_off()
            await nino.sees(lambda: nino.connection is None)
            for number in range(30):
                await ana.says(f"{absence}.{number}", chat=nino.chat)
            await nino.says(f"written in absence {absence}")
            await ana.sees(lambda: not ana.unsent)
            wire.cut = False
            await nino.sees_all_sent()
            await ana.sees(lambda: len(ana.words(nino.chat)) % 31 == 0)

        await nino.sees(lambda: nino.words(nino.chat) == ana.words(nino.chat))
        assert len(nino.words(nino.chat)) == 93


@pytest.mark.parametrize("settings", [{**QUICK_PULSE, "chat__gone_notice_after": "0.2"}])
async def test_a_visitor_behind_a_dead_line_is_noticed_and_nothing_counts_as_delivered(server: Mortal) -> None:
    async with Wire.to(server.port) as wire, talking(server, visitor=wire.address) as (nino, ana):
        wire.swallows = True
        await ana.says("Are you there?", chat=nino.chat)
        await ana.sees(lambda: ana.chats[nino.chat].get("visitor_gone"))

        last = max(ana.lines[nino.chat])[1]
        assert all(receipt["received"] < last for receipt in ana.heard("receipt", by="visitor"))

        wire.swallows = False
        wire.break_off()  # what a browser finds out by itself after ten seconds without an answer
        await nino.sees(lambda: nino.words(nino.chat) == ["Are you there?"])
        await ana.sees(lambda: not ana.chats[nino.chat].get("visitor_gone"))


SLEEPER = """
import asyncio, sys
from pathlib import Path
from livesupport.config import load
from tests.faults.people import Agent
from tests.mortal import Mortal

async def main(data, port, cookie):
    server = Mortal(Path(data), load(None, {}, {"data_dir": data, "server.port": int(port)}), {})
    async with Agent.at(server, cookie) as ben:
        print("here", flush=True)
        await ben.sees(lambda: ben.chats)
        print("serves", flush=True)
        await ben.sees(lambda: ben.heard("released"))
        print("released", len(ben.chats), flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("settings", [{**QUICK_PULSE, "chat__agent_notice_after": "0.2", "chat__agent_reclaim": "1"}])
async def test_the_visitor_of_an_agent_who_sleeps_goes_to_another_and_stays_there(server: Mortal) -> None:
    arguments = (str(server.data), str(server.port), server.cookies["ben"])
    ben = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SLEEPER, *arguments), stdout=asyncio.subprocess.PIPE, cwd=ROOT, env=clean_environment()
    )
    assert ben.stdout
    try:
        assert await ben.stdout.readline() == b"here\n"
        async with Visitor.at(server) as nino:
            await nino.asks()
            assert await ben.stdout.readline() == b"serves\n"
            ben.send_signal(signal.SIGSTOP)
            await nino.sees(lambda: nino.heard("chat", agent="Ben", agent_gone=True))
            await nino.sees(lambda: nino.state["status"] == "waiting")
            async with Agent.at(server, server.cookies["ana"]) as ana:
                await ana.serves(nino.chat)
                ben.send_signal(signal.SIGCONT)
                assert await ben.stdout.readline() == b"released 0\n"
                await ana.says("I am Ana", chat=nino.chat)
                await nino.sees(lambda: nino.words(nino.chat) == ["I am Ana"])
                assert nino.state["agent"] == "Ana"
    finally:
        ben.kill()
        await ben.wait()


def has_heard(page: Agent, chat: str, words: int) -> bool:
    """Whether a page has so many messages."""
    return len(page.words(chat)) == words


@asynccontextmanager
async def deaf_console(server: Mortal) -> AsyncIterator[ClientConnection]:
    """A second console of Ana that hears everything and reads nothing of it."""
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.setblocking(False)
    await asyncio.get_running_loop().sock_connect(deaf, ("127.0.0.1", server.port))
    async with connect(
        server.url.replace("http", "ws", 1) + "/ws/agent",
        sock=deaf,
        origin=Origin(server.url),
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        additional_headers={"Cookie": server.cookies["ana"]},
        compression=None,
        ping_interval=None,
        max_queue=1,
        close_timeout=0.1,
    ) as console:
        await console.send('{"t":"hello"}')
        yield console


@pytest.mark.parametrize(
    "settings",
    [{"limits__outbox_bytes": "65536", "chat__messages_per_chat": "20000", "chat__bytes_per_chat": "200000000"}],
)
async def test_an_agent_who_never_reads_is_cut_and_nobody_else_notices(server: Mortal) -> None:
    async with talking(server) as (nino, ana), deaf_console(server) as second:
        for said in range(16, 3008 + 1, 16):  # as fast as the healthy page reads, however busy the machine is
            for _ in range(16):
                await nino.says("x" * 1900)
            await ana.sees(partial(has_heard, ana, nino.chat, said))
        await nino.sees_all_sent()

        assert nino.closings == ana.closings == []
        with pytest.raises(ConnectionClosed):  # it reads at last: what the system had taken, and the end
            async with asyncio.timeout(PATIENCE):
                while True:
                    await second.recv()
