"""What hostile peers cost the others: `python -m bench.isolation [--quick] [--json FILE]`.

Healthy pairs talk at a fixed rate, undisturbed and beside peers that never read, read ten bytes a second, flood, or send
frames that are made to hurt (`bench.hostile`). Each kind is measured between two undisturbed stretches of the same server,
so that a machine which is busy with something else is busy for both.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from bench import report
from bench.hostile import MISDEEDS, Misdeed, Peer
from bench.measure import paced
from bench.report import mark
from bench.servers import Pair, Product

MOST_TIMES = 2.0  # the undisturbed 95th percentile (guarantees.md, G8)
LONG_TEXT = "x" * 1500  # fills the buffers of those who do not read


class Plan(msgspec.Struct, frozen=True):
    """How much is measured."""

    pairs: int = 50
    agents: int = 5
    peers: int = 5
    rate: int = 800
    seconds: float = 10.0
    turns: int = 3
    misdeeds: tuple[str, ...] = tuple(MISDEEDS)


QUICK = Plan(pairs=10, agents=2, peers=2, rate=200, seconds=1.0, turns=1)


class Result(msgspec.Struct, frozen=True):
    """One kind of peer: the 95th percentiles of the healthy pairs without and with it, and how often such peers were cut."""

    misdeed: str
    calm_p95_us: float
    p95_us: float
    cuts: int

    @property
    def times(self) -> float:
        """How much longer it takes beside such peers."""
        return self.p95_us / self.calm_p95_us


async def measure(plan: Plan) -> list[Result]:
    """Runs the whole plan on one server."""
    with tempfile.TemporaryDirectory(prefix="livesupport-bench-") as data:
        product = Product(Path(data), plan.agents, LONG_TEXT)
        await product.prepare()
        async with product.running() as pid:
            pairs, clients = await product.pairs(plan.pairs)
            results = [await _beside(plan, product, pid, pairs, name) for name in plan.misdeeds]
            for client in clients:
                client.close()
    return results


async def _beside(plan: Plan, product: Product, pid: int, pairs: list[Pair], name: str) -> Result:
    calm, disturbed, cuts = [], [], 0
    for _ in range(plan.turns):
        calm.append((await paced(pid, pairs, plan.rate, plan.seconds)).p95_us)
        async with _peers(plan, product, MISDEEDS[name]) as peers:
            disturbed.append((await paced(pid, pairs, plan.rate, plan.seconds)).p95_us)
        cuts += sum(peer.cuts for peer in peers)
    return Result(misdeed=name, calm_p95_us=statistics.median(calm), p95_us=statistics.median(disturbed), cuts=cuts)


@asynccontextmanager
async def _peers(plan: Plan, product: Product, misdeed: Misdeed) -> AsyncIterator[list[Peer]]:
    peers = [Peer(product, product.secrets[number % plan.agents]) for number in range(plan.peers)]
    tasks = [asyncio.create_task(peer.misbehave(misdeed)) for peer in peers]
    try:
        yield peers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def table(results: list[Result]) -> str:
    """For people."""
    lines = [f"{'a peer that':16}{'calm p95 µs':>14}{'p95 µs':>10}{'times':>8}{'cut':>8}"]
    lines += [f"{r.misdeed:16}{r.calm_p95_us:14,.0f}{r.p95_us:10,.0f}{r.times:8.2f}{r.cuts:8}" for r in results]
    return "\n".join([*lines, "", *verdict(results)])


def verdict(results: list[Result]) -> list[str]:
    """The target, and whether it was met."""
    return [
        f"{mark(result.times <= MOST_TIMES)} beside a peer that {result.misdeed}: {result.times:.2f} × the undisturbed p95"
        for result in results
    ]


if __name__ == "__main__":
    report.run("bench.isolation", __doc__, (Plan(), QUICK), measure, table)
