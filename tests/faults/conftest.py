"""A server as a program of its own, for each test, with settings that shorten long waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.mortal import Mortal, mortal


@pytest.fixture
def settings() -> dict[str, str]:
    """Settings of the server, by key with "__" for the dot. Parametrize it where a test needs others."""
    return {}


@pytest_asyncio.fixture
async def server(tmp_path: Path, settings: dict[str, str]) -> AsyncIterator[Mortal]:
    """A running server with its people, without limits of rate for this machine."""
    async with mortal(tmp_path / "data", origins=(), **{"limits__exempt": "127.0.0.0/8", **settings}) as server:
        yield server
