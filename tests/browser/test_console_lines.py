"""What people see when the line between a page and the server is bad: nothing is done in silence, and nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import FrameLocator, Locator, Page, expect

from tests.browser.console import Console, console, guest
from tests.browser.house import BrowserHouse
from tests.browser.network import Network
from tests.browser.visitor import Visitor, visitor

# What stood on the page when it first said that it is connected again.
WATCH = """() => {
  window.atFirst = [];
  new MutationObserver(() => {
    if (document.body.dataset.link === "up") atFirst.push(document.querySelector("#main").textContent);
  }).observe(document.body, { attributes: true, attributeFilter: ["data-link"] });
}"""


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"chat__between_assignments": 0.0}


async def ana_on_a_bad_line(house: BrowserHouse) -> tuple[Console, Network]:
    context = await house.signed_in("ana")
    network = await Network.of(context, "**/ws/agent")
    ana = await console(house, context=context)
    await ana.become_available()
    return ana, network


async def test_a_chat_that_was_erased_meanwhile_is_gone_before_anything_is_drawn_and_ana_keeps_her_own_words(
    house: BrowserHouse,
) -> None:
    ana, network = await ana_on_a_bad_line(house)
    nino = await guest(house)
    await ana.accept()
    await nino.says("my secret number is 4711")
    await expect(ana.said("my secret number is 4711")).to_be_visible()
    await network.cut()
    await ana.say("Sent into the dark")
    await ana.box.fill("half an answer")
    await ana.button("Private note N").click()
    await ana.box.fill("half a note")
    await nino.socket.say("end")
    await nino.socket.hear("erased")
    await ana.page.evaluate(WATCH)

    network.mend()
    await ana.button("Try now").click()
    await expect(ana.notices.locator("blockquote")).to_have_text("Sent into the dark\n\nhalf an answer\n\nhalf a note")
    await ana.is_connected()
    drawn = await ana.page.evaluate("atFirst")
    assert drawn
    assert "4711" not in drawn[0]


async def test_a_command_that_is_not_answered_says_so_and_can_be_given_again(house: BrowserHouse) -> None:
    ana, network = await ana_on_a_bad_line(house)
    await ana.page.clock.install()
    await guest(house)
    await ana.accept()
    network.loses = {"end"}
    await ana.button("End").click()
    await expect(ana.page.locator(".chat-tools")).to_have_attribute("aria-busy", "true")
    await expect(ana.notices).to_have_count(0)

    await ana.page.clock.fast_forward(10_000)
    await expect(ana.notices).to_contain_text("Not done: End the chat (Nino).")
    network.mend()
    await ana.page.clock.fast_forward(1000)
    await ana.is_connected()
    await ana.notices.get_by_role("button", name="Try again").click()
    await expect(ana.banner).to_contain_text("unless the visitor types")
    await expect(ana.notices).to_have_count(0)


async def test_what_was_not_sent_says_so_on_both_pages_and_arrives_once_when_it_is_tried_again(house: BrowserHouse) -> None:
    ana, anas_line = await ana_on_a_bad_line(house)
    context = await house.browser()
    ninos_line = await Network.of(context, "**/ws/visitor")
    nino = await visitor(house, context)
    await nino.open()
    await nino.start()
    await ana.accept()
    await nino.text("You are talking with Ana").wait_for()

    await not_sent_at_first(nino, nino.panel, ninos_line, ana.box)
    await not_sent_at_first(ana, ana.page, anas_line, nino.message)
    for page in (nino, ana):
        for words in ("I am Visitor", "I am Console"):
            await expect(page.said(words)).to_have_count(1)


async def not_sent_at_first(writer: Visitor | Console, page: Page | FrameLocator, line: Network, peer: Locator) -> None:
    """What this person says is lost on the way; as the other one is heard typing, the line counts as alive all the time."""
    words = f"I am {type(writer).__name__}"
    await writer.page.clock.install()
    line.loses = {"say"}
    await writer.say(words)
    await writer.page.clock.run_for(6000)
    await peer.fill("…")
    await expect(page.locator(".typing-line")).to_contain_text("is typing")
    await writer.page.clock.run_for(4100)
    await expect(page.locator(".meta.unsent")).to_contain_text("Not sent")

    line.mend()
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator(".meta:is(.sent, .delivered, .seen)")).to_be_visible()
