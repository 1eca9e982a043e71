"""Passwords as Argon2id hashes, computed beside the event loop and few at a time, so that signing in never stalls a chat."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

LONGEST = 256  # characters; more is no password, and never hashed

_AT_ONCE = 2
# OWASP's smallest profile: 19 MiB, two passes; the library's default of 64 MiB invites exhaustion (stack.md, trap 10).
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, type=Type.ID)
_nobody = _hasher.hash("nobody has this password")


class Passwords:
    """Makes and checks hashes."""

    def __init__(self) -> None:
        self._seats = asyncio.Semaphore(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """A salted hash."""
        async with self._seats:
            return await asyncio.to_thread(_hasher.hash, _encoded(password))

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether the password belongs to the hash; without a hash it never does, at the same cost."""
        async with self._seats:
            fits = await asyncio.to_thread(_verify, password_hash or _nobody, _encoded(password[:LONGEST]))
        return fits and password_hash is not None and len(password) <= LONGEST

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return _hasher.check_needs_rehash(password_hash)


def _encoded(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")  # a lone surrogate is a wrong password, not an error


def _verify(password_hash: str, password: bytes) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
