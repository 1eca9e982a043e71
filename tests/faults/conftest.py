"""A server as a program of its own, for each test, with settings that shorten long waits; in `make soak` (SOAK=1) none is
shortened."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from livesupport.config import load
from tests.mortal import Mortal, mortal

AT_ONCE_BY_NATURE = "chat__convert_seconds"  # what a row is about cannot wait: it would be another row


@pytest.fixture
def settings() -> dict[str, str]:
    """Settings of the server, by key with "__" for the dot. Parametrize it where a test needs others."""
    return {}


@pytest_asyncio.fixture
async def server(tmp_path: Path, settings: dict[str, str]) -> AsyncIterator[Mortal]:
    """A running server with its people, without limits of rate for this machine."""
    settings = as_shipped(settings) if os.environ.get("SOAK") else settings
    async with mortal(tmp_path / "data", origins=(), **{"limits__exempt": "127.0.0.0/8", **settings}) as server:
        yield server


def as_shipped(settings: dict[str, str]) -> dict[str, str]:
    """Without those that make anything shorter or smaller than it is by itself."""
    shipped = load(None, {}, {})

    def is_less(key: str, value: str) -> bool:
        section, name = key.split("__")
        usual = getattr(getattr(shipped, section), name)
        return key != AT_ONCE_BY_NATURE and isinstance(usual, (int, float)) and float(value) < usual

    return {key: value for key, value in settings.items() if not is_less(key, value)}
