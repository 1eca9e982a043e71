"""The bench's own arithmetic; its figures are judged where they are measured."""

from __future__ import annotations

import os

import pytest

from bench.measure import Idle, Talk, cpu_seconds, resident_kib
from bench.relay import Result, table, verdict


def talk(cpu: float) -> Talk:
    return Talk(closed_per_second=1.0, closed_cpu_us=cpu, paced_per_second=1.0, paced_cpu_us=cpu, p50_us=1.0, p99_us=2.0)


def results(ours: float, theirs: float, kib: float) -> list[Result]:
    idle = Idle(connections=10, kib_each=kib, connects_per_second=1.0)
    return [Result("livesupport", {100: talk(ours)}, idle), Result("starlette", {100: talk(theirs)}, idle)]


def test_twice_the_cpu_of_a_bare_relay_is_still_within_the_target() -> None:
    assert [line[:6].strip() for line in verdict(results(20.0, 10.0, 40.0))] == ["met", "met", "met"]


def test_a_missed_target_is_called_so() -> None:
    assert [line[:6] for line in verdict(results(20.1, 10.0, 40.1))] == ["MISSED"] * 3


def test_the_table_names_every_server() -> None:
    drawn = table(results(20.0, 10.0, 5.0))
    assert "livesupport" in drawn
    assert "starlette" in drawn
    assert "2.00 × Starlette relay" in drawn


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="needs /proc")
def test_this_process_has_had_time_and_memory() -> None:
    before = cpu_seconds(os.getpid())
    sum(range(10**6))
    assert cpu_seconds(os.getpid()) > before
    assert resident_kib(os.getpid()) > 1000
