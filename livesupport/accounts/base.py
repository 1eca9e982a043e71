"""What every part of the accounts' service stands on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from livesupport.accounts.passwords import Passwords
from livesupport.model import TicketNews
from livesupport.storage.database import Database


class Service:
    """A database, a clock, how passwords are hashed, and a listener that is told of tickets that change with their people."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], announce: Callable[[TicketNews], None] = lambda news: None
    ) -> None:
        self._database = database
        self._clock = clock
        self._announce = announce
        self._passwords = Passwords()


def hashed(secret: str) -> str:
    """What is stored of a secret. It is 256 random bits, so a plain hash needs neither salt nor cost."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
