"""Slows down whoever guesses passwords, or has mail sent: tries are counted in memory, per name and per address, and those of
a browser that the person has used before per browser only: strangers cannot use up what is free there.

After a few free tries the next one is only heard after a pause that doubles each time; an attempt before that is refused
without looking at the password. Nothing is written anywhere, and an hour of quiet forgets.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable

import msgspec

from livesupport.i18n import ngettext

FREE_PER_LOGIN = 5
FREE_PER_ADDRESS = 20  # many people may sit behind one address
LONGEST_PAUSE = 300.0
FORGET_AFTER = 3600.0
MOST_KEYS = 20_000  # a swarm of names or addresses must not fill the memory


class _Failures(msgspec.Struct):
    count: int
    last: float


class Attempts:
    """`clock` gives seconds that never go back. Free are so many tries under one name, and from one address; then the pauses
    begin with `first_pause` and grow to `longest_pause` seconds."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        per_login: int = FREE_PER_LOGIN,
        per_address: int = FREE_PER_ADDRESS,
        first_pause: float = 1.0,
        longest_pause: float = LONGEST_PAUSE,
    ) -> None:
        self._clock = clock
        self._free = (per_login, per_address)
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._failures: dict[str, _Failures] = {}

    def begin(self, login: str, address: str, device: str = "") -> float:
        """Counts an attempt, as a failure until `succeeded` says otherwise, so that many at once are no way around. `device`
        names a browser in which this person has signed in before; empty: none.

        Returns 0.0 when the password may be looked at, else the seconds to wait (the attempt is then not counted).
        """
        keys = _keys(login, address, device)
        now = self._clock()
        wait = max(self._wait(key, free, now) for key, free in zip(keys, self._free, strict=False))
        if wait <= 0:
            for key in keys:
                self._count(key, now)
        return max(wait, 0.0)

    def succeeded(self, login: str, address: str, device: str = "") -> None:
        """The password was right: name or device start afresh, and this attempt no longer counts against the address."""
        name, *places = _keys(login, address, device)
        self._failures.pop(name, None)
        for place in places:
            if (failures := self._failures.get(place)) is not None:
                failures.count -= 1

    def _wait(self, key: str, free: int, now: float) -> float:
        failures = self._failures.get(key)
        if failures is None or failures.count < free or now - failures.last > FORGET_AFTER:
            return 0.0
        pause = min(self._first_pause * 2.0 ** (failures.count - free), self._longest_pause)
        return failures.last + pause - now

    def _count(self, key: str, now: float) -> None:
        failures = self._failures.pop(key, None)
        if failures is None or now - failures.last > FORGET_AFTER:
            failures = _Failures(0, now)
        failures.count += 1
        failures.last = now
        self._failures[key] = failures  # put in last: the first ones are those that have been quiet for longest
        if len(self._failures) > MOST_KEYS:
            del self._failures[next(iter(self._failures))]


def too_many_words(seconds: int) -> str:
    """What whoever has to wait so long is told."""
    words = ngettext("Too many attempts. Wait {count} second.", "Too many attempts. Wait {count} seconds.", seconds)
    return words.format(count=seconds)


def _keys(login: str, address: str, device: str) -> tuple[str, ...]:
    if device:
        return (f"device {device}",)
    return f"login {login.strip().casefold()[:254]}", f"address {_network(address)}"


def _network(address: str) -> str:
    """An IPv6 customer owns a /64 at least, so that is one address here."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed.packed[:8] + bytes(8), 64)))
