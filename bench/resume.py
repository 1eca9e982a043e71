"""How long the death of the server lasts for those who talk: `python -m bench.resume [--quick] [--json FILE]`.

Visitors and agents talk, the server gets SIGKILL and is started again. Their pages do what browsers do: they come back with
the jitter of `web/shared/connection.js` and give back the records that they hold. A chat is usable again when a new message
of its visitor has reached its agent; the time counts from the moment the new server listens.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import msgspec

from bench import report
from bench.measure import resident_kib
from bench.pages import AgentPage, VisitorPage
from bench.report import mark
from bench.servers import Product

SEATS = 20  # chats of one agent
LONGEST = 120.0  # seconds until a run is given up
TARGETS = {2000: 10.0, 500: 6.0}  # chats → seconds, 99th percentile


class Plan(msgspec.Struct, frozen=True):
    """How much is measured."""

    chats: tuple[int, ...] = (500, 2000)
    messages: int = 10  # that each side has said before the end


QUICK = Plan(chats=(60,), messages=4)


class Result(msgspec.Struct, frozen=True):
    """One death. Times in seconds since the new server listened; `lost`: chats that did not come back whole."""

    chats: int
    lost: int
    down: float
    p50: float
    p99: float
    last: float
    rss_mib: float  # of the server, when all are back


async def measure(plan: Plan) -> list[Result]:
    """Runs the whole plan, each size on data of its own."""
    return [await _die_once(chats, plan.messages) for chats in plan.chats]


async def _die_once(chats: int, messages: int) -> Result:
    with tempfile.TemporaryDirectory(prefix="livesupport-bench-") as data:
        product = Product(Path(data), -(-chats // SEATS))
        await product.prepare()
        visitors = [VisitorPage(product, number, messages) for number in range(chats)]

        by_chat: dict[str, VisitorPage] = {}

        def reached(chat: str) -> None:
            by_chat[chat].is_usable.set_result(time.perf_counter())

        agents = [AgentPage(product, secret, reached) for secret in product.secrets]
        async with product.running():
            for agent in agents:
                agent.open()
            await _each(agent.is_welcome for agent in agents)
            for visitor in visitors:
                visitor.open()
            await _each(visitor.has_talked for visitor in visitors)
        died = time.perf_counter()
        for visitor in visitors:
            if not visitor.has_talked.done():
                raise RuntimeError(f"{visitor.chat or 'a visitor'} had nobody to talk to: there is nothing to bring back")
            by_chat[visitor.chat] = visitor
            visitor.will_resume()
        async with product.running() as pid:
            listened = time.perf_counter()
            await _each(visitor.is_usable for visitor in visitors)
            result = _result(listened, died, agents, visitors, resident_kib(pid) / 1024)
        for page in (*agents, *visitors):
            page.leave()
    return result


async def _each(futures: object) -> None:
    """Waits for all of these, or until it takes too long."""
    await asyncio.wait([*futures], timeout=LONGEST)  # type: ignore[misc]


def _result(listened: float, died: float, agents: list[AgentPage], visitors: list[VisitorPage], rss_mib: float) -> Result:
    said = {chat: words for agent in agents for chat, words in agent.said().items()}
    whole = [visitor for visitor in visitors if visitor.is_whole(said.get(visitor.chat))]
    taken = sorted(max(0.0, visitor.is_usable.result() - listened) for visitor in whole) or [LONGEST]
    percentiles = statistics.quantiles(taken, n=100) if len(taken) > 1 else taken * 99
    return Result(
        chats=len(visitors),
        lost=len(visitors) - len(whole),
        down=listened - died,
        p50=percentiles[49],
        p99=percentiles[98],
        last=taken[-1],
        rss_mib=rss_mib,
    )


def table(results: list[Result]) -> str:
    """For people."""
    lines = [f"{'chats':>8}{'lost':>8}{'down s':>10}{'p50 s':>10}{'p99 s':>10}{'last s':>10}{'MiB':>8}"]
    lines += [f"{r.chats:8}{r.lost:8}{r.down:10.2f}{r.p50:10.2f}{r.p99:10.2f}{r.last:10.2f}{r.rss_mib:8.0f}" for r in results]
    return "\n".join([*lines, "", *verdict(results)])


def verdict(results: list[Result]) -> list[str]:
    """The targets, and whether they were met."""
    lines = []
    for result in results:
        lines.append(f"{mark(result.lost == 0)} {result.chats} chats: {result.lost} lost")
        if target := TARGETS.get(result.chats):
            lines.append(f"{mark(result.p99 < target)} {result.chats} chats: p99 {result.p99:.1f} s, at most {target:.0f} s")
    return lines


if __name__ == "__main__":
    report.run("bench.resume", __doc__, (Plan(), QUICK), measure, table)
