"""Many who ask at the same moment are answered together, each with what is theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import pytest

from livesupport.gathering import Gathered


class Archive:
    """Knows the number of everything but what is lost; answers when the gate is open."""

    def __init__(self) -> None:
        self.asked: list[set[str]] = []
        self.gate = asyncio.Event()
        self.burns = False

    async def numbers(self, keys: Collection[str]) -> dict[str, int]:
        self.asked.append(set(keys))
        await self.gate.wait()
        if self.burns:
            raise OSError("fire")
        return {key: int(key) for key in keys if key.isdigit()}


async def ask(gathered: Gathered[str, int], *keys: str) -> list[asyncio.Task[int | None]]:
    tasks = [asyncio.create_task(gathered(key)) for key in keys]
    await asyncio.sleep(0)
    return tasks


async def test_who_comes_while_a_question_is_on_its_way_goes_with_the_next() -> None:
    archive = Archive()
    gathered = Gathered(archive.numbers, most=3)
    tasks = await ask(gathered, "1", "2", "lost", "4", "5")
    archive.gate.set()

    assert await asyncio.gather(*tasks) == [1, 2, None, 4, 5]
    assert archive.asked == [{"1"}, {"2", "lost", "4"}, {"5"}]


async def test_a_question_that_fails_fails_for_those_who_asked_it_and_for_nobody_else() -> None:
    archive = Archive()
    archive.burns = True
    archive.gate.set()
    gathered = Gathered(archive.numbers, most=10)
    with pytest.raises(OSError, match="fire"):
        await gathered("1")

    archive.burns = False
    assert await gathered("1") == 1


async def test_who_goes_away_takes_no_answer_from_the_others() -> None:
    archive = Archive()
    gathered = Gathered(archive.numbers, most=10)
    first, second, third = await ask(gathered, "1", "2", "3")
    first.cancel()
    await asyncio.wait([first])
    second.cancel()
    await asyncio.wait([second])
    archive.gate.set()

    assert await third == 3
