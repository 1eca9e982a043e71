"""The measurements: how fast pairs talk, how long a line takes, what it costs the server, what an idle connection weighs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import time
from collections import deque
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import msgspec

from bench.servers import Pair, Server

WARM_UP = 0.5  # seconds
TICK = 0.001
LONGEST = 120.0  # for one measurement of one server; a machine that needs longer is too busy to measure on


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Lines at a fixed rate: how many came a second, the server's CPU for each, and how long their way took."""

    per_second: float
    cpu_us: float
    p50_us: float
    p95_us: float
    p99_us: float


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """One server, so many pairs. `closed`: each answers as soon as it has heard; `paced`: at a fixed rate."""

    closed_per_second: float
    closed_cpu_us: float
    paced_per_second: float
    paced_cpu_us: float
    p50_us: float
    p99_us: float


class Idle(msgspec.Struct, frozen=True, kw_only=True):
    """One server, so many connections that say nothing."""

    connections: int
    kib_each: float
    connects_per_second: float


async def talk(server: Server, count: int, rate: int, seconds: float) -> Talk:
    """Lets `count` pairs talk on a fresh process, first as fast as they can, then `rate` lines a second in all."""
    async with asyncio.timeout(LONGEST), server.running() as pid, _pairs(server, count) as pairs:
        closed = await _closed(pid, pairs, seconds)
        pace = await paced(pid, pairs, rate, seconds)
    return Talk(
        closed_per_second=closed[0], closed_cpu_us=closed[1], paced_per_second=pace.per_second, paced_cpu_us=pace.cpu_us,
        p50_us=pace.p50_us, p99_us=pace.p99_us,
    )  # fmt: skip


@contextlib.asynccontextmanager
async def _pairs(server: Server, count: int) -> AsyncIterator[list[Pair]]:
    pairs, clients = await server.pairs(count)
    try:
        yield pairs
    finally:
        for client in clients:
            client.close()


async def _closed(pid: int, pairs: list[Pair], seconds: float) -> tuple[float, float]:
    """Lines a second, and microseconds of the server's CPU for each."""
    lines, going_on, resting = 0, True, 0
    all_rest = asyncio.Event()

    def answer(pair: Pair, side: int) -> None:
        nonlocal lines, resting
        lines += 1
        if going_on:
            pair.say(side)
        else:
            resting += 1
            if resting == len(pairs):
                all_rest.set()

    for pair in pairs:
        pair.heard = partial(answer, pair)
        pair.say(0)
    await asyncio.sleep(WARM_UP)
    lines, cpu, began = 0, cpu_seconds(pid), time.perf_counter()
    await asyncio.sleep(seconds)
    result = lines / (time.perf_counter() - began), (cpu_seconds(pid) - cpu) / max(lines, 1) * 1e6
    going_on = False
    await all_rest.wait()
    return result


async def paced(pid: int, pairs: list[Pair], rate: int, seconds: float) -> Pace:
    """Lets these pairs talk on a running server, `rate` lines a second in all."""
    taken: list[float] = []
    sent: dict[Pair, deque[float]] = {pair: deque() for pair in pairs}
    one_arrived = asyncio.Event()

    def arrived(pair: Pair, _side: int) -> None:
        taken.append(time.perf_counter() - sent[pair].popleft())
        one_arrived.set()

    for pair in pairs:
        pair.heard = partial(arrived, pair)
    await _send_at(rate, WARM_UP, pairs, sent)
    taken.clear()
    cpu, began = cpu_seconds(pid), time.perf_counter()
    await _send_at(rate, seconds, pairs, sent)
    spent, elapsed = cpu_seconds(pid) - cpu, time.perf_counter() - began
    per_second, cpu = len(taken) / elapsed, spent / max(len(taken), 1)
    while any(sent.values()):
        one_arrived.clear()
        await one_arrived.wait()
    ways = [way * 1e6 for way in statistics.quantiles(taken, n=100)]
    return Pace(per_second=per_second, cpu_us=cpu * 1e6, p50_us=ways[49], p95_us=ways[94], p99_us=ways[98])


async def _send_at(rate: int, seconds: float, pairs: list[Pair], sent: dict[Pair, deque[float]]) -> None:
    """Sends what is due every millisecond, from alternating sides of one pair after the other."""
    began, number = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - began) < seconds:
        while number < elapsed * rate:
            pair = pairs[number % len(pairs)]
            sent[pair].append(time.perf_counter())
            pair.say(number // len(pairs) % 2)
            number += 1
        await asyncio.sleep(TICK)


async def idle(server: Server, count: int) -> Idle:
    """Opens `count` connections on a fresh process and weighs it."""
    async with asyncio.timeout(LONGEST), server.running() as pid:
        for client in await server.idle(count // 10):  # what the first ones need stays, and is not theirs
            client.close()
        await asyncio.sleep(WARM_UP)
        before, began = resident_kib(pid), time.perf_counter()
        clients = await server.idle(count)
        elapsed = time.perf_counter() - began
        await asyncio.sleep(WARM_UP)
        weight = (resident_kib(pid) - before) / count
        for client in clients:
            client.close()
    return Idle(connections=count, kib_each=weight, connects_per_second=count / elapsed)


def cpu_seconds(pid: int) -> float:
    """The processor time that all threads of a process have had: by the scheduler in nanoseconds, or in clock ticks."""
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except FileNotFoundError:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_kib(pid: int) -> int:
    """What a process has in memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
