"""The arithmetic of the resume bench, and one death that is measured small; its figures are judged where they are measured."""

from __future__ import annotations

from bench.resume import Plan, Result, measure, table, verdict


def result(chats: int, lost: int, p99: float) -> Result:
    return Result(chats=chats, lost=lost, down=1.0, p50=1.0, p99=p99, last=p99, rss_mib=150.0)


def test_targets_belong_to_their_sizes() -> None:
    told = verdict([result(500, 0, 5.9), result(2000, 0, 9.9), result(60, 0, 100.0)])
    assert [line[:6].strip() for line in told] == ["met"] * 5


def test_a_lost_chat_and_a_long_wait_are_called_so() -> None:
    assert [line[:6] for line in verdict([result(500, 1, 6.1)])] == ["MISSED", "MISSED"]


def test_the_table_names_every_size() -> None:
    drawn = table([result(500, 0, 5.9), result(2000, 3, 9.9)])
    assert "    2000       3" in drawn


async def test_a_few_chats_survive_their_server() -> None:
    (measured,) = await measure(Plan(chats=(5,), messages=2))
    assert measured.lost == 0
    assert 0 <= measured.p50 <= measured.last
