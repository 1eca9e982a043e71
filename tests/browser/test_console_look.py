"""The console for everybody: readable, on a phone, in both directions; and harmless whatever visitors write (T36)."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.console import Console, console, guest, talking
from tests.browser.hostile import HOSTILE, VECTORS, is_harmless
from tests.browser.house import BrowserHouse

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"chat__between_assignments": 0.0, "limits__exempt": ("127.0.0.0/8",)}


# ── readable ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "fa")])
async def test_everybody_can_read_the_console(house: BrowserHouse, scheme: Any, language: str) -> None:
    profile = await house.signed_in("sofia", color_scheme=scheme)
    sofia = await console(house, context=profile, language=language)
    await is_readable(sofia.page, "nobody there")
    await sofia.page.locator(".intent.available").click()
    await guest(house, "Nino", "Where is my order?", language="ka", utc_offset=240, page="https://shop.example/")
    await sofia.offers.wait_for()
    await is_readable(sofia.page, "an offer rings")

    await sofia.offers.locator(".primary").click()
    await sofia.box.fill("Good day")
    await sofia.box.press("Enter")
    await sofia.page.locator(".mode[data-mode=note]").click()
    await sofia.box.fill("a note")
    await sofia.box.press("Enter")
    await sofia.page.locator(".entry.note").wait_for()
    await sofia.page.locator(".tool").last.click()
    await sofia.banner.wait_for()
    await is_readable(sofia.page, "a chat is ending")

    await sofia.page.locator(".banner .button").click()
    for keys in ("?", "Control+k"):
        await sofia.page.locator(".chat-name").focus()
        await sofia.page.keyboard.press(keys)
        await sofia.dialog.wait_for()
        await is_readable(sofia.page, f"the dialog of {keys}")
        await sofia.page.keyboard.press("Escape")
    await sofia.page.locator(".bar .place").click()
    await sofia.page.locator(".wall table").first.wait_for()
    await is_readable(sofia.page, "the live wall")


async def is_readable(page: Page, state: str) -> None:
    found = await Axe().run(page)
    assert found.violations_count == 0, f"{state}: {found.generate_report()}"
    assert await page.locator("path[d=undefined]").count() == 0, "an icon that nobody has drawn"


async def test_no_page_is_wider_than_a_phone(house: BrowserHouse) -> None:
    name = "Oberbuchhaltungsvorsteherin Maximiliane von Donaudampfschifffahrt-Hohenfels"
    ana = await console(house, **PHONE)
    await ana.become_available()
    nino = await guest(house, name, "Rechnungsadressänderung für Donaudampfschifffahrtsgesellschaftskapitänsmützen")
    await fits(ana.page)
    await ana.accept()
    await nino.says("https://shop.example/" + "a" * 200)
    await ana.said("https://shop.example/" + "a" * 200).wait_for()
    await fits(ana.page)
    await ana.button("About the visitor").click()
    await fits(ana.page)


async def fits(page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_on_a_phone_one_thing_is_shown_at_a_time(house: BrowserHouse) -> None:
    ana = await console(house, **PHONE)
    await ana.become_available()
    await guest(house)
    await ana.accept()
    await expect(ana.intent("Available")).to_be_hidden()
    await ana.button("About the visitor").click()
    await expect(ana.card.get_by_role("link", name="+995555123456")).to_be_visible()
    await expect(ana.chat("Nino")).to_be_hidden()
    await ana.button("Back to the conversation").click()
    await expect(ana.chat("Nino")).to_be_visible()

    await guest(house, "Levan", "Do you deliver?")
    await expect(ana.offers).to_be_visible()  # also above a conversation
    await ana.page.go_back()  # the device's own button
    await expect(ana.intent("Available")).to_be_visible()
    await expect(ana.chat("Nino")).to_be_hidden()


async def test_chats_stand_side_by_side_where_there_is_room(house: BrowserHouse) -> None:
    ana = await console(house, viewport={"width": 1920, "height": 1080})
    await ana.become_available()
    for name in ("Nino", "Levan", "Ekaterine"):
        await guest(house, name)
        await ana.accept()
    for name in ("Nino", "Levan", "Ekaterine"):
        await expect(ana.chat(name)).to_be_visible()
    await ana.chat("Levan").locator("textarea:visible").click()
    await expect(ana.card).to_contain_text("Levan")

    await ana.page.set_viewport_size({"width": 1280, "height": 800})
    await expect(ana.chat("Levan")).to_be_visible()
    await expect(ana.chat("Nino")).to_be_hidden()


# ── harmless ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_no_text_of_a_visitor_runs_in_the_console(house: BrowserHouse) -> None:
    """That these texts do harm where nobody escapes them is proven in test_pages.py."""
    await house.server.state["sites"].add_canned("hostile", HOSTILE[21])
    ana = await console(house)
    await ana.become_available()
    for vector in VECTORS[:3]:
        visitor = await guest(house, f"Nino {vector}", vector, page=f"https://shop.example/{vector}")
        await ana.accept()
        await expect(ana.card.locator(".visitor-name")).to_have_text(f"Nino {vector}")
    for text in HOSTILE:
        await visitor.socket.say("say", id=f"{HOSTILE.index(text):022}", text=text)
    await expect(ana.page.locator(".chat.selected .bubble .text")).to_have_text(
        [VECTORS[2], *[text.strip() for text in HOSTILE]]
    )
    await ana.box.press_sequentially("/hostile")
    await ana.box.press("Enter")
    await ana.box.press("Enter")
    await ana.page.keyboard.press("Control+k")
    await ana.page.keyboard.press("Escape")
    await ana.button("Hand over").click()
    await expect(ana.dialog).to_contain_text(f"Nino {VECTORS[2]}")
    await ana.page.keyboard.press("Escape")
    await visitor.socket.say("end")
    await expect(ana.notices).to_contain_text(VECTORS[2])
    assert await is_harmless(ana.page)


async def test_only_web_addresses_become_links(house: BrowserHouse) -> None:
    ana, nino = await talking(house, page="javascript:alert(1)")
    await expect(ana.card).to_contain_text("javascript:alert(1)")
    await expect(ana.card.get_by_role("link")).to_have_count(1)  # the phone number
    await nino.says("see https://bank.example@evil.test/login and javascript:alert(1)")
    links = ana.page.locator(".bubble a")
    await expect(links).to_have_count(1)
    await expect(ana.page.locator(".bubble .host")).to_have_text("evil.test")


async def test_a_visitor_who_bears_a_colleagues_name_is_marked(house: BrowserHouse) -> None:
    ana, _nino = await talking(house, "Ben")
    await expect(ana.card).to_contain_text("Same name as a colleague – this is the visitor")


async def test_the_page_keeps_no_words_of_a_chat_in_storage(house: BrowserHouse) -> None:
    ana, nino = await talking(house, "Ekaterine", question="a secret question")
    await nino.says("a secret answer")
    await expect(ana.said("a secret answer")).to_be_visible()
    await ana.box.fill("a secret draft")
    stored = await kept(ana)
    assert "available" in stored  # something is kept, so what follows means something
    for words in ("secret", "Ekaterine", "555123456"):
        assert words not in stored


async def kept(agent: Console) -> str:
    """All that the page has put away in the browser."""
    return str(
        await agent.page.evaluate(
            "async () => JSON.stringify([{...localStorage}, {...sessionStorage}, await indexedDB.databases(),"
            " await caches.keys(), history.state, document.cookie])"
        )
    )
