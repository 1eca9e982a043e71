"""Keeps programs from sending the form of a new request, without asking anybody else and without a puzzle for the person.

A form carries a signed stamp that says when it was shown; a program is too quick, writes into a field that people do not see,
or will not compute. Whoever sends many requests waits, or computes (product.md 3.15). Every refusal says what to do.
"""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable

from livesupport.errors import Invalid
from livesupport.i18n import gettext as _
from livesupport.i18n import ngettext
from livesupport.live import Desk
from livesupport.live.limits import Recent, neighbourhood
from livesupport.live.proof import Purpose, bits_needed, challenge, is_proven
from livesupport.signing import Signed

QUICKEST = 2.0  # seconds; nobody fills the form in faster, and a browser that does it for somebody can be asked again
FREE_OF_PROOF = 1  # requests of an address in `limits.requests_window`; without JavaScript one waits for the others
STAMP_LASTS = 7 * 86_400.0


class Held(Invalid):
    """Not now, or not like this. `seconds`: when to try again; `challenge`, `bits`: what to compute instead of waiting."""

    def __init__(self, field: str, sentence: str, *, seconds: float = 0.0, challenge: str = "", bits: int = 0) -> None:
        super().__init__({field: sentence})
        self.seconds = seconds
        self.challenge = challenge
        self.bits = bits


class Robots:
    """One for the whole server; how often an address has asked is counted together with its chats' requests."""

    def __init__(self, desk: Desk, key: bytes, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives Unix seconds."""
        self._desk = desk
        self._clock = clock
        self._stamps = Signed(key, "request-form", STAMP_LASTS, clock)
        self._recent = Recent(desk.hub.admission.limits.requests_window)

    def stamp(self) -> str:
        """A stamp for a form that is shown now. It names the form, so that it opens one request however often it is sent."""
        return self._stamps.sign(secrets.token_urlsafe(16))

    def renewed(self, stamp: str) -> str:
        """The same stamp if it still holds, so that a form which is sent again is the same; else a new one."""
        return stamp if self._stamps.read(stamp, str) else self.stamp()

    def read(self, stamp: str, honeypot: str) -> str:
        """The name of a form that a person may have sent. Raises `Held`."""
        read = self._stamps.read(stamp, str)
        if read is None:
            raise Held("stamp", _("This form has become too old. Please send it once more."))
        form, shown = read
        if honeypot:
            raise Held("website", _("Please empty this field. It is there for programs that fill in everything."))
        if self._clock() - shown < QUICKEST:
            raise Held("stamp", _("That was very quick. Please send it once more."), seconds=QUICKEST)
        return form

    def check_pace(self, form: str, proof: str, host: str) -> None:
        """Whether this host may send one more request now. Raises `Held`."""
        if self._desk.hub.admission.is_exempt(host):
            return
        address, now, limits = neighbourhood(host), self._desk.clock().mono, self._desk.hub.admission.limits
        if wait := self._desk.hub.admission.requests.wait(address, now):
            raise Held("stamp", _come_back_in(wait), seconds=wait)
        purpose, fingerprint = Purpose(address, form, self._recent.count(address, now)), self._desk.ports.fingerprint
        bits = bits_needed(purpose.starts + limits.proof_after - FREE_OF_PROOF, limits)
        if bits and not is_proven(purpose, proof, bits, now, fingerprint):
            wait = self._recent.wait(address, FREE_OF_PROOF, now)
            raise Held("stamp", _come_back_in(wait), seconds=wait, challenge=challenge(purpose, now, fingerprint), bits=bits)

    def count(self, host: str) -> None:
        """A request of this host was taken."""
        address, now = neighbourhood(host), self._desk.clock().mono
        self._desk.hub.admission.requests.take(address, now)
        self._recent.add(address, now)


def _come_back_in(seconds: float) -> str:
    minutes = max(1, math.ceil(seconds / 60))
    return ngettext(
        "Several requests came from your address. Please send this one in {count} minute; your text is kept.",
        "Several requests came from your address. Please send this one in {count} minutes; your text is kept.",
        minutes,
    ).format(count=minutes)
