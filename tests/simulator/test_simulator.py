"""A thousand seeded runs of people, sockets and faults around the real chat machine: every promise is kept in each of them.

SIMULATOR_RUNS=10000 runs more (`make soak`); SIMULATOR_SEED=378 replays one run alone.
"""

from __future__ import annotations

import os

import pytest

from tests.simulator.checker import judge
from tests.simulator.world import World

RUNS = int(os.environ.get("SIMULATOR_RUNS", "1000"))
ALONE = os.environ.get("SIMULATOR_SEED")
SHARES = 20  # so that several workers can share the runs


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("share", range(SHARES))
def test_every_promise_is_kept_in_every_run(share: int) -> None:
    seeds = [int(ALONE)] * (share == 0) if ALONE else range(share, RUNS, SHARES)

    broken = {seed: found for seed in seeds if (found := judge(World(seed).run()))}

    assert not broken, "replay with SIMULATOR_SEED:\n" + "\n".join(f"{seed}: {found}" for seed, found in broken.items())


def test_the_runs_are_worth_something() -> None:
    """All that the promises speak of does happen: talk, saving, crashes, losses that are shown, chats that come back."""
    entries = [entry for seed in range(60) for entry in World(seed).run()]

    kinds = ("ack", "crash", "gone", "reset", "ticket", "refuse")
    count = {what: sum(entry.what == what for entry in entries) for what in kinds}
    assert count["ack"] > 1000
    assert min(count.values()) > 0
    assert any(entry.what == "seen" and entry.place[0] >= 3 for entry in entries)  # back for the second time


def test_a_seed_is_a_run() -> None:
    """The same seed is the same run, but for the client ids, which are random everywhere."""
    first, second = ([entry._replace(id="", data=None) for entry in World(7).run()] for _ in range(2))

    assert first == second
    assert [entry._replace(id="", data=None) for entry in World(8).run()] != first
