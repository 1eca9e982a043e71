"""Which seeds are run, and how one is run again: the seed is the bug report.

SIMULATOR_RUNS=10000 runs more (`make soak`); SIMULATOR_SEED=378 replays one run alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

RUNS = int(os.environ.get("SIMULATOR_RUNS", "1000"))
ALONE = os.environ.get("SIMULATOR_SEED")


def shares(count: int, runs: int = RUNS) -> list[Sequence[int]]:
    """All seeds in so many shares, which several workers can take; one share with one seed when it is replayed alone."""
    return [[int(ALONE)]] if ALONE else [range(share, runs, count) for share in range(count)]


@contextmanager
def replayed_by(seed: int, test: str) -> Iterator[None]:
    """Whatever goes wrong in the block tells the seed, and the command that shows it again. `test`: the file."""
    try:
        yield
    except BaseException as fault:
        fault.add_note(f"seed {seed}; to replay it alone: SIMULATOR_SEED={seed} pytest {test}")
        raise
