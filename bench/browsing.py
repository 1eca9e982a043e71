"""Agents who work the inbox: pages asked for over one kept connection each, with nothing in between that costs time."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Sequence

import msgspec

from bench.measure import cpu_seconds

WARM_UP = 10  # pages


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of page. Milliseconds from the request to the last byte, and of the server's CPU."""

    kind: str
    p50: float
    p95: float
    cpu: float


class Browser:
    """One connection of somebody who is signed in."""

    def __init__(self, port: int, secret: str) -> None:
        self._port = port
        self._secret = secret

    async def open(self) -> Browser:
        """Connects."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def get(self, path: str) -> float:
        """Asks for a page; returns the seconds that it took. Raises `RuntimeError` for anything but a page."""
        began = time.perf_counter()
        self._writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nCookie: livesupport={self._secret}\r\n\r\n".encode()
        )
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        await self._reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"{path}: {head.splitlines()[0].decode()}")
        return time.perf_counter() - began

    def close(self) -> None:
        """Leaves."""
        self._writer.close()


async def measure(browser: Browser, pid: int, kind: str, paths: Sequence[str]) -> Page:
    """Asks for these, one after the other."""
    for path in paths[:WARM_UP]:
        await browser.get(path)
    cpu = cpu_seconds(pid)
    taken = [await browser.get(path) for path in paths]
    spent = cpu_seconds(pid) - cpu
    percentiles = statistics.quantiles(taken, n=20)
    return Page(kind=kind, p50=percentiles[9] * 1e3, p95=percentiles[18] * 1e3, cpu=spent / len(paths) * 1e3)


async def work(browser: Browser, paths: Sequence[str], pause: float, dice: random.Random) -> None:
    """Asks for one after the other, with pauses in which a person reads, until it is cancelled."""
    await asyncio.sleep(dice.random() * pause)
    while True:
        await browser.get(dice.choice(paths))
        await asyncio.sleep(pause * (0.5 + dice.random()))
