"""Questions that many ask at the same moment, asked once for all of them.

After a restart thousands come back within seconds, and each has a question to the database: one by one they would wait for
each other, and every answer for a turn of a loop that has never been busier.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Gathered(Generic[K, V]):
    """Asks for many keys at once: while one question is on its way the next gathers. No answer is older than its caller."""

    def __init__(self, ask: Callable[[Collection[K]], Awaitable[Mapping[K, V]]], most: int) -> None:
        """`ask`: keys in, what there is for them out. `most`: keys in one question."""
        self._ask = ask
        self._most = most
        self._asking = asyncio.Lock()
        self._waiting: dict[asyncio.Future[V | None], K] = {}

    async def __call__(self, key: K) -> V | None:
        """The answer for this key; None where there is none. Raises what `ask` raises."""
        answer: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        self._waiting[answer] = key
        try:
            async with self._asking:
                if not answer.done():
                    await self._ask_for(dict(list(self._waiting.items())[: self._most]))
        finally:
            self._waiting.pop(answer, None)
        return answer.result()

    async def _ask_for(self, waiting: Mapping[asyncio.Future[V | None], K]) -> None:
        try:
            found = await self._ask(set(waiting.values()))
        except Exception as error:
            for answer in waiting:
                answer.set_exception(error)
        else:
            for answer, key in waiting.items():
                answer.set_result(found.get(key))
        for answer in waiting:
            self._waiting.pop(answer, None)
