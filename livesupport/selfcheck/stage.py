"""Where the check plays: the agent and the site that it needs, and a temporary server of its own."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from livesupport.accounts.service import Accounts
from livesupport.config import Config
from livesupport.errors import Conflict, Unavailable
from livesupport.i18n import gettext as _
from livesupport.model import SELF_CHECK, Site
from livesupport.selfcheck.memory import EXACT
from livesupport.selfcheck.page import PATIENCE, status_of
from livesupport.sites.service import Sites
from livesupport.storage.database import Database

LOOK_EVERY = 0.05  # seconds between two looks whether a server is there


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def robot(database: Database) -> AsyncIterator[str]:
    """An agent and a site named `selfcheck`, who may be used inside the block; gives the agent's password. Afterwards the
    agent is disabled. The site has no origin, so nobody can embed it, and its chats ring nowhere; the agent serves no other, so
    visitors of real sites are neither asked to wait for it nor given to it."""
    accounts, sites = Accounts(database, now), Sites(database, now)
    password = secrets.token_urlsafe(16)
    try:
        await accounts.create_agent(login=SELF_CHECK, name="Self-check", password=password)
    except Conflict:
        await accounts.enable_agent(SELF_CHECK)
        await accounts.set_password(SELF_CHECK, password)
    with suppress(Conflict):
        await sites.add(Site(id=SELF_CHECK, name="Self-check", mode="pull", convert="ask"))
    try:
        yield password
    finally:
        await accounts.disable_agent(SELF_CHECK)


async def until_known(url: str) -> None:
    """Waits until the server knows the site, which it looks for once a second. Raises `Unavailable`."""
    await _until(lambda: status_of(url, f"/api/v1/service?site={SELF_CHECK}"), url)


class TemporaryServer:
    """A server on a free loopback port, with everything that it could write in one directory, its log at the lowest level."""

    def __init__(self, home: Path) -> None:
        self.config = Config(data_dir=str(home / "data"))
        self.temp = home / "tmp"
        self.log = home / "server.log"
        self.url = f"http://127.0.0.1:{_free_port()}"
        self._process: asyncio.subprocess.Process | None = None
        self.temp.mkdir()
        serve = ("serve", "--data", str(self.config.data), "--port", self.url.rpartition(":")[2])
        self.command = [sys.executable, "-m", "livesupport", *serve]
        self.environment = self._environment()

    @property
    def process(self) -> int:
        """Its number, while it runs."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Starts it and waits until it answers. Raises `Unavailable`."""
        with self.log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *self.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.temp,
                env=self.environment,
            )
        await _until(self._readiness, self.url)

    async def _readiness(self) -> int:
        assert self._process is not None
        if self._process.returncode is not None:
            raise Unavailable(_("the temporary server could not start: try livesupport serve"))
        return await status_of(self.url, "/readyz")

    def _environment(self) -> dict[str, str]:
        """This one's without settings of ours. Freed memory is overwritten, so that what is found there is in use."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LIVESUPPORT_")}
        settings = {"LIVESUPPORT_LOG__LEVEL": "debug", "LIVESUPPORT_LOG__FORMAT": "json"}
        package = str(Path(__file__).parent.parent.parent)  # also where it was not installed
        return {**kept, **EXACT, **settings, "TMPDIR": str(self.temp), "PYTHONPATH": package}

    async def stop(self, how: int = signal.SIGTERM) -> None:
        """Ends it; SIGKILL takes its memory away as a crash does."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(how)
            await self._process.wait()


async def _until(status: Callable[[], Awaitable[int]], url: str) -> None:
    """Asks again and again until the answer is 200."""
    try:
        async with asyncio.timeout(PATIENCE):
            while await status() != 200:  # noqa: ASYNC110 (another process; there is no event to wait for)
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        raise Unavailable(_("{url} does not answer as it should ({reason})").format(url=url, reason=_("not ready"))) from None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
