"""Ticket numbers as people read them: a counter's value and a check digit, "1042-1", so that a slip finds nothing."""

from __future__ import annotations

import re

from livesupport.errors import NotFound

# Fifteen digits are below 2**53, beyond which a browser's numbers are no longer exact.
_NUMBER = re.compile(r"([1-9][0-9]{0,14})(?:-([0-9]))?")


def check_digit(number: int) -> int:
    """The digit that makes the Luhn sum of `number` and itself a multiple of ten (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(str(number))):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10


def written(number: int) -> str:
    """`number` with its check digit."""
    return f"{number}-{check_digit(number)}"


def read(text: str) -> str:
    """The number that somebody gave as `1042` or `1042-1`, with its check digit.

    Raises `NotFound` for a wrong digit and for anything that is no number, so that neither differs from a missing ticket.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise NotFound("no such ticket")
    number = written(int(match[1]))
    if match[2] is not None and not number.endswith(match[2]):
        raise NotFound("no such ticket")
    return number
