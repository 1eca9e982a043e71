"""A socket that is simulated: two lines of frames, each in order, with delays and the ways in which real ones fail."""

from __future__ import annotations

from collections.abc import Callable

from tests.simulator.clock import Time

SERVER_NOTICES = 20.0  # seconds until a peer that vanished without a word counts as lost: two pings
PAGE_NOTICES = 12.0  # seconds: an answer that did not come in 10
READS_WITHIN = 10.0  # seconds after which a reader that does not read is cut


class Link:
    """One socket between a page and the server. Whoever holds an end sets its two callbacks."""

    def __init__(self, time: Time, page: str) -> None:
        self.page = page
        self._time = time
        self.delay = time.chance.uniform(0.005, 0.08)
        self.is_open = True
        self._vanishes = False
        self.is_cut = False  # it carries nothing new; what is on its way may still arrive
        self._told: set[str] = set()
        self._arrives = {"server": 0.0, "page": 0.0}
        self.hear: dict[str, Callable[[str], None]] = {}
        self.lost: dict[str, Callable[[int], None]] = {}
        self.on_cut: Callable[[], None] = lambda: None  # it carries nothing any more

    def send(self, to: str, frame: str) -> None:
        """One frame on its way; it arrives after those before it, or never."""
        if not self.is_open or self._vanishes:
            return
        at = max(self._arrives[to], self._time.now + self.delay * self._time.chance.uniform(0.5, 1.5))
        self._arrives[to] = at
        self._time.after(at - self._time.now, lambda: self._deliver(to, frame))

    def _deliver(self, to: str, frame: str) -> None:
        if not self._vanishes and to not in self._told:
            self.hear[to](frame)

    def close(self, code: int, by: str) -> None:
        """A clean end: what is on its way still arrives, then the code."""
        if self.is_open:
            self.is_open = False
            self._cut()
            self._told.add(by)
            other = "page" if by == "server" else "server"
            if not self._vanishes:
                wait = max(0.0, self._arrives[other] - self._time.now) + self.delay
                self._time.after(wait, lambda: self._tell(other, code))

    def breaks(self) -> None:
        """Both ends notice soon; what is on its way is lost."""
        self._cut()
        self.is_open, self._vanishes = False, True
        for end in ("server", "page"):
            self._time.after(self._time.chance.uniform(0.0, 1.0), lambda end=end: self._tell(end, 1006))  # type: ignore[misc]

    def vanishes(self) -> None:
        """Half open: packets get lost and nobody is told; both ends find out by the silence."""
        self._vanishes = True
        self._cut()
        for end, seconds in (("server", SERVER_NOTICES), ("page", PAGE_NOTICES)):
            self._time.after(seconds * self._time.chance.uniform(0.3, 1.0), lambda end=end: self._tell(end, 1006))  # type: ignore[misc]

    def slows(self) -> None:
        """The peer reads slowly from now on."""
        self.delay = self._time.chance.uniform(1.0, 4.0)

    def stalls(self) -> None:
        """The page does not read at all; the server cuts it."""
        self._arrives["page"] = self._time.now + 2 * READS_WITHIN
        self._time.after(READS_WITHIN, self.breaks)

    def _cut(self) -> None:
        if not self.is_cut:
            self.is_cut = True
            self.on_cut()

    def _tell(self, end: str, code: int) -> None:
        if end not in self._told:
            self._told.add(end)
            self.is_open = False
            self.lost[end](code)
