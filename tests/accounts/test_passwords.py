"""Password hashes."""

from __future__ import annotations

import asyncio
import threading

import pytest
from argon2 import PasswordHasher, extract_parameters

from livesupport.accounts import passwords as module
from livesupport.accounts.passwords import LONGEST, Passwords


async def test_a_password_fits_its_own_hash_only() -> None:
    passwords = Passwords()
    password_hash = await passwords.hash("correct horse")
    assert await passwords.matches("correct horse", password_hash)
    for wrong in ("", "Correct horse", "correct horse ", "\x00", "\ud800", password_hash):
        assert not await passwords.matches(wrong, password_hash)


async def test_the_same_password_never_has_the_same_hash() -> None:
    passwords = Passwords()
    assert await passwords.hash("correct horse") != await passwords.hash("correct horse")


async def test_the_hash_is_argon2id_of_the_small_profile() -> None:
    parameters = extract_parameters(await Passwords().hash("correct horse"))
    assert (parameters.type.name, parameters.memory_cost, parameters.time_cost, parameters.parallelism) == ("ID", 19456, 2, 1)


async def test_nobody_has_the_password_of_nobody() -> None:
    assert not await Passwords().matches("nobody has this password", None)


@pytest.mark.parametrize("stored", ["", "plain text", "$argon2id$v=19$m=1,t=1,p=1$x$x"])
async def test_a_damaged_hash_fits_no_password(stored: str) -> None:
    assert not await Passwords().matches("plain text", stored)


async def test_what_is_too_long_for_a_password_does_not_fit_by_its_beginning() -> None:
    passwords = Passwords()
    password_hash = await passwords.hash("x" * LONGEST)
    assert await passwords.matches("x" * LONGEST, password_hash)
    assert not await passwords.matches("x" * (LONGEST + 1), password_hash)
    assert not await passwords.matches("x" * 1_000_000, password_hash)


async def test_a_hash_of_other_parameters_is_outdated() -> None:
    passwords = Passwords()
    assert not passwords.is_outdated(await passwords.hash("correct horse"))
    assert passwords.is_outdated(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse"))


async def test_no_more_than_two_are_computed_at_once_and_none_on_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    lock, at_once, most, threads = threading.Lock(), 0, 0, set()
    gate = threading.Barrier(2, timeout=10)

    def slow(_hash: str, _password: bytes) -> bool:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
            threads.add(threading.get_ident())
        gate.wait()
        with lock:
            at_once -= 1
        return True

    monkeypatch.setattr(module, "_verify", slow)
    passwords = Passwords()
    await asyncio.gather(*(passwords.matches("x", "y") for _person in range(6)))
    assert most == 2
    assert threading.get_ident() not in threads
