"""What every test finds: an environment without settings of the person who runs it."""

from __future__ import annotations

import os

import pytest

pytest_plugins = ["tests.databases"]  # `database`, `clock` and what belongs to them


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own LIVESUPPORT_* variables, apart from those that name test services, do not reach the tests."""
    for name in list(os.environ):
        if name.startswith("LIVESUPPORT_") and not name.startswith("LIVESUPPORT_TEST_"):
            monkeypatch.delenv(name)
