"""Loader and panel are deaf to everybody but each other, and say nothing to a page that may not embed them (T65)."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Frame, Page, expect

from tests.browser.house import BrowserHouse, one_page
from tests.browser.visitor import visitor

CLOSE = "{ livesupport: 1, type: 'close' }"
FLOOD = 10_000


async def is_open(page: Page) -> Any:
    return await page.locator("live-support button").get_attribute("aria-expanded")


async def stranger_on(page: Page) -> Frame:
    """Another frame of the page, which is neither the panel nor the page itself."""
    await page.evaluate("""() => {
      const stranger = document.createElement("iframe");
      stranger.name = "stranger";
      document.body.append(stranger);
    }""")
    stranger = page.frame("stranger")
    assert stranger
    return stranger


async def test_the_loader_listens_to_its_own_panel_only(house: BrowserHouse) -> None:
    nino = await visitor(house)
    await nino.open()
    stranger = await stranger_on(nino.page)

    await nino.page.evaluate(f"postMessage({CLOSE}, '*')")
    await stranger.evaluate(f"for (let left = {FLOOD}; left > 0; left -= 1) parent.postMessage({CLOSE}, '*')")
    await stranger.goto(f"{house.url}/widget/panel?site=default")  # the right origin, but not the loader's own frame
    await stranger.evaluate(f"parent.postMessage({CLOSE}, '*')")
    await nino.page.evaluate("new Promise((done) => setTimeout(done))")
    assert await is_open(nino.page) == "true"

    panel = next(frame for frame in nino.page.frames if "/widget/panel" in frame.url)
    await panel.evaluate(f"parent.postMessage({CLOSE}, '*')")
    await expect(nino.launcher).to_have_attribute("aria-expanded", "false")


async def test_the_panel_listens_to_the_page_that_embeds_it_only(house: BrowserHouse) -> None:
    nino = await visitor(house)
    await nino.open()
    ask = "{{ livesupport: 1, type: 'ask', text: '{}' }}"
    stranger = await stranger_on(nino.page)
    target = "document.querySelector('live-support').shadowRoot.querySelector('iframe').contentWindow"
    flood = f"parent.{target}.postMessage({ask.format('from a frame of the page')}, '*')"
    await stranger.evaluate(f"for (let left = {FLOOD}; left > 0; left -= 1) {flood}")
    await nino.page.evaluate(f"{target}.postMessage({{ type: 'ask', text: 'not ours' }}, '*')")
    await nino.page.evaluate(f"{target}.postMessage('nonsense', '*')")
    await nino.page.evaluate(f"{target}.postMessage({{ livesupport: 1, type: 'constructor' }}, '*')")
    question = nino.panel.get_by_label("Your question")

    await nino.page.evaluate(f"{target}.postMessage({ask.format('from the page')}, '*')")

    await expect(question).to_have_value("from the page")


async def test_a_page_of_another_origin_cannot_frame_the_panel_nor_be_told_anything(house: BrowserHouse) -> None:
    await house.change_site(origins=("https://kiln.example",))
    page = await one_page(await house.browser(), house.shop.origin)
    async with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        await page.locator("live-support button").click()

    await expect(page.locator("live-support iframe")).to_be_visible()
    assert all("/widget/panel" not in frame.url for frame in page.frames)
    house.problems.clear()  # the browser has reported the refused frame, as it should
