"""The only clock of a run. It is the event loop of whatever waits in it, so that real code runs on simulated time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any


class Time(asyncio.AbstractEventLoop):
    """What is to happen, and when; what is due at the same moment happens in the order in which it was planned."""

    def __init__(self, seed: int) -> None:
        self.now = 1000.0
        self.chance = Random(seed)
        self._plan: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Plans an action."""
        heappush(self._plan, (self.now + seconds, next(self._numbers), action))

    def run_until(self, end: float) -> None:
        """Lets everything happen that is due by then."""
        asyncio._set_running_loop(self)
        try:
            while self._plan and self._plan[0][0] <= end:
                self.now, _, action = heappop(self._plan)
                action()
        finally:
            asyncio._set_running_loop(None)
        self.now = end

    # ── what tasks, timers and futures ask of a loop ─────────────────────────────────────────────────────────────────

    def time(self) -> float:
        return self.now

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self.after(when - self.now, lambda: None if handle.cancelled() else handle._run())
        return handle

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self.now + delay, callback, *args, context=context)

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        return self.call_at(self.now, callback, *args, context=context)

    def create_task(self, coro: Coroutine[Any, Any, Any], **_options: Any) -> asyncio.Task[Any]:  # type: ignore[override]
        return asyncio.Task(coro, loop=self)

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It is skipped when its time comes."""

    def get_debug(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        raise AssertionError(context)
