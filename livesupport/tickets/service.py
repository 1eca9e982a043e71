"""The one door to tickets. Each deed is one transaction; the rooms behind the door are its base classes."""

from __future__ import annotations

from livesupport.tickets.answering import Answering
from livesupport.tickets.changing import Changing
from livesupport.tickets.drafting import Drafting
from livesupport.tickets.labelling import Labelling
from livesupport.tickets.opening import Opening
from livesupport.tickets.reading import Around, Reading, Thread
from livesupport.tickets.relating import Relating

__all__ = ["Around", "Thread", "Tickets"]


class Tickets(Opening, Reading, Answering, Drafting, Changing, Labelling, Relating):
    """What can be done with tickets. Every method may raise `Unavailable`, and then nothing has changed.

    Whoever acts is named as `actor`, and may do so with the tickets that they may see (`permits.may_see`); any other ticket is
    for them as if it did not exist.
    """
