"""How much one address may upload: counted in memory, like everything that concerns an address."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from livesupport.config import Config
from livesupport.errors import TooOften
from livesupport.i18n import gettext as _
from livesupport.i18n import ngettext
from livesupport.live.limits import Admission, Rate, Seats, Throttle, neighbourhood

MOMENT = 5.0  # seconds in which a file that is on its way may have arrived


class UploadGate:
    """One for the whole server. `clock` gives seconds that never go back."""

    def __init__(self, config: Config, clock: Callable[[], float] = time.monotonic) -> None:
        files = config.files
        self._clock = clock
        self._is_exempt = Admission(config.limits).is_exempt
        self._starts = Throttle(Rate(files.uploads_window / files.uploads_per_address, files.uploads_per_address))
        self._running = Seats(files.uploads_at_once)

    @contextmanager
    def one(self, host: str) -> Iterator[None]:
        """Lets one upload of this host run. Raises `TooOften` with the sentence for the person under "files"."""
        if self._is_exempt(host):
            yield
            return
        address = neighbourhood(host)
        if not self._running.left(address):
            raise TooOften({"files": _("Other files are still on their way. Wait until one has arrived.")}, MOMENT)
        if wait := self._starts.take(address, self._clock()):
            raise TooOften({"files": _come_back_in(math.ceil(wait / 60))}, wait)
        self._running.take(address)
        try:
            yield
        finally:
            self._running.give_back(address)


def _come_back_in(minutes: int) -> str:
    return ngettext(
        "Too many files came from your address. Try again in {count} minute.",
        "Too many files came from your address. Try again in {count} minutes.",
        minutes,
    ).format(count=minutes)
