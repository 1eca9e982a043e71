"""How often a caller may ask the API: counted in memory, for each agent, person or address."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from starlette.exceptions import HTTPException

from livesupport.config import Limits
from livesupport.live.limits import Admission, Rate, Throttle


class Pace:
    """One for the whole server. `clock` gives seconds that never go back."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._most, self._window = limits.api_requests, limits.api_window
        self._calls = Throttle(Rate(self._window / self._most, self._most))
        self._is_exempt = Admission(limits).is_exempt

    def take(self, caller: str, host: str) -> dict[str, str]:
        """Counts a request and returns the headers that say how many more may follow (draft-ietf-httpapi-ratelimit-headers).

        Raises `HTTPException` 429 with the time to wait.
        """
        if self._is_exempt(host):
            return {}
        now = self._clock()
        wait = self._calls.take(caller, now)
        spent = self._calls.spent(caller, now)
        headers = {
            "RateLimit-Policy": f'"api";q={self._most};w={math.ceil(self._window)}',
            "RateLimit": f'"api";r={self._most - spent};t={math.ceil(spent * self._window / self._most)}',
        }
        if wait:
            raise HTTPException(429, headers={**headers, "Retry-After": str(math.ceil(wait))})
        return headers
