"""Deaths, absences, dead lines, sleep, deaf peers and locks that last as long as guarantees.md says (F01, F05–F08, F16, F21).

The other rows have nothing to wait for; `make soak` runs them from tests/faults with the settings as shipped.
"""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection

from bench.resume import Plan, measure, table
from livesupport.live.transport import FAREWELL_SECONDS
from tests.faults.conftest import server  # noqa: F401 (a fixture)
from tests.faults.network import Wire
from tests.faults.people import Agent, Visitor, talking
from tests.faults.test_network import SLEEPER, deaf_console, has_heard
from tests.faults.test_saving import AT_ONCE, still_talk, tickets_of
from tests.mortal import Mortal
from tests.serving import ROOT, clean_environment
from tests.soak.conftest import Tell, seconds

pytestmark = pytest.mark.timeout(1200)

SHORT, LONG = seconds("ABSENCE", 30.0), seconds("LONG_ABSENCE", 300.0)
SLEEP = seconds("SLEEP", 600.0)
LOCK = seconds("LOCK", 30.0)
DEAD_PEER_SECONDS = 20.0  # G6
NOTICE_SECONDS = 10.0  # chat.gone_notice_after, as shipped
AGAIN_SECONDS = 5.0
DEAF_SECONDS = 15.0
ESTABLISHED = "01"  # proc(5), net/tcp


@pytest.fixture
def settings() -> dict[str, str]:
    """As they are shipped."""
    return {}


async def missed_and_found(server: Mortal, absence: float) -> None:  # noqa: F811
    """Nino's line is cut for so long while Ana goes on; afterwards nothing is missing."""
    async with Wire.to(server.port) as wire, talking(server, visitor=wire.address) as (nino, ana):
        wire.cut = True
        wire.break_off()
        for number in range(30):
            await ana.says(f"{number}", chat=nino.chat)
            await asyncio.sleep(absence / 30)
        wire.cut = False
        await nino.sees(lambda: nino.words(nino.chat) == [f"{number}" for number in range(30)])
        assert ana.words(nino.chat) == nino.words(nino.chat)


async def test_all_that_was_said_in_half_a_minute_of_absence_arrives(server: Mortal, tell: Tell) -> None:  # noqa: F811
    await missed_and_found(server, SHORT)
    tell(f"F05: away for {SHORT:.0f} s, 30 of 30 messages arrived")


@pytest.mark.parametrize("settings", [{"chat__visitor_grace": "600"}])
async def test_all_that_was_said_in_five_minutes_of_absence_arrives(server: Mortal, tell: Tell) -> None:  # noqa: F811
    await missed_and_found(server, LONG)
    tell(f"F05: away for {LONG:.0f} s, 30 of 30 messages arrived")


async def test_a_dead_line_is_noticed_in_time(server: Mortal, tell: Tell) -> None:  # noqa: F811
    async with Wire.to(server.port) as wire, talking(server, visitor=wire.address) as (nino, ana):
        wire.swallows = True
        began = time.monotonic()
        await ana.says("Are you there?", chat=nino.chat)
        await ana.sees(lambda: ana.chats[nino.chat].get("visitor_gone"))
        took = time.monotonic() - began
        tell(f"F06: a dead line was noticed after {took:.1f} s, at most {DEAD_PEER_SECONDS + NOTICE_SECONDS:.0f}")
        assert took <= DEAD_PEER_SECONDS + NOTICE_SECONDS + 2.0  # the machine may be busy
        wire.swallows = False
        wire.break_off()
        await nino.sees(lambda: nino.words(nino.chat) == ["Are you there?"])


async def test_an_agent_who_sleeps_for_minutes_comes_back_to_nobody_elses_chat(server: Mortal, tell: Tell) -> None:  # noqa: F811
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
            began = time.monotonic()
            await nino.sees(lambda: nino.heard("chat", agent="Ben", agent_gone=True))
            noticed = time.monotonic() - began
            await nino.sees(lambda: nino.state["status"] == "waiting")
            queued = time.monotonic() - began
            async with Agent.at(server, server.cookies["ana"]) as ana:
                await ana.serves(nino.chat)
                await asyncio.sleep(max(0.0, SLEEP - queued))
                ben.send_signal(signal.SIGCONT)
                await ana.says("I am Ana", chat=nino.chat)
                await nino.sees(lambda: nino.words(nino.chat) == ["I am Ana"])
                assert nino.state["agent"] == "Ana"
        tell(f"F07: asleep for {SLEEP:.0f} s; the visitor was told after {noticed:.1f} s, waited again after {queued:.1f} s")
    finally:
        ben.kill()
        await ben.wait()


@pytest.mark.parametrize("settings", [AT_ONCE])
async def test_while_another_program_holds_the_database_for_half_a_minute_people_talk(
    server: Mortal,  # noqa: F811
    tell: Tell,
) -> None:
    database = sqlite3.connect(server.data / "livesupport.db", isolation_level=None)
    async with talking(server) as (nino, ana):
        database.execute("BEGIN EXCLUSIVE")
        began, longest, rounds = time.monotonic(), 0.0, 0
        await ana.does("convert", chat=nino.chat)
        while time.monotonic() - began < LOCK:
            asked = time.monotonic()
            await still_talk(nino, ana, f"round {rounds}")
            longest, rounds = max(longest, time.monotonic() - asked), rounds + 1
            await asyncio.sleep(0.5)
        await ana.sees(lambda: ana.heard("refused", code="not_saved"))
        database.execute("ROLLBACK")
        database.close()
        await ana.does("convert", chat=nino.chat)
        await ana.sees(lambda: ana.ticket(nino.chat))
        assert await tickets_of(server, nino.chat) == (1, 1)
    tell(f"F16: locked for {LOCK:.0f} s; {rounds} rounds of talk, the longest {longest * 1000:.0f} ms")


async def test_after_a_death_people_talk_again_within_seconds(server: Mortal, tell: Tell) -> None:  # noqa: F811
    async with talking(server) as (nino, ana):
        await nino.says("before")
        await nino.sees_all_sent()
        await server.stop()
        await server.start()
        began = time.monotonic()
        await nino.says("after")
        await ana.sees(lambda: ana.words(nino.chat) == ["before", "after"])
    took = time.monotonic() - began
    tell(f"F01: {took:.1f} s after the start they talked again, at most {AGAIN_SECONDS:.0f}")
    assert took <= AGAIN_SECONDS


def has_not_hung_up(server: Mortal, page: ClientConnection) -> bool:  # noqa: F811
    """As the system sees the server's end: a page that reads nothing is not told by its own."""
    ends = f":{server.port:04X}", f":{page.local_address[1]:04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any((row[1][8:], row[2][8:], row[3]) == (*ends, ESTABLISHED) for row in rows)


@pytest.mark.parametrize(
    "settings",
    [{"limits__outbox_bytes": "262144", "chat__messages_per_chat": "100000", "chat__bytes_per_chat": "1000000000"}],
)
async def test_a_deaf_console_is_cut_in_time(server: Mortal, tell: Tell) -> None:  # noqa: F811
    async with talking(server) as (nino, ana), deaf_console(server) as deaf:
        began, said = time.monotonic(), 0
        while has_not_hung_up(server, deaf):
            for _ in range(16):
                await nino.says("x" * 1900)
            said += 16
            await ana.sees(partial(has_heard, ana, nino.chat, said))
        took = time.monotonic() - began
        assert nino.closings == ana.closings == []
    tell(f"F08: a console that read nothing was cut after {took:.1f} s and {said} lines, at most {DEAF_SECONDS:.0f} s")
    assert took <= DEAF_SECONDS + FAREWELL_SECONDS


async def test_two_thousand_chats_come_back(tell: Tell) -> None:
    (result,) = await measure(Plan(chats=(int(seconds("CHATS", 2000)),)))
    tell(f"F21: {table([result])}")
    assert result.lost == 0
