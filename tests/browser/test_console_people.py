"""Availability, signing out, and supervisors: who is there, who may leave, and who reads along."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.console import console, guest, talking
from tests.browser.house import BrowserHouse, one_page

HIDE_FOR_A_MINUTE = """() => {
  const turn = (hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  };
  turn(true);
  const { now } = Date;
  Date.now = () => now() + 60_000;
  turn(false);
}"""


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"chat__between_assignments": 0.0, "chat__default_capacity": 1}


async def test_a_full_agent_is_busy_and_is_not_asked(house: BrowserHouse) -> None:
    ana, _nino = await talking(house)
    await expect(ana.page.locator(".state")).to_contain_text("Busy – no new chats")
    await expect(ana.page.locator(".state")).to_contain_text("1 of 1 chat")
    await guest(house, "Levan", "Do you deliver?")
    await expect(ana.waiting).to_contain_text("Do you deliver?")
    await expect(ana.offers).to_have_count(0)


@pytest.mark.parametrize("settings", [{"chat__wrap_up_seconds": 60.0, "chat__ending_seconds": 0.1}])
async def test_after_a_chat_the_wrap_up_counts_down(house: BrowserHouse) -> None:
    ana, _nino = await talking(house)
    await ana.button("End").click()
    await expect(ana.page.locator(".state")).to_contain_text("Wrap-up – next chat in ")


async def test_the_wish_survives_a_restart_of_the_page(house: BrowserHouse) -> None:
    ana = await console(house)
    await ana.intent("Offline").click()
    await expect(ana.intent("Offline")).to_have_attribute("aria-pressed", "true")
    await ana.page.reload()
    await expect(ana.intent("Offline")).to_have_attribute("aria-pressed", "true")


async def test_signing_out_leaves_no_visitor_alone(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    await ana.button("Sign out").click()
    await expect(ana.dialog).to_contain_text("You have open chats.")
    await ana.dialog.get_by_role("button", name="Stay").click()
    await expect(ana.chat("Nino")).to_be_visible()

    await ana.button("Sign out").click()
    await ana.dialog.get_by_label("Nino").select_option("Put back in the queue")
    await ana.dialog.get_by_role("button", name="Sign out").click()
    await ana.page.wait_for_url("**/login*")
    await nino.socket.hear("line", kind="requeued", name="Ana")
    await ana.page.goto(f"{house.url}/console")
    await expect(ana.page.get_by_role("button", name="Sign in")).to_be_visible()


async def test_going_offline_hands_the_chat_to_a_colleague_first(house: BrowserHouse) -> None:
    ana, _nino = await talking(house)
    ben = await console(house, "ben")
    await ben.become_available()
    await ana.intent("Offline").click()
    await ana.dialog.get_by_label("Nino").select_option("Hand over to Ben")
    await ana.dialog.get_by_role("button", name="Go offline").click()
    await expect(ana.dialog).to_contain_text("Waiting for 1 chat")
    await ben.accept()
    await expect(ana.intent("Offline")).to_have_attribute("aria-pressed", "true")
    await expect(ana.dialog).to_have_count(0)


async def test_a_revoked_session_takes_everything_from_the_page(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    await nino.says("a secret")
    await expect(ana.said("a secret")).to_be_visible()
    await house.server.state["accounts"].set_password("ana", "another good password")
    await expect(ana.top_banner).to_contain_text("You are signed out. Sign in to go on.")
    await expect(ana.button("Sign in").or_(ana.page.get_by_role("link", name="Sign in"))).to_be_visible()
    assert "a secret" not in await ana.page.content()


async def test_a_supervisor_reads_along_takes_over_and_everybody_knows(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    await expect(ana.button("Live wall")).to_have_count(0)
    await nino.says("I am in a hurry")

    sofia = await console(house, "sofia")
    await sofia.button("Live wall").click()
    wall = sofia.page.get_by_role("region", name="Live wall")
    await expect(wall.get_by_role("table", name="Agents")).to_contain_text("1 / 1")
    await expect(wall.get_by_role("table", name="Chats")).to_contain_text("Ana")
    shown = await wall.inner_text()
    assert "Nino" not in shown
    assert "hurry" not in shown

    await wall.get_by_role("button", name="Join").click()
    await expect(sofia.said("I am in a hurry")).to_be_visible()
    await expect(sofia.banner).to_contain_text("You read along. The visitor was told.")
    await expect(sofia.page.locator(".chat-foot:visible")).to_have_count(0)
    await expect(ana.chat("Nino").locator(".chat-about")).to_contain_text("Sofia reads along")
    await nino.socket.hear("line", kind="joined", name="Sofia")

    await sofia.button("Take over").click()
    await expect(ana.notices).to_contain_text("The chat with Nino is no longer with you.")
    await sofia.say("Sofia here")
    await nino.hears("Sofia here")


async def test_a_supervisor_stops_reading(house: BrowserHouse) -> None:
    _ana, nino = await talking(house)
    sofia = await console(house, "sofia")
    await sofia.button("Live wall").click()
    await sofia.button("Join").click()
    await sofia.button("Stop reading").click()
    await expect(sofia.chat("Nino")).to_have_count(0)
    await nino.socket.hear("line", kind="left", name="Sofia")


async def test_the_screen_stays_awake_while_a_chat_is_open(house: BrowserHouse) -> None:
    profile = await house.signed_in("ana")
    await profile.add_init_script(
        "window.awake = 0; Object.defineProperty(navigator, 'wakeLock', { value: { request: async () => {"
        " window.awake += 1; return { released: false, release: async () => { window.awake -= 1; } }; } } });"
    )
    ana = await console(house, context=profile)
    await ana.become_available()
    assert await ana.page.evaluate("awake") == 0
    nino = await guest(house)
    await ana.accept()
    await expect(ana.chat("Nino")).to_be_visible()
    assert await ana.page.evaluate("awake") == 1
    await nino.socket.say("end")
    await expect(ana.notices).to_contain_text("erased")
    assert await ana.page.evaluate("awake") == 0


async def test_on_a_phone_a_hidden_page_is_followed_by_the_offer_to_hand_over(house: BrowserHouse) -> None:
    phone: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    ana = await console(house, **phone)
    await ana.become_available()
    await guest(house)
    await ana.accept()
    await ana.page.evaluate(HIDE_FOR_A_MINUTE)
    await expect(ana.notices).to_contain_text("1 chat was open while this page was hidden.")
    await ana.notices.get_by_role("button", name="Hand over").click()
    await expect(ana.dialog).to_contain_text("You have open chats.")


async def test_signing_out_from_any_page_asks_what_becomes_of_open_chats_unless_another_console_answers_them(
    house: BrowserHouse,
) -> None:
    ana, nino = await talking(house)
    elsewhere = await console(house)
    inbox = await one_page(elsewhere.page.context, f"{house.url}/inbox?lang=en")
    await inbox.get_by_role("button", name="Sign out").click()
    await expect(inbox).to_have_url(f"{house.url}/login")
    await expect(elsewhere.top_banner).to_contain_text("You are signed out.")
    await ana.say("I am still here")
    await nino.hears("I am still here")

    inbox = await one_page(ana.page.context, f"{house.url}/inbox?lang=en")
    await inbox.get_by_role("button", name="Sign out").click()
    await expect(inbox.get_by_text("You have 1 open chat, and nobody should be left alone.")).to_be_visible()
    await inbox.get_by_label("Put back in the queue").check()
    await inbox.locator("main").get_by_role("button", name="Sign out").click()
    await expect(inbox).to_have_url(f"{house.url}/login")
    await nino.socket.hear("line", kind="requeued")


@pytest.mark.parametrize("settings", [{"desk__idle_away": 0.5}])
async def test_an_agent_who_touches_nothing_for_long_is_away_where_the_operator_wishes_it(house: BrowserHouse) -> None:
    ana = await console(house)
    await ana.become_available()
    await expect(ana.top_banner).to_contain_text("You are away because nothing was touched here for a while.")
    await expect(ana.intent("Away")).to_have_attribute("aria-pressed", "true")

    await ana.button("I am back").click()
    await expect(ana.intent("Available")).to_have_attribute("aria-pressed", "true")
