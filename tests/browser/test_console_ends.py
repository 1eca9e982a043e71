"""How chats leave the console: ended, erased, handed back, blocked; and that nothing of them stays."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.console import console, guest, talking
from tests.browser.house import BrowserHouse


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"chat__between_assignments": 0.0}


async def test_an_ending_can_be_undone(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    await ana.button("End").click()
    await expect(ana.banner).to_contain_text("unless the visitor types")
    await ana.button("Undo").click()
    await expect(ana.banner).to_have_count(0)

    await ana.button("End").click()
    await expect(ana.banner).to_contain_text("unless the visitor types")
    await nino.socket.say("typing")
    await expect(ana.banner).to_have_count(0)


@pytest.mark.parametrize("settings", [{"chat__ending_seconds": 0.2}])
async def test_an_ended_chat_leaves_the_page_and_its_memory(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    await nino.says("my secret number is 4711")
    await expect(ana.said("my secret number is 4711")).to_be_visible()
    await ana.box.fill("half an answer")
    assert "4711" in await everything(ana.page)

    await ana.button("End").click()
    await expect(ana.notices).to_contain_text("The chat was ended. The chat with Nino is erased.")
    await expect(ana.chats).to_have_count(0)
    await expect(ana.page.get_by_text("No chat is open.")).to_be_visible()
    assert "4711" not in await everything(ana.page)

    await ana.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await ana.notices.get_by_role("button", name="Copy your unsent text").click()
    assert await ana.page.evaluate("navigator.clipboard.readText()") == "half an answer"


async def test_a_visitor_who_erases_is_gone_at_once(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    await nino.socket.say("end")
    await expect(ana.notices).to_contain_text("The visitor ended the chat and had it erased.")
    await expect(ana.chat("Nino")).to_have_count(0)


@pytest.mark.parametrize("settings", [{"chat__gone_notice_after": 0.1}])
async def test_a_visitor_who_drops_out_starts_the_erase_countdown(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    await nino.socket.leave()
    await expect(ana.banner).to_contain_text("The visitor is disconnected. Erases in 0:")
    await expect(ana.row("Nino")).to_contain_text("Disconnected")
    await ana.banner.get_by_role("button", name="Save as ticket").click()
    await expect(ana.banner.filter(has_text="the ticket stays")).to_be_visible()
    await expect(ana.banner.get_by_role("link", name="Saved as ticket #1001-7")).to_be_visible()


@pytest.mark.parametrize("settings", [{"chat__idle_warning_after": 0.3}])
async def test_a_quiet_chat_warns_and_can_be_kept_open(house: BrowserHouse) -> None:
    ana, _nino = await talking(house)
    await expect(ana.banner).to_contain_text("Both sides are quiet. Ends and erases in")
    await ana.banner.get_by_role("button", name="Keep open").click()
    await expect(ana.chat("Nino").get_by_text("Pinned")).to_be_visible()
    await expect(ana.banner).to_have_count(0)


async def test_blocking_asks_first(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    await ana.button("More").click()
    await ana.button("Block visitor").click()
    await ana.dialog.get_by_role("button", name="Cancel").click()
    await expect(ana.chat("Nino")).to_be_visible()

    await ana.button("More").click()
    await ana.button("Block visitor").click()
    await ana.dialog.get_by_role("button", name="Block and erase").click()
    await expect(ana.notices).to_contain_text("The visitor was blocked.")
    await nino.socket.hear("erased", reason="blocked")


async def test_a_chat_that_is_put_back_goes_to_the_next_agent_with_its_words(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    await ana.say("Let me find somebody")
    await nino.hears("Let me find somebody")
    ben = await console(house, "ben")
    await ben.become_available()

    await ana.button("More").click()
    await ana.button("Put back in the queue").click()
    await ana.dialog.get_by_role("button", name="Put back").click()
    await expect(ana.notices).to_contain_text("The chat with Nino is back in the queue.")
    await expect(ben.offers).to_contain_text("A visitor is back in the queue")
    await ben.accept()
    await expect(ben.chat("Nino").locator(".author").get_by_text("Ana")).to_be_visible()
    await expect(ben.said("Let me find somebody")).to_be_visible()


@pytest.mark.parametrize("settings", [{"chat__agent_reclaim": 0.2}])
async def test_ana_closes_her_console_and_ben_gets_the_chat_with_its_words(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    await ana.say("One moment")
    await nino.hears("One moment")
    ben = await console(house, "ben")
    await ben.become_available()
    await ana.page.close()
    await ben.accept()
    await expect(ben.said("Where is my order?")).to_be_visible()
    await expect(ben.said("One moment")).to_be_visible()


@pytest.mark.parametrize("settings", [{"chat__offer_seconds": 0.3, "chat__between_assignments": 0.0}])
async def test_a_hand_over_that_nobody_takes_comes_back(house: BrowserHouse) -> None:
    ana = await console(house)
    ben = await console(house, "ben")
    await house.change_site(mode="pull")
    await ana.become_available()
    await guest(house)
    await ana.waiting.get_by_role("button", name="Take this chat").click()
    await ben.become_available()
    await ana.button("Hand over").click()
    await ana.dialog.get_by_label("Ben").check()
    await ana.dialog.get_by_role("button", name="Hand over").click()
    await expect(ana.notices).to_contain_text("Ben did not take the chat. It stays with you.")
    await expect(ana.chat("Nino")).to_be_visible()


async def everything(page: Any) -> str:
    """What the page shows and what it keeps in storage."""
    stored = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    return str(await page.content()) + str(stored)
