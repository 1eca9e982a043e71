"""A server of its own for each proof, the people who talk through it, and what strace saw it do."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from livesupport.accounts.service import Accounts
from livesupport.data import make_directories, prepare_database
from livesupport.model import SELF_CHECK
from livesupport.selfcheck.canaries import Canaries
from livesupport.selfcheck.memory import copies, words
from livesupport.selfcheck.page import Page, sign_in
from livesupport.selfcheck.play import Play
from livesupport.selfcheck.stage import TemporaryServer, now, robot
from livesupport.storage.database import Database

PASSWORD = "a good long password"


class Server(TemporaryServer):
    """A running server, and the cookies of its agents: `selfcheck`, whose site rings nobody, and Ben."""

    cookie = ""
    bens_cookie = ""

    def play(self, canaries: Canaries) -> Play:
        """A visitor and an agent who are about to talk in these words."""
        return Play(self.url, SELF_CHECK, self.cookie, canaries)

    def copies(self, canaries: Canaries) -> int:
        """How often any of these words lies in the server's memory."""
        return copies(self.process, words(canaries.all))

    @property
    def own_process(self) -> int:
        """The server's own number, also where another program has started it."""
        return next(int(word) for word in (self.config.data / "server.lock").read_text().split() if word.isdecimal())

    async def stop(self, how: int = signal.SIGTERM) -> None:
        """Ends the server, and with it the program that has started it."""
        if self._process is not None and self._process.returncode is None:
            os.kill(self.own_process, how)
            await self._process.wait()


@asynccontextmanager
async def served(home: Path, *before: str, **settings: str) -> AsyncIterator[Server]:
    """Serves while the block runs. `before`: the program that starts it, such as strace. `settings`: by key, "__" for the
    dot."""
    server = Server(home)
    server.command[:0] = before
    server.environment |= {f"LIVESUPPORT_{key.upper()}": value for key, value in settings.items()}
    make_directories(server.config)
    await prepare_database(server.config)
    async with Database.open(server.config.database_url) as database, robot(database) as password:
        await Accounts(database, now).create_agent(login="ben", name="Ben", password=PASSWORD)
        await server.start()
        try:
            server.cookie = await sign_in(server.url, SELF_CHECK, password)
            server.bens_cookie = await sign_in(server.url, "ben", PASSWORD)
            yield server
        finally:
            await server.stop()


async def console(server: Server, cookie: str) -> Page:
    """The console of an agent who is available."""
    page = Page(server.url, "/ws/agent", cookie)
    await page.open(intent="available")
    return page


# ── What strace saw ──────────────────────────────────────────────────────────────────────────────────────────────────

WRITES = "write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,sendto,sendmsg,sendmmsg"
FILES = "openat,open,creat,rename,renameat,renameat2,link,linkat,mkdir,mkdirat,memfd_create"
_CALL = re.compile(r"(?:\d+ +)?(\d+\.\d+) (\w+)\((.*)")
_SPLIT = re.compile(r"(?:(\d+) +)?(\d+\.\d+) (?:<\.\.\. (\w+) resumed>(.*)|(.*) <unfinished \.\.\.>)")
FOR_WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT")


class Call(NamedTuple):
    """One system call: when it began (Unix seconds), its name, and its arguments and result as strace writes them."""

    at: float
    name: str
    rest: str


def strace(trace: Path) -> tuple[str, ...]:
    """The words that start a program under strace, which writes what it sees to this file."""
    calls = f"trace={WRITES},{FILES},connect,fsync,fdatasync,sync_file_range,msync"
    return ("strace", "-f", "-qq", "-ttt", "-yy", "-s", "100000", "-o", str(trace), "-e", calls, "-e", "signal=none")


def calls(trace: Path) -> Iterator[Call]:
    """All calls in the order in which they began; one that another thread interrupted is put together again."""
    begun: dict[str, tuple[float, str]] = {}
    for line in trace.read_text("latin-1").splitlines():
        if match := _SPLIT.fullmatch(line):
            thread = match[1] or ""
            if match[5] is not None:
                begun[thread] = (float(match[2]), match[5])
                continue
            at, beginning = begun.pop(thread)
            name, _parenthesis, rest = (beginning + match[4]).partition("(")
            yield Call(at, name, rest)
        elif match := _CALL.fullmatch(line):
            yield Call(float(match[1]), match[2], match[3])


def seen_by_strace(octets: bytes) -> str:
    """These bytes as strace writes them inside a string."""
    return "".join(chr(byte) if byte < 128 else f"\\{byte:o}" for byte in octets)


def is_to_a_socket(call: Call) -> bool:
    """Whether the first argument, with `-yy`, is a TCP connection."""
    return re.match(r"\d+<TCP(?:v6)?:\[", call.rest) is not None


def opened_for_writing(call: Call) -> str | None:
    """The path of a file that this call opens for writing, makes or moves; None for all else, also for what failed."""
    if re.search(r"\) = -1 ", call.rest):
        return None
    if call.name in ("open", "openat") and not FOR_WRITING.search(call.rest):
        return None
    if call.name in FILES.split(","):
        quoted = re.findall(r'"((?:[^"\\]|\\.)*)"', call.rest)
        return quoted[-1] if quoted else call.rest
    return None
