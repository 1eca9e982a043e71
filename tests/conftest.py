"""What every test finds: an environment without settings of the person who runs it."""

from __future__ import annotations

import os

import pytest
from argon2 import PasswordHasher

from livesupport.accounts import passwords

pytest_plugins = ["tests.databases"]  # `database`, `clock` and what belongs to them


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own LIVESUPPORT_* variables, apart from those that name test services, do not reach the tests."""
    for name in list(os.environ):
        if name.startswith("LIVESUPPORT_") and not name.startswith("LIVESUPPORT_TEST_"):
            monkeypatch.delenv(name)


CHEAP = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1)
CHEAP_NOBODY = CHEAP.hash("nobody has this password")


@pytest.fixture(autouse=True)
def cheap_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing is dear on purpose; within the tests' own process only the tests of hashing pay for it."""
    if request.path.name != "test_passwords.py":
        monkeypatch.setattr(passwords, "_hasher", CHEAP)
        monkeypatch.setattr(passwords, "_nobody", CHEAP_NOBODY)
