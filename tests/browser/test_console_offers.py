"""What rings, for whom, how loud, and what an agent may know before accepting."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.console import console, guest
from tests.browser.house import BrowserHouse

# Stands in for the browser's own notifications and oscillators, and remembers what they were asked to show and to play.
EARS_AND_EYES = """
window.shown = [];
window.tones = [];
window.Notification = class {
  static permission = "granted";
  static requestPermission = async () => "granted";
  constructor(title, options) { window.shown.push({ title, ...options }); window.note = this; }
  close() { window.shown.push("closed"); }
};
const Tone = window.OscillatorNode;
window.OscillatorNode = class extends Tone {
  constructor(context, options) { super(context, options); window.tones.push(options.frequency); }
};
"""


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"chat__between_assignments": 0.0}


async def test_an_offer_rings_in_every_tab_and_any_tab_may_take_it(house: BrowserHouse) -> None:
    profile = await house.signed_in("ana")
    first, second = await console(house, context=profile), await console(house, context=profile)
    await first.become_available()
    await expect(second.intent("Available")).to_have_attribute("aria-pressed", "true")

    await guest(house)
    await expect(first.offers).to_contain_text("Where is my order?")
    await second.accept()

    await expect(first.offers).to_have_count(0)
    await expect(first.row("Nino")).to_be_visible()
    await second.say("Good day")
    await expect(first.said("Good day")).to_be_visible()


async def test_name_and_phone_follow_only_after_accepting(house: BrowserHouse) -> None:
    ana = await console(house)
    await ana.become_available()
    await guest(house, "Ekaterine")
    await expect(ana.offers).to_contain_text("Where is my order?")
    before = await ana.page.content()
    assert "Ekaterine" not in before
    assert "555123456" not in before

    await ana.accept()
    await expect(ana.card).to_contain_text("Ekaterine")
    await expect(ana.card).to_contain_text("+995555123456")


async def test_whoever_begins_to_answer_takes_the_chat_and_goes_on_writing(house: BrowserHouse) -> None:
    ana = await console(house)
    await ana.become_available()
    await guest(house)
    await ana.offers.get_by_label("Answer to take the chat").click()
    await ana.page.keyboard.type("Good day, Nino", delay=20)

    await expect(ana.chat("Nino")).to_be_visible()
    await expect(ana.box).to_have_value("Good day, Nino")
    await expect(ana.box).to_be_focused()


async def test_whoever_opens_an_offer_takes_the_chat(house: BrowserHouse) -> None:
    ana = await console(house)
    await ana.become_available()
    await guest(house)
    await ana.offers.get_by_text("Where is my order?").click()

    await expect(ana.chat("Nino")).to_be_visible()
    await expect(ana.offers).to_have_count(0)


async def test_a_declined_offer_goes_to_a_colleague(house: BrowserHouse) -> None:
    ana, ben = await console(house), await console(house, "ben")
    await ana.become_available()
    await guest(house)
    await expect(ana.offers).to_have_count(1)
    await ben.become_available()
    await ana.button("Decline").click()
    await expect(ana.offers).to_have_count(0)
    await expect(ben.offers).to_contain_text("Where is my order?")


@pytest.mark.parametrize("settings", [{"chat__between_assignments": 0.0, "chat__offer_seconds": 0.3}])
async def test_after_two_missed_offers_ana_is_away_and_comes_back_by_one_click(house: BrowserHouse) -> None:
    ana = await console(house)
    await ana.become_available()
    await guest(house, "Nino", "first question")
    await guest(house, "Levan", "second question")

    await expect(ana.top_banner).to_contain_text("You are away because two offers in a row were missed.")
    await expect(ana.intent("Away")).to_have_attribute("aria-pressed", "true")
    await expect(ana.waiting.first).to_contain_text("Nobody answered – please take it")
    await ana.waiting.first.get_by_role("button", name="Take this chat").click()
    await expect(ana.row("Nino")).to_be_visible()

    await ana.button("I am back").click()
    await expect(ana.top_banner).to_be_hidden()
    await expect(ana.intent("Available")).to_have_attribute("aria-pressed", "true")


async def test_a_site_may_let_agents_pick_from_the_queue(house: BrowserHouse) -> None:
    await house.change_site(mode="pull")
    ana = await console(house)
    await ana.become_available()
    await expect(ana.page.get_by_text("Nobody is waiting.")).to_be_visible()
    await guest(house)
    await expect(ana.offers).to_have_count(0)
    await ana.waiting.get_by_role("button", name="Take this chat").click()
    await expect(ana.chat("Nino")).to_be_visible()


async def test_title_favicon_sound_and_notification_call_without_telling_anything(house: BrowserHouse) -> None:
    profile = await house.signed_in("ana")
    await profile.add_init_script(EARS_AND_EYES)
    ana = await console(house, context=profile)
    await ana.become_available()
    elsewhere = await profile.new_page()
    await elsewhere.bring_to_front()
    await ana.page.evaluate("document.hasFocus = () => false")

    await guest(house, "Ekaterine", "a secret question")
    await expect(ana.page).to_have_title("(1) Console · livesupport")
    icon = ana.page.locator("link[rel=icon]")
    await expect(icon).to_have_attribute("href", re.compile(r"icon-dot\.svg$"))
    assert await ana.page.evaluate("tones.length") > 0

    shown = await ana.page.evaluate("shown")
    assert shown[0]["title"] == "A visitor is waiting"  # something is shown, so what follows means something
    assert "Ekaterine" not in str(shown)
    assert "secret" not in str(shown)

    await ana.page.evaluate("delete document.hasFocus")
    await ana.page.evaluate("note.onclick()")
    await ana.box.wait_for()
    await expect(ana.page).to_have_title("Console · livesupport")
    assert (await ana.page.evaluate("shown"))[-1] == "closed"


async def test_sounds_can_be_tested_and_muted(house: BrowserHouse) -> None:
    profile = await house.signed_in("ana")
    await profile.add_init_script(EARS_AND_EYES)
    ana = await console(house, context=profile)
    await ana.button("Sounds and notifications").click()
    await ana.button("Test the sound").click()
    await ana.page.locator("body").click(position={"x": 640, "y": 400})
    tested = await ana.page.evaluate("tones.length")
    assert tested > 0

    await ana.button("Sounds and notifications").click()
    await ana.button("Mute all sounds").click()
    await ana.become_available()
    await guest(house)
    await expect(ana.offers).to_have_count(1)
    assert await ana.page.evaluate("tones.length") == tested

    await ana.page.reload()
    await ana.button("Sounds and notifications").click()
    await expect(ana.button("Sounds on")).to_be_visible()


async def test_permission_for_notifications_is_asked_by_the_first_available_only(house: BrowserHouse) -> None:
    profile = await house.signed_in("ana")
    await profile.add_init_script(
        "window.asked = 0; window.Notification = class { static permission = 'default';"
        " static async requestPermission() { window.asked += 1; return 'denied'; } };"
    )
    ana = await console(house, context=profile)
    await ana.intent("Offline").click()
    await expect(ana.intent("Offline")).to_have_attribute("aria-pressed", "true")
    assert await ana.page.evaluate("asked") == 0
    await ana.become_available()
    assert await ana.page.evaluate("asked") == 1
