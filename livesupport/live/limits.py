"""How much one address, one visitor and one connection may do. Pure: time comes in as seconds on the monotonic clock.

Rates are GCRA, the generic cell rate algorithm (ITU-T I.371): one number per key, the moment at which all credit is back.
"""

from __future__ import annotations

import ipaddress
import math
from collections import Counter

import msgspec

from livesupport.config import Limits

AGENT_FRAMES = 20  # a console speaks for up to 20 chats, so it may say as much as 20 visitors
SWEEP_AT = 1024


class Rate(msgspec.Struct, frozen=True):
    """One more every `interval` seconds, and `burst` at once."""

    interval: float
    burst: int

    def take(self, full_at: float, now: float) -> tuple[float, float]:
        """`full_at`: when all credit is back. Returns it anew, and the seconds to wait: 0.0 when one was taken."""
        full_at = max(full_at, now)
        wait = full_at - now - self.interval * (self.burst - 1)
        return (full_at, wait) if wait > 0 else (full_at + self.interval, 0.0)


class Bucket:
    """The credit of one connection."""

    __slots__ = ("_full_at", "_rate")

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._full_at = 0.0

    def take(self, now: float) -> float:
        """Takes one and returns 0.0, or takes nothing and returns the seconds to wait."""
        self._full_at, wait = self._rate.take(self._full_at, now)
        return wait


class Throttle:
    """The credit of many, by key. Whoever has all credit back is forgotten."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._full_at: dict[str, float] = {}
        self._sweep_at = SWEEP_AT

    def wait(self, key: str, now: float) -> float:
        """The seconds until one may be taken; 0.0: now. Takes nothing."""
        return self._rate.take(self._full_at.get(key, 0.0), now)[1]

    def take(self, key: str, now: float) -> float:
        """Takes one and returns 0.0, or takes nothing and returns the seconds to wait."""
        if len(self._full_at) >= self._sweep_at:
            self._sweep(now)
        self._full_at[key], wait = self._rate.take(self._full_at.get(key, 0.0), now)
        return wait

    def spent(self, key: str, now: float) -> int:
        """How much of the credit of `burst` is not back yet."""
        return math.ceil(max(0.0, self._full_at.get(key, 0.0) - now) / self._rate.interval - 1e-6)

    def _sweep(self, now: float) -> None:
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
        self._sweep_at = max(SWEEP_AT, 2 * len(self._full_at))

    def __len__(self) -> int:
        return len(self._full_at)


class Recent:
    """How often something happened in the last `seconds`, by key."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._moments: dict[str, list[float]] = {}
        self._sweep_at = SWEEP_AT

    def add(self, key: str, now: float) -> None:
        """It has happened once more."""
        if len(self._moments) >= self._sweep_at:
            self._sweep(now)
        self._moments[key] = [*self._since(key, now), now]

    def count(self, key: str, now: float) -> int:
        """How often it happened."""
        return len(self._since(key, now))

    def wait(self, key: str, most: int, now: float) -> float:
        """The seconds until it will have happened fewer than `most` times; 0.0: it has. `most`: 1 or more."""
        moments = self._since(key, now)
        return moments[-most] + self._seconds - now if len(moments) >= most else 0.0

    def _since(self, key: str, now: float) -> list[float]:
        return [moment for moment in self._moments.get(key, ()) if moment > now - self._seconds]

    def _sweep(self, now: float) -> None:
        self._moments = {key: recent for key in self._moments if (recent := self._since(key, now))}
        self._sweep_at = max(SWEEP_AT, 2 * len(self._moments))

    def __len__(self) -> int:
        return len(self._moments)


class Seats:
    """So many at once for each key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()

    def take(self, key: str) -> bool:
        """Takes a seat, if one is left. The caller gives it back."""
        if not self.left(key):
            return False
        self._taken[key] += 1
        return True

    def left(self, key: str) -> bool:
        """Whether a seat is left."""
        return self._taken[key] < self._most if key in self._taken else self._most > 0

    def give_back(self, key: str) -> None:
        """Frees one seat that was taken."""
        self._taken[key] -= 1
        if self._taken[key] <= 0:
            del self._taken[key]


def neighbourhood(host: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 one, which a single subscriber owns."""
    address = _address(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address or host)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None  # a Unix socket, or nothing that is known
    return getattr(address, "ipv4_mapped", None) or address


class Admission:
    """Who may come in, and how often they may ask; one for the whole server."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._exempt = [ipaddress.ip_network(network, strict=False) for network in limits.exempt]
        self.addresses = Seats(limits.sockets_per_address)
        self.visitors = Seats(limits.sockets_per_visitor)
        self.messages = Throttle(Rate(1 / limits.messages_per_second, limits.message_burst))
        self.starts = Throttle(Rate(limits.starts_window / limits.starts_per_address, limits.starts_per_address))
        self.recent_starts = Recent(limits.starts_window)
        self.requests = Throttle(Rate(limits.requests_window / limits.requests_per_address, limits.requests_per_address))
        self.visitor_frames = Rate(1 / limits.frames_per_second, limits.frame_burst)
        self.agent_frames = Rate(1 / limits.frames_per_second / AGENT_FRAMES, limits.frame_burst * AGENT_FRAMES)

    def count_start(self, address: str, now: float) -> None:
        """A chat has begun at this address."""
        self.starts.take(address, now)
        self.recent_starts.add(address, now)

    def is_exempt(self, host: str) -> bool:
        """Whether the settings free this host (a bench, a proxy's health check) from all of it."""
        address = _address(host)
        return address is not None and any(address in network for network in self._exempt)
