"""Deadlines by name. The machine has no clock: it says when it wants to be woken, and is told that the time has come."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

Key = tuple[str, str]  # (what is due, id of the chat or agent)
SPARE = 64  # outdated entries that are never worth sweeping


class Timers:
    """At most one deadline per key; setting it again moves it. Outdated heap entries are dropped when they surface, or
    swept away when they have become too many."""

    def __init__(self) -> None:
        self._at: dict[Key, float] = {}
        self._heap: list[tuple[float, Key]] = []

    def set(self, what: str, of: str, at: float) -> None:
        """Arms or moves the deadline `what` of the chat or agent `of` to the monotonic second `at`."""
        self._at[(what, of)] = at
        heappush(self._heap, (at, (what, of)))
        if len(self._heap) > SPARE + 4 * len(self._at):
            self._heap = [(at, key) for key, at in self._at.items()]
            heapify(self._heap)

    def cancel(self, what: str, of: str) -> None:
        """Disarms a deadline; one that is not armed is no matter."""
        self._at.pop((what, of), None)

    def cancel_all(self, of: str, names: tuple[str, ...]) -> None:
        """Disarms these deadlines of one chat or agent."""
        for what in names:
            self.cancel(what, of)

    def get(self, what: str, of: str) -> float | None:
        """The deadline, or None when it is not armed."""
        return self._at.get((what, of))

    def next(self) -> float | None:
        """The earliest deadline."""
        self._drop_outdated()
        return self._heap[0][0] if self._heap else None

    def due(self, now: float) -> Iterator[Key]:
        """Disarms and yields every deadline up to `now`, earliest first; what is armed meanwhile counts as well."""
        while (at := self.next()) is not None and at <= now:
            key = heappop(self._heap)[1]
            del self._at[key]
            yield key

    def _drop_outdated(self) -> None:
        while self._heap and self._at.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
