"""The arithmetic of the isolation bench, and its hostile peers, met once; its figures are judged where they are measured."""

from __future__ import annotations

from bench.isolation import Plan, Result, measure, table, verdict


def result(calm: float, beside: float) -> Result:
    return Result(misdeed="floods", calm_p95_us=calm, p95_us=beside, cuts=3)


def test_twice_the_time_of_the_undisturbed_is_still_within_the_target() -> None:
    assert [line[:6].strip() for line in verdict([result(100.0, 200.0), result(100.0, 201.0)])] == ["met", "MISSED"]


def test_the_table_names_the_peer_and_how_often_it_was_cut() -> None:
    assert "floods                     100       150    1.50       3" in table([result(100.0, 150.0)])


async def test_whoever_floods_or_throws_bombs_is_cut_and_everybody_else_is_heard() -> None:
    plan = Plan(pairs=2, agents=1, peers=1, rate=50, seconds=0.3, turns=1, misdeeds=("floods", "throws bombs"))
    results = await measure(plan)

    assert all(each.cuts and each.p95_us > 0 for each in results)
