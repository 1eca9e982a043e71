"""The arithmetic of the bench of the seal, met once; its figure is judged where it is measured."""

from __future__ import annotations

from bench.sealing import QUICK, Result, measure, table, verdict


def result(median: float) -> Result:
    return Result(lines=500, text_bytes=114, median_us=median, best_us=1.0)


def test_three_microseconds_are_still_within_the_target() -> None:
    assert [line[:6].strip() for line in verdict([result(3.0), result(3.1)])] == ["met", "MISSED"]


def test_the_table_names_what_was_sealed() -> None:
    assert "     500     114        2.50      1.00" in table([result(2.5)])


async def test_a_chat_is_sealed_in_some_time() -> None:
    (measured,) = await measure(QUICK)
    assert 0 < measured.best_us <= measured.median_us
