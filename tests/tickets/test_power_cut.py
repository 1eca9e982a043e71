"""What is left of a saving that was killed (guarantees.md, F02 and F03): the whole ticket or nothing, and no number lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.storage.database import Database
from livesupport.storage.schema import counter, ticket, ticket_event, ticket_message
from livesupport.tickets.numbering import written
from livesupport.tickets.service import Tickets
from tests.databases import Clock, only_sqlite
from tests.faults.kernel import need_strace
from tests.tickets.conftest import from_chat

PROGRAM = """
import asyncio, sys
from livesupport.storage.database import Database
from livesupport.tickets.service import Tickets
from tests.databases import Clock
from tests.tickets.conftest import from_chat

async def main(url, chats):
    async with Database.open(url) as database:
        for chat in range(int(chats)):
            print((await Tickets(database, Clock()).open(from_chat(chat))).number, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def _command(url: str, chats: int) -> list[str]:
    return [sys.executable, "-c", PROGRAM, url, str(chats)]


async def _numbers(database: Database) -> list[str]:
    """The numbers of the tickets, after checking that each is whole and that the counter agrees."""
    async with database.read() as connection:
        numbers = [str(number) for number in (await connection.execute(select(ticket.c.number))).scalars()]
        assert await _count(connection, ticket_message) == 2 * len(numbers)
        assert await _count(connection, ticket_event) == len(numbers)
        last = (await connection.execute(select(counter.c.value).where(counter.c.name == "ticket"))).scalar_one()
    assert sorted(numbers) == sorted(written(number) for number in range(1001, last + 1))
    return numbers


async def _count(connection: AsyncConnection, table: object) -> int:
    return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())  # type: ignore[arg-type]


async def test_a_program_killed_among_its_savings_loses_no_ticket_it_told_of(database_url: str) -> None:
    with subprocess.Popen(_command(database_url, 10_000), stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as program:
        assert program.stdout is not None
        told = [program.stdout.readline().strip() for _ticket in range(10)]
        program.kill()
        told += program.stdout.read().split()
    async with Database.open(database_url) as database:
        assert set(told) <= set(await _numbers(database))


@only_sqlite
async def test_a_power_cut_at_any_write_to_the_disk_leaves_one_ticket_or_none(database_url: str, tmp_path: Path) -> None:
    need_strace()
    cuts = 0
    while _was_killed(_command(database_url, 1), at_write=cuts + 1):
        cuts += 1
        async with Database.open(database_url) as database:
            assert len(await _numbers(database)) <= 1
            # Whoever clicks again gets the one ticket, with the first number.
            assert (await Tickets(database, Clock()).open(from_chat(0))).number == "1001-7"
            await _start_again(database)
    assert cuts >= 1  # else nothing was forced to the disk, and this test would mean nothing


@only_sqlite
async def test_a_disk_that_fails_saves_nothing_and_says_so(database_url: str) -> None:
    need_strace()
    done = _run_with("error=EIO:when=1+", _command(database_url, 1))
    assert done.returncode == 1
    assert "DiskFails" in done.stderr
    assert "SQLITE_IOERR" in done.stderr
    async with Database.open(database_url) as database:
        assert await _numbers(database) == []


def _was_killed(command: list[str], at_write: int) -> bool:
    """Runs a program that the kernel kills as it enters its n-th fdatasync; False when there was no such call."""
    done = _run_with(f"signal=KILL:when={at_write}", command)
    assert done.returncode in (0, -signal.SIGKILL, 128 + signal.SIGKILL), done.stderr
    return done.returncode != 0


def _run_with(fault: str, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Runs a program to which the kernel answers fdatasync with this fault."""
    strace = ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=fdatasync", "-e", f"inject=fdatasync:{fault}"]
    return subprocess.run([*strace, *command], env=ENVIRONMENT, capture_output=True, text=True, check=False)


async def _start_again(database: Database) -> None:
    async with database.write() as connection:
        for table in (ticket_event, ticket_message, ticket):
            await connection.execute(table.delete())
        await connection.execute(counter.update().where(counter.c.name == "ticket").values(value=1000))
