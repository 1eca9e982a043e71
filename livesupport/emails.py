"""What an e-mail address looks like, and when two of them are the same."""

from __future__ import annotations

import re

LONGEST = 254

_EMAIL = re.compile(r"[^@\s<>(),;:\"\\\x00-\x1f\x7f]{1,64}@[^@\s<>(),;:\"\\\x00-\x1f\x7f]{1,189}")


def is_email(text: str) -> bool:
    """Whether mail could be sent there; whether it arrives is only known when it was answered."""
    return _EMAIL.fullmatch(text) is not None


def folded_email(email: str) -> str:
    """An address as it is compared: capital and small letters are one."""
    return email.strip().casefold()
