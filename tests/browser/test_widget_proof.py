"""After three starts from one address a browser computes for a moment, and the person notices little of it."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.house import BrowserHouse
from tests.browser.visitor import QUESTION, Visitor, panel_of, visitor
from tests.serving import new_id

HOLD = """() => {
  const digest = crypto.subtle.digest.bind(crypto.subtle);
  const gate = new Promise((open) => (window.letCompute = open));
  crypto.subtle.digest = async (...what) => (await gate, digest(...what));
}"""
PLAIN_HTTP = "() => Object.defineProperty(crypto, 'subtle', { value: undefined })"


async def fourth(house: BrowserHouse) -> Visitor:
    """Somebody whose address has started three chats, before the form."""
    await house.agent("ana")
    for number in range(3):
        other = await house.visitor()
        await other.say("start", id=new_id(), name=f"Visitor {number}", phone="+995555123456", question=QUESTION)
        await other.hear("token")
    nino = await visitor(house)
    await nino.open()
    await nino.button("Start chat").wait_for()
    await nino.fill()
    return nino


async def test_the_fourth_start_of_an_address_works_without_any_click_more(house: BrowserHouse) -> None:
    nino = await fourth(house)
    await panel_of(nino).evaluate(HOLD)
    checking = nino.panel.get_by_role("status").get_by_text("Checking that you are a person …")

    await nino.button("Start chat").click()
    await expect(checking).to_be_visible()
    await expect(nino.button("One moment")).to_be_disabled()

    await panel_of(nino).evaluate("letCompute()")
    await expect(nino.said(QUESTION)).to_be_visible()
    await expect(checking).to_have_count(0)


async def test_a_browser_that_cannot_compute_is_told_when_to_come_back(house: BrowserHouse) -> None:
    nino = await fourth(house)
    await panel_of(nino).evaluate(PLAIN_HTTP)

    await nino.button("Start chat").click()

    await expect(nino.text("Too many tries. Please come back in 10 minutes.")).to_be_visible()
    await expect(nino.button("Start chat")).to_be_enabled()
    await expect(nino.panel.get_by_label("Your question")).to_have_value(QUESTION)
