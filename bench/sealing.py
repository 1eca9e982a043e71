"""What the seal adds to a message: `python -m bench.sealing [--quick] [--json FILE]`.

A chat of 500 lines of usual length is sealed as the machine does it, again and again, on the processor's own clock. Counted is
all that a line costs more than without a seal: the tag, and the copy of the line that carries it.
"""

from __future__ import annotations

import os
import statistics
import time

import msgspec

from bench import report
from bench.report import mark
from livesupport.chat.protocol import Line
from livesupport.chat.seal import LINES, Chain, ChatName, KeyRing

MOST_US = 3.0  # per message
TEXT_BYTES = 114


class Plan(msgspec.Struct, frozen=True):
    """How much is measured."""

    lines: int = 500
    turns: int = 101


QUICK = Plan(turns=5)


class Result(msgspec.Struct, frozen=True):
    """Microseconds of CPU that the seal of one line costs: the median of all turns, and the best one."""

    lines: int
    text_bytes: int
    median_us: float
    best_us: float


async def measure(plan: Plan) -> list[Result]:
    """Seals one chat, `turns` times."""
    unsealed = [_line(seq) for seq in range(1, plan.lines + 1)]
    taken = [_seal(unsealed) / plan.lines * 1e6 for _ in range(plan.turns)]
    return [Result(plan.lines, TEXT_BYTES, statistics.median(taken), min(taken))]


def _line(seq: int) -> Line:
    return Line(
        chat="c" * 22, epoch=1, seq=seq, at=1.7e9, kind="message", by="visitor", name="Nino", id=f"{seq:022}",
        text="x" * TEXT_BYTES,
    )  # fmt: skip


def _seal(unsealed: list[Line]) -> float:
    """Seconds of this thread's CPU for one chat."""
    chain = Chain(KeyRing("key", {"key": os.urandom(32)}), ChatName("default", "c" * 22, "v" * 22), LINES)
    began = time.thread_time()
    for line in unsealed:
        msgspec.structs.replace(line, seal=chain.seal(line))
    return time.thread_time() - began


def table(results: list[Result]) -> str:
    """For people."""
    lines = [f"{'lines':>8}{'bytes':>8}{'median µs':>12}{'best µs':>10}"]
    lines += [f"{r.lines:8}{r.text_bytes:8}{r.median_us:12.2f}{r.best_us:10.2f}" for r in results]
    return "\n".join([*lines, "", *verdict(results)])


def verdict(results: list[Result]) -> list[str]:
    """The target, and whether it was met."""
    return [
        f"{mark(result.median_us <= MOST_US)} the seal of a message: {result.median_us:.2f} µs, at most {MOST_US:.0f}"
        for result in results
    ]


if __name__ == "__main__":
    report.run("bench.sealing", __doc__, (Plan(), QUICK), measure, table)
