"""The arithmetic of the bench of the full desk; its figures are judged where they are measured."""

from __future__ import annotations

import msgspec

from bench.browsing import Page
from bench.desk import Result, table, verdict
from bench.measure import Pace


def page(kind: str, p95: float) -> Page:
    return Page(kind=kind, p50=1.0, p95=p95, cpu=1.0)


def pace(p50_us: float) -> Pace:
    return Pace(per_second=200.0, cpu_us=40.0, p50_us=p50_us, p95_us=p50_us, p99_us=p50_us)


GOOD = Result(
    database="SQLite", tickets=100_000, pages=[page("inbox", 59.0)], opening=page("opening", 14.0), idle=pace(200),
    busy=pace(400), load=0.5,
)  # fmt: skip


def test_what_is_within_its_target_is_met() -> None:
    assert [line[:6].strip() for line in verdict(GOOD)] == ["met"] * 3


def test_slow_pages_slow_opening_and_disturbed_chats_are_called_so() -> None:
    slow = msgspec.structs.replace(GOOD, pages=[page("inbox", 60.0)], opening=page("opening", 15.0), busy=pace(401))
    assert [line[:6] for line in verdict(slow)] == ["MISSED"] * 3


def test_times_of_pages_are_promised_for_sqlite_only() -> None:
    slow = msgspec.structs.replace(GOOD, database="PostgreSQL", pages=[page("inbox", 1000.0)])
    assert [line[:6].strip() for line in verdict(slow)] == ["met"]


def test_the_table_tells_how_busy_the_machine_was() -> None:
    assert "SQLite, 100,000 tickets; load of the machine 0.5" in table([GOOD])
