"""Proof of work: who starts many chats in a short time pays for each with computing (Adam Back, Hashcash, 2002). Pure.

A challenge is not stored: it is a keyed hash of what it is good for, and is made anew to check its proof.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec

from livesupport.config import Limits

WINDOW = 300.0  # seconds; a challenge is good in its own window and the next one
MOST_EXTRA_BITS = 4


def bits_needed(starts: int, limits: Limits) -> int:
    """The work for one more start, after so many of the same address: each bit doubles it. 0: none."""
    if not limits.proof_bits or starts < limits.proof_after:
        return 0
    return limits.proof_bits + min(starts - limits.proof_after, MOST_EXTRA_BITS)


class Purpose(msgspec.Struct, frozen=True):
    """What a proof is good for. `starts`, those of the address so far: the start that it opens also spends it."""

    address: str
    start_id: str
    starts: int


def challenge(purpose: Purpose, now: float, fingerprint: Callable[[str], str]) -> str:
    """What is to be solved at the moment `now` (seconds, monotonic). `fingerprint`: a keyed one-way hash."""
    return fingerprint(f"proof {purpose.address} {purpose.start_id} {purpose.starts} {now // WINDOW:.0f}")


def is_proven(purpose: Purpose, proof: str, bits: int, now: float, fingerprint: Callable[[str], str]) -> bool:
    """Whether `proof` solves the challenge of this window or of the one before, with so much work."""
    return any(solves(challenge(purpose, moment, fingerprint), proof, bits) for moment in (now, now - WINDOW))


def solves(challenge: str, proof: str, bits: int) -> bool:
    """Whether SHA-256 of "challenge:proof" begins with so many zero bits."""
    digest = hashlib.sha256(f"{challenge}:{proof}".encode()).digest()
    return int.from_bytes(digest) >> (256 - bits) == 0
