"""The hot path beside two bare relays, in one run: `python -m bench.relay [--quick] [--json FILE]`.

Absolute figures belong to a machine and an evening; the ratios are what to look at. Servers run on one core and the load
generator on another. Pairs talk several times, the servers taking turns, and the median of each figure is shown.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench import report
from bench.measure import Idle, Talk, idle, talk
from bench.report import mark
from bench.servers import Product, Relay, Server

CPU_TARGET = 2.0  # times the minimal Starlette relay, per relayed line
IDLE_TARGET = 40.0  # KiB per idle visitor


class Plan(msgspec.Struct, frozen=True):
    """How much is measured."""

    pairs: tuple[int, ...] = (100, 1000)
    idle: int = 5000
    rate: int = 2000
    seconds: float = 2.0
    turns: int = 3
    agents: int = 100


QUICK = Plan(pairs=(100,), idle=500, seconds=1.0, turns=1, agents=10)


class Result(msgspec.Struct, frozen=True):
    """Everything about one server: by number of pairs, and idle."""

    server: str
    talk: dict[int, Talk]
    idle: Idle


async def measure(plan: Plan) -> list[Result]:
    """Runs the whole plan."""
    with tempfile.TemporaryDirectory(prefix="livesupport-bench-") as data:
        product = Product(Path(data), plan.agents)
        await product.prepare()
        servers: list[Server] = [product, Relay("websockets"), Relay("starlette")]
        return await _take_turns(plan, servers)


async def _take_turns(plan: Plan, servers: Sequence[Server]) -> list[Result]:
    talks: dict[tuple[str, int], list[Talk]] = {}
    for _ in range(plan.turns):
        for count in plan.pairs:
            for server in servers:
                talks.setdefault((server.name, count), []).append(await talk(server, count, plan.rate, plan.seconds))
    return [
        Result(
            server=server.name,
            talk={count: _median(talks[server.name, count]) for count in plan.pairs},
            idle=await idle(server, plan.idle),
        )
        for server in servers
    ]


def _median(runs: Sequence[Talk]) -> Talk:
    fields = Talk.__struct_fields__
    return Talk(**{field: statistics.median(getattr(run, field) for run in runs) for field in fields})


def table(results: Sequence[Result]) -> str:
    """For people."""
    lines = []
    for count in results[0].talk:
        lines += [f"\n{count} pairs", f"{'':14}{'closed loop':>12}{'CPU':>9}{'at a rate':>12}{'CPU':>9}{'p50':>9}{'p99':>9}"]
        lines += [f"{'':14}{'lines/s':>12}{'µs/line':>9}{'lines/s':>12}{'µs/line':>9}{'µs':>9}{'µs':>9}"]
        for result in results:
            run = result.talk[count]
            lines.append(
                f"{result.server:14}{run.closed_per_second:12,.0f}{run.closed_cpu_us:9.1f}"
                f"{run.paced_per_second:12,.0f}{run.paced_cpu_us:9.1f}{run.p50_us:9,.0f}{run.p99_us:9,.0f}"
            )
    lines += [f"\n{results[0].idle.connections} idle connections", f"{'':14}{'KiB each':>12}{'connects/s':>12}"]
    lines += [f"{r.server:14}{r.idle.kib_each:12.1f}{r.idle.connects_per_second:12,.0f}" for r in results]
    return "\n".join([*lines, "", *verdict(results)])


def verdict(results: Sequence[Result]) -> list[str]:
    """The two targets, and whether they were met."""
    by_name = {result.server: result for result in results}
    product, relay = by_name["livesupport"], by_name["starlette"]
    lines = []
    for count, run in product.talk.items():
        for name, ours, theirs in (
            ("closed loop", run.closed_cpu_us, relay.talk[count].closed_cpu_us),
            ("at a rate", run.paced_cpu_us, relay.talk[count].paced_cpu_us),
        ):
            ratio = ours / theirs
            lines.append(f"{mark(ratio <= CPU_TARGET)} CPU per line, {count} pairs, {name}: {ratio:.2f} × Starlette relay")
    weight = product.idle.kib_each
    return [*lines, f"{mark(weight <= IDLE_TARGET)} idle visitor: {weight:.1f} KiB, at most {IDLE_TARGET:.0f}"]


if __name__ == "__main__":
    report.run("bench.relay", __doc__, (Plan(), QUICK), measure, table)
