"""Every test of this room runs on both event loops: uvloop, which serves, and asyncio's own, where there is no uvloop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest
import uvloop

from tests.live.house import House, open_house


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as open:
        yield open
