"""A thousand seeded runs of people, sockets and faults around the real chat machine: every promise is kept in each of them
(`tests.simulator.replay` tells how to run more of them, or one alone)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.simulator.checker import Facts, judge
from tests.simulator.replay import replayed_by, shares
from tests.simulator.world import World

MOST_EXCUSED = 0.05  # of all acknowledged messages: nobody was left who held them
MOST_UNJUDGED = 0.3  # of all acknowledged messages: these, and those of chats that have ended
MOST_LOST = 0.1  # of all chats


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seeds", shares(20))
def test_every_promise_is_kept_in_every_run(seeds: Sequence[int]) -> None:
    for seed in seeds:
        with replayed_by(seed, "tests/simulator/test_simulator.py"):
            broken = judge(World(seed).run())
            assert not broken, "\n".join(broken)


def test_whatever_goes_wrong_tells_its_seed() -> None:
    for fault in (AssertionError("G1"), RuntimeError("the run itself"), KeyboardInterrupt()):
        with pytest.raises(type(fault)) as told, replayed_by(378, "tests/here.py"):
            raise fault
        assert told.value.__notes__ == ["seed 378; to replay it alone: SIMULATOR_SEED=378 pytest tests/here.py"]


def test_little_is_excused() -> None:
    """The judge lets pass what nobody could have kept. If that grew, its silence would mean less."""
    histories = [World(seed).run() for seed in range(100)]
    facts = [Facts(history) for history in histories]

    acked = sum(len(each.acked) for each in facts)
    assert sum(len(each.excused & each.acked.keys()) for each in facts) / acked < MOST_EXCUSED
    assert sum(_unjudged(each) for each in facts) / acked < MOST_UNJUDGED
    lost = sum(len({entry.chat for entry in history.of("over") if entry.data == "lost"}) for history in histories)
    assert lost / sum(len(each.held) for each in facts) < MOST_LOST


def _unjudged(facts: Facts) -> int:
    """How many acknowledged messages no view is asked for."""
    chats = {view.chat for view in facts.views}
    return sum(key[0] not in chats or key in facts.excused for key in facts.acked)


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
