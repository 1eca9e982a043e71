"""A whole server on a loopback port, inside the test's loop or as a program of its own, and the people who come to it."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from websockets.asyncio.client import connect
from websockets.typing import Origin, Subprotocol

from livesupport.chat.protocol import SUBPROTOCOL
from livesupport.config import Config, load
from livesupport.http import State
from livesupport.server import Server
from tests.live.house import Page

ROOT = Path(__file__).parent.parent
PATIENCE = 20.0  # seconds until a test gives up; never a measurement


class Reachable:
    """A running server, as people reach it."""

    def __init__(self, url: str) -> None:
        self.url = url

    @asynccontextmanager
    async def browser(self, cookie: str = "") -> AsyncIterator[httpx2.AsyncClient]:
        """A browser on the server's own pages."""
        headers = {"Origin": self.url, "Sec-Fetch-Site": "same-origin", **({"Cookie": cookie} if cookie else {})}
        async with httpx2.AsyncClient(base_url=self.url, headers=headers, trust_env=False) as client:
            yield client

    async def sign_in(self, login: str, password: str) -> str:
        """The session cookie of somebody who signs in."""
        async with self.browser() as browser:
            answer = await browser.post("/login", data={"login": login, "password": password})
            assert answer.status_code == 303, answer.status_code
            return next(f"{name}={value}" for name, value in browser.cookies.items() if not name.endswith("-device"))

    @asynccontextmanager
    async def socket(self, path: str, cookie: str = "") -> AsyncIterator[Page]:
        """A socket of one of the server's own pages."""
        async with connect(
            self.url.replace("http", "ws", 1) + path,
            origin=Origin(self.url),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers={"Cookie": cookie} if cookie else {},
            compression=None,
            proxy=None,
        ) as connection:
            yield Page(connection)

    @asynccontextmanager
    async def visitor(self, site: str = "default") -> AsyncIterator[Page]:
        """A visitor whose panel is open."""
        async with self.socket("/ws/visitor") as page:
            await page.say("hello", site=site)
            await page.hear("service")
            yield page

    @asynccontextmanager
    async def agent(self, cookie: str) -> AsyncIterator[Page]:
        """An agent who is available."""
        async with self.socket("/ws/agent", cookie) as page:
            await page.say("hello", intent="available")
            await page.hear("queue")
            yield page


def new_id() -> str:
    """What a browser makes for each message."""
    return secrets.token_urlsafe(16)


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Running(Reachable):
    """A server inside the test's loop, with what it holds."""

    def __init__(self, url: str, server: Server, state: State) -> None:
        super().__init__(url)
        self.server = server
        self.state = state


@asynccontextmanager
async def running(data: Path, *, port: int | None = None, **settings: Any) -> AsyncIterator[Running]:
    """Serves `data` while the block runs. `settings`: by key with "__" for the dot, such as chat__convert="ask"."""
    overrides = {key.replace("__", "."): value for key, value in settings.items()}
    config = load(None, {}, {"data_dir": str(data), "server.port": port or free_port(), **overrides})
    ready: asyncio.Future[State] = asyncio.get_running_loop().create_future()

    async def when_ready(state: State) -> None:
        ready.set_result(state)

    server = Server(config, when_ready, has_signals=False)
    task = asyncio.create_task(server.serve([_listener(config)]))

    def tell_failure(task: asyncio.Task[None]) -> None:
        if not ready.done():
            ready.set_exception(task.exception() or RuntimeError("the server ended"))

    task.add_done_callback(tell_failure)
    try:
        yield Running(config.server.public_url, server, await asyncio.wait_for(ready, PATIENCE))
    finally:
        server.should_exit = True
        await task


def _listener(config: Config) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((config.server.host, config.server.port))
    return listener


class Program(Reachable):
    """`livesupport serve` as a program of its own."""

    def __init__(self, url: str, process: asyncio.subprocess.Process, banner: str, log: Path) -> None:
        super().__init__(url)
        self.process = process
        self.banner = banner
        self.log = log

    @property
    def setup_link(self) -> str | None:
        """The administrator's one-time link, if one was printed."""
        found = re.search(r"https?://\S+/setup\?token=\S+", self.banner)
        return found[0] if found else None

    async def stop(self, how: int = signal.SIGTERM) -> int:
        """Sends the signal and returns the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


@asynccontextmanager
async def program(data: Path, port: int, **settings: str) -> AsyncIterator[Program]:
    """Starts it, waits until it has said where it is, and ends it after the block. `settings`: as for `running`."""
    log = data.parent / f"{data.name}.log"
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "livesupport", "serve", "--data", str(data), "--port", str(port)),
            stdout=output,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=clean_environment() | {f"LIVESUPPORT_{key.upper()}": value for key, value in settings.items()},
        )
    assert process.stderr is not None
    try:
        banner = await asyncio.wait_for(process.stderr.readuntil(b"</script>\n"), PATIENCE)
        started = Program(f"http://127.0.0.1:{port}", process, banner.decode(), log)
        yield started
        await started.stop()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def command(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Runs `livesupport` with these words to its end; `typed` is its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "livesupport", *words],
        input=typed,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=clean_environment(),
        timeout=PATIENCE,
        check=False,
    )


def clean_environment() -> dict[str, str]:
    """The environment of a child: this one's, in English, without settings of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIVESUPPORT_", "LC_", "LANG"))}
    return {**kept, "LANG": "C.UTF-8"}
