"""One run of the check: first planted leaks, which must be found, then the chat that must not be.

A temporary server is treated worse than a running one may be: it is killed in the middle of the chat, and its memory is
searched as well.
"""

from __future__ import annotations

import gzip
import platform
import secrets
import signal
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from livesupport.config import Config
from livesupport.data import make_directories, prepare_database
from livesupport.i18n import gettext as _
from livesupport.model import SELF_CHECK
from livesupport.selfcheck.canaries import Canaries, Needle, needles
from livesupport.selfcheck.memory import copies, words
from livesupport.selfcheck.page import sign_in
from livesupport.selfcheck.places import Places, Swept, database_files, together
from livesupport.selfcheck.play import SAVED, Play, Played
from livesupport.selfcheck.stage import TemporaryServer, robot, until_known
from livesupport.selfcheck.sweep import Hit
from livesupport.storage.database import Database


class Control(msgspec.Struct):
    """One planted leak: where, in how many forms, and how many of them were found."""

    what: str
    planted: int
    found: int


class Report(msgspec.Struct):
    """What a run has found. `memory`: canaries in the server's memory while the chat ran and after it; None: not looked at."""

    url: str
    played: Played
    canaries: int
    forms: int
    controls: list[Control]
    swept: Swept
    memory: tuple[int, int] | None = None

    @property
    def is_proof(self) -> bool:
        """Whether every planted leak was found; else the rest means nothing."""
        seen_alive = self.memory is None or self.memory[0] > 0
        return seen_alive and all(0 < control.planted == control.found for control in self.controls)

    @property
    def hits(self) -> int:
        """How many traces were found."""
        return sum(len(found.hits) for found in self.swept.values()) + (self.memory[1] if self.memory else 0)

    @property
    def octets(self) -> int:
        """How much was searched."""
        return sum(found.octets for found in self.swept.values())


# ── A server of its own ──────────────────────────────────────────────────────────────────────────────────────────────


async def check_temporary() -> Report:
    """Checks this version on a server that exists for the check alone. Raises `Unavailable`."""
    with tempfile.TemporaryDirectory(prefix="livesupport-selfcheck-") as home:
        server = TemporaryServer(Path(home))
        make_directories(server.config)
        await prepare_database(server.config)
        async with Database.open(server.config.database_url) as database, robot(database) as password:
            await server.start()
            try:
                return await _check(server, await sign_in(server.url, SELF_CHECK, password))
            finally:
                await server.stop()


async def _check(server: TemporaryServer, cookie: str) -> Report:
    files, logs = database_files(server.config), (server.log,)
    places = Places(server.config.data, server.temp, 0.0, logs, files, process=server.process)
    controls = [await _saved_chat(server.url, cookie, places), await _planted_files(places, server.log)]

    canaries = Canaries()
    play = Play(server.url, SELF_CHECK, cookie, canaries)
    await play.begin()
    await play.talk()
    alive = _in_memory(server.process, canaries)
    during = await places.sweep(needles(canaries.all))
    await play.come_back()
    await server.stop(signal.SIGKILL)
    await server.start()
    places.process = server.process
    await play.come_back(agent_too=True)
    await play.flood()
    await play.end()
    sought = needles(canaries.all)
    after = together(await places.sweep(sought), during)
    left = _in_memory(server.process, canaries)
    await server.stop()
    places.process = None
    swept = together(after, await places.sweep(sought))
    memory = None if alive is None or left is None else (alive, left)
    return Report(server.url, play.played, len(canaries.all), len(sought), controls, swept, memory)


def _in_memory(process: int, canaries: Canaries) -> int | None:
    """How often a canary lies in the process; None where the system does not let us look, or frees without overwriting."""
    if platform.libc_ver()[0] != "glibc":
        return None
    try:
        return copies(process, words(canaries.all))
    except OSError:
        return None


async def _saved_chat(url: str, cookie: str, places: Places) -> Control:
    """A chat that the visitor saves is written: its words must be found in the database."""
    canaries = Canaries()
    play = Play(url, SELF_CHECK, cookie, canaries)
    await play.begin()
    await play.talk()
    await play.save()
    swept = await places.sweep(needles(canaries.all))
    hits = {hit.needle.what for found in swept.values() for hit in found.hits}
    return Control(_("a chat that was saved"), len(SAVED), len(hits & SAVED))


# ── A server that runs ───────────────────────────────────────────────────────────────────────────────────────────────


async def check_running(config: Config, url: str, logs: Collection[Path]) -> Report:
    """Checks the server at `url`, which keeps its data as `config` says. `logs`: files to search besides. Raises `NotAllowed`,
    `Unavailable`."""
    began = time.time()
    async with Database.open(config.database_url) as database, robot(database) as password:
        cookie = await sign_in(url, SELF_CHECK, password)
        await until_known(url)
        tables, process = None if config.embedded else database, _process(config)
        temp = Path(tempfile.gettempdir())
        places = Places(config.data, temp, began, tuple(logs), database_files(config), tables, process)
        controls = [await _own_rows(places), await _planted_files(places)]
        canaries = Canaries()
        play = Play(url, SELF_CHECK, cookie, canaries)
        await play.begin()
        await play.talk()
        during = await places.sweep(needles(canaries.all))
        await play.come_back()
        await play.flood()
        await play.end()
        sought = needles(canaries.all)
        swept = together(during, await places.sweep(sought))
        return Report(url, play.played, len(canaries.all), len(sought), controls, swept)


def _process(config: Config) -> int | None:
    """The number of the process that holds the data, as it has written it there itself."""
    try:
        words = (config.data / "server.lock").read_text().split()
    except OSError:
        return None
    return next((int(word) for word in words if word.isdecimal()), None)


async def _own_rows(places: Places) -> Control:
    """The check's own agent stands in the database of a running server, where nothing else may be planted."""
    swept = await places.sweep([Needle("the agent of the check", "plain", SELF_CHECK.encode())])
    found = swept.get(_("database (tables)")) or swept[_("database, WAL")]
    return Control(_("its own agent in the database"), 1, min(len(found.hits), 1))


# ── Planted leaks ────────────────────────────────────────────────────────────────────────────────────────────────────


async def _planted_files(places: Places, log: Path | None = None) -> Control:
    """Every form of three canaries in a file of the data directory, compressed in one of the temporary directory, and in the
    log where it is ours to write."""
    canaries = Canaries()
    canaries.latin("a planted word"), canaries.georgian("a planted word"), canaries.phone("a planted number")
    planted = needles(canaries.all)
    octets = b" ".join(needle.octets for needle in planted)
    with _file(places.data, octets), _file(places.temp, b"\0" + gzip.compress(octets)):
        if log is not None:
            with log.open("ab") as file:
                file.write(octets + b"\n")
        swept = await places.sweep(planted)
    expected = len(planted) * (2 if log is None else 3)
    return Control(_("leaks planted in files"), expected, _distinct(swept))


def _distinct(swept: Swept) -> int:
    wanted: set[Hit] = set()
    for place, found in swept.items():
        if place != _("open files"):  # the log again, by another name
            wanted.update(found.hits)
    return len(wanted)


@contextmanager
def _file(directory: Path, octets: bytes) -> Iterator[None]:
    path = directory / f".selfcheck-{secrets.token_hex(8)}"
    path.write_bytes(octets)
    try:
        yield
    finally:
        path.unlink()
