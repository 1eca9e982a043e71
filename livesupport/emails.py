"""What an e-mail address looks like, when two of them are the same, and how often one may be asked to prove itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

LONGEST = 254
MOST_PROOFS = 3  # mails with a link or a code that an address gets in that time, whoever names it
PROOFS_WITHIN = timedelta(hours=1)

_EMAIL = re.compile(r"[^@\s<>(),;:\"\\\x00-\x1f\x7f]{1,64}@[^@\s<>(),;:\"\\\x00-\x1f\x7f]{1,189}")


def is_email(text: str) -> bool:
    """Whether mail could be sent there; whether it arrives is only known when it was answered."""
    return _EMAIL.fullmatch(text) is not None


def folded_email(email: str) -> str:
    """An address as it is compared: capital and small letters are one."""
    return email.strip().casefold()


def wait_to_prove(sent: Sequence[datetime], now: datetime) -> float:
    """Seconds until an address may be asked again to prove itself; 0.0: now. `sent`: when it was asked, the newest first."""
    if len(sent) < MOST_PROOFS:
        return 0.0
    return max((sent[MOST_PROOFS - 1] + PROOFS_WITHIN - now).total_seconds(), 0.0)
