"""Epochs: which start of a desk has said a line.

An epoch is the number of the start, as the database counts it, and behind it 32 random bits of that start. The number puts
the starts in order. The random bits tell two starts apart that have the same one, because the database was replaced by an
older copy of it: whatever both have said of one chat has different places, and nothing takes the place of anything else.
"""

from __future__ import annotations

RANDOM_BITS = 32  # beside 21 of the number: together no more than a browser counts exactly
_RANDOM = (1 << RANDOM_BITS) - 1


def epoch_of(number: int, chance: int) -> int:
    """The epoch of the start with this number. `chance`: 32 random bits."""
    return number << RANDOM_BITS | chance & _RANDOM


def number_of(epoch: int) -> int:
    """The number of the start."""
    return epoch >> RANDOM_BITS


def are_of_one_start(one: int, other: int) -> bool:
    """Whether the same start has said the lines of both."""
    return not (one ^ other) & _RANDOM


def behind(last: int, own: int) -> int:
    """The epoch in which the start with the epoch `own` goes on behind lines of `last`: its own one, or, where an old database
    has counted starts twice, one of its own with a higher number."""
    return own if own > last else epoch_of(number_of(last) + 1, own)


def counts_again(own: int, earlier: int) -> bool:
    """Whether the database of the start `own` must be older than what was said: it has counted a number twice."""
    return not are_of_one_start(own, earlier) and number_of(earlier) >= number_of(own)
