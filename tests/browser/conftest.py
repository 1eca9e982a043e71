"""Real browsers on the real server: one Chromium for all tests, and for each test a server, a shop on another origin, people.

All of it runs in one event loop, so that a test may look into the server that its pages talk to. A page that throws, or that
breaks its own Content-Security-Policy, fails its test.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from tests.browser.house import PATIENCE, BrowserHouse, Shop, open_house

# The first is the same browser without the windows around its pages, which cost a third of its time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",  # Chromium refuses to run as root with it
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Playwright's own list would switch off the partitioning of storage, without which a frame of another site has none.
    "--disable-features=OptimizationHints",
)

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of this directory share the loop that the browser lives in."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser program, started once."""
    path = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert path, "the browser tests need Chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def shop() -> AsyncIterator[Shop]:
    """A customer's web site, on another origin than the server."""
    async with Shop.open() as shop:
        yield shop


@pytest.fixture
def settings() -> dict[str, Any]:
    """Settings of the server, by key with "__" for the dot. Override it, or parametrize it, where a test needs others."""
    return {}


@pytest_asyncio.fixture(loop_scope="session")
async def house(chromium: Browser, shop: Shop, settings: dict[str, Any], tmp_path: Path) -> AsyncIterator[BrowserHouse]:
    """A running server with agents, whose site `default` is embedded in the shop."""
    async with AsyncExitStack() as stack:
        yield await open_house(stack, chromium, shop, tmp_path, settings)


@pytest_asyncio.fixture(loop_scope="session")
async def profile(chromium: Browser) -> AsyncIterator[BrowserContext]:
    """A browser without a server, for the modules that need none."""
    context = await chromium.new_context(locale="en-GB", timezone_id="Asia/Tbilisi")
    yield context
    await context.close()
