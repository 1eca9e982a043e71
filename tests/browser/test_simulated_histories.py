"""Two hundred simulated histories, heard again by the browser's own chat state: it ends in the reference client's view."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page

from tests.browser.lab import lab
from tests.simulator.pages import AgentPage, VisitorPage, shown
from tests.simulator.replay import replayed_by, shares
from tests.simulator.world import World

HISTORIES = 200

PLAY = """async (pages) => {
  const { newChat, reduce, shownLines } = await import("/shared/chat-state.js");
  return pages.map(({ me, chat, frames }) => {
    let state = newChat(me, chat);
    for (const frame of frames) state = reduce(state, frame, 0);
    return { lines: shownLines(state).map(({ epoch, seq, id }) => [epoch, seq, id ?? ""]), gap: state.gap };
  });
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def page(profile: BrowserContext) -> Page:
    return await lab(profile)


def copies(seed: int) -> list[tuple[dict[str, Any], list[list[Any]]]]:
    """What every page that is open at the end has heard of each of its chats, and the view in which it must end. A run is an
    event loop of its own, so it needs a thread of its own."""
    world = World(seed)
    world.run()
    found = []
    pages: list[VisitorPage | AgentPage] = [*world.visitors, *world.agents]
    for each in pages:
        for copy in each.copies() if each.is_open else ():
            me = "visitor" if isinstance(each, VisitorPage) else "agent"
            heard = {"me": me, "chat": copy.id, "frames": frames_of(each, copy.id)}
            found.append((heard, [[*line.place, line.id] for line in shown(copy)]))
    return found


def frames_of(page: VisitorPage | AgentPage, chat: str) -> list[dict[str, Any]]:
    """All frames of one chat since it was last taken away from the page."""
    frames = [frame for frame in map(json.loads, page.frames) if frame.get("chat") == chat]
    taken = [at for at, frame in enumerate(frames) if frame["t"] == "released"]
    return frames[taken[-1] + 1 :] if taken else frames


@pytest.mark.parametrize("seeds", shares(10, HISTORIES))
async def test_the_browser_ends_in_the_same_view(page: Page, seeds: Sequence[int]) -> None:
    compared = 0
    for seed in seeds:
        with replayed_by(seed, "tests/browser/test_simulated_histories.py"):
            expected = await asyncio.to_thread(copies, seed)
            views = await page.evaluate(PLAY, [heard for heard, _ in expected])
            for view, (heard, lines) in zip(views, expected, strict=True):
                assert view == {"lines": lines, "gap": False}, heard["chat"]
            compared += len(views)
    assert compared >= len(seeds)


async def test_a_view_that_differs_is_noticed(page: Page) -> None:
    some = await asyncio.to_thread(lambda: [each for seed in range(10) for each in copies(seed)])
    heard, lines = next(each for each in some if len(each[1]) > 2)
    heard["frames"] = [frame for frame in heard["frames"] if frame.get("seq") != lines[-1][1]]

    assert (await page.evaluate(PLAY, [heard]))[0]["lines"] != lines
