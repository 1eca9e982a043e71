"""The console by keyboard alone, on every layout, and never in the way of somebody who writes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.console import console, guest, talking
from tests.browser.house import BrowserHouse


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"chat__between_assignments": 0.0, "chat__convert_seconds": 0.0}


async def test_the_whole_job_without_a_mouse(house: BrowserHouse) -> None:
    ana = await console(house)
    await ana.intent("Available").focus()
    await ana.page.keyboard.press("Enter")
    nino = await guest(house)
    await expect(ana.offers).to_have_count(1)

    await ana.page.keyboard.press("a")
    await expect(ana.box).to_be_focused()
    await ana.page.keyboard.type("Good day, at last")
    await ana.page.keyboard.press("Shift+Enter")
    await ana.page.keyboard.type("Ana")
    await ana.page.keyboard.press("Enter")
    await nino.hears("Good day, at last\nAna")

    await ana.page.keyboard.press("Escape")
    await ana.page.keyboard.press("n")
    await ana.page.keyboard.type("a note")
    await ana.page.keyboard.press("Enter")
    await expect(ana.page.locator(".entry.note")).to_contain_text("a note")
    await ana.page.keyboard.press("Escape")
    await ana.page.keyboard.press("t")
    await expect(ana.banner).to_contain_text("Saved as ticket")
    await ana.page.keyboard.press("e")
    await expect(ana.banner.filter(has_text="unless the visitor types")).to_be_visible()


async def test_keys_are_known_by_their_place_on_the_keyboard(house: BrowserHouse) -> None:
    ana = await console(house)
    await ana.become_available()
    await guest(house)
    await expect(ana.offers).to_have_count(1)
    await press(ana.page, code="KeyA", key="ა")  # a Georgian layout
    await expect(ana.chat("Nino")).to_be_visible()


async def test_keys_do_nothing_while_an_input_method_composes(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    await ana.box.fill("konnichiha")
    await press(ana.page, code="Enter", key="Enter", isComposing=True)
    await expect(ana.box).to_have_value("konnichiha")
    await ana.box.press("Escape")
    await press(ana.page, code="KeyE", key="e", isComposing=True)
    await expect(ana.banner).to_have_count(0)
    await press(ana.page, code="KeyE", key="e")  # the same key, not composing
    await expect(ana.banner).to_have_count(1)
    assert nino.chat


async def test_single_letters_can_be_switched_off(house: BrowserHouse) -> None:
    ana, _nino = await talking(house)
    await ana.box.press("Escape")
    await ana.page.keyboard.press("?")
    await expect(ana.dialog).to_contain_text("Keyboard shortcuts")
    await ana.dialog.get_by_label("Single letters act").uncheck()
    await ana.page.keyboard.press("Escape")
    await ana.page.keyboard.press("n")
    await expect(ana.page.get_by_text("Only agents see this")).to_be_hidden()
    await ana.page.keyboard.press("Control+k")  # chords stay
    await expect(ana.dialog).to_contain_text("Find a command")


async def test_alt_and_a_digit_open_a_chat_also_while_writing(house: BrowserHouse) -> None:
    ana, _nino = await talking(house)
    await guest(house, "Levan", "Do you deliver?")
    await ana.accept()
    await expect(ana.chat("Levan")).to_be_visible()
    await ana.box.fill("a draft")
    await ana.page.keyboard.press("Alt+1")
    await expect(ana.chat("Nino")).to_be_visible()
    await expect(ana.box).to_be_focused()
    await expect(ana.box).to_have_value("")
    await ana.page.keyboard.press("Alt+2")
    await expect(ana.box).to_have_value("a draft")

    await ana.page.keyboard.press("Escape")
    await ana.page.keyboard.press("k")
    await expect(ana.row("Nino")).to_have_attribute("aria-current", "true")


async def test_two_keys_in_a_row_go_to_another_place(house: BrowserHouse) -> None:
    ana, _nino = await talking(house)
    await ana.box.press("Escape")
    await ana.page.keyboard.press("g")
    await ana.page.keyboard.press("t")
    await ana.page.wait_for_url("**/inbox")


async def test_the_palette_finds_commands_and_chats(house: BrowserHouse) -> None:
    ana, _nino = await talking(house)
    await ana.page.keyboard.press("Control+k")
    await ana.page.keyboard.type("away")
    await ana.page.keyboard.press("Enter")
    await expect(ana.intent("Away")).to_have_attribute("aria-pressed", "true")
    await ana.page.keyboard.press("Control+k")
    await ana.page.keyboard.type("nino")
    await ana.page.keyboard.press("Enter")
    await expect(ana.box).to_be_focused()


async def press(page: Page, **key: Any) -> None:
    """A key as another layout or an input method would send it."""
    await page.evaluate(
        "key => document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...key }))",
        key,
    )
