"""Ana talks: what she hears and says, what survives a reload and a lost connection, and what only agents see."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from livesupport.tickets.requests import NewTicket
from tests.browser.console import console, guest, talking
from tests.browser.house import BrowserHouse
from tests.browser.network import Network


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"chat__between_assignments": 0.0}


async def test_ana_takes_a_chat_and_sees_what_nino_has_seen(house: BrowserHouse) -> None:
    ana, nino = await talking(house, utc_offset=240, language="ka", page="https://shop.example/orders?id=7")
    await ana.say("Good day, Nino.")
    line = await nino.hears("Good day, Nino.")
    await expect(ana.page.locator(".meta.sent")).to_be_visible()

    await nino.socket.say("receipt", received=line, seen=line)
    await expect(ana.page.locator(".meta.seen")).to_be_visible()

    answer = await nino.says("The number is 17")
    await expect(ana.said("The number is 17")).to_be_visible()
    await nino.socket.hear("receipt", by="agent", seen=answer)

    await expect(ana.card.get_by_role("link", name="+995555123456")).to_have_attribute("href", "tel:+995555123456")
    await expect(ana.card.locator(".visitor-name bdi")).to_have_text("Nino")
    await expect(ana.card).to_contain_text("Georgian")
    await expect(ana.card.get_by_role("link", name="shop.example")).to_have_attribute("rel", "noopener noreferrer")


async def test_typing_is_shown_on_both_sides(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    await nino.socket.say("typing")
    await expect(ana.chat("Nino").get_by_role("status")).to_contain_text("Nino is typing")
    await nino.says("Done")
    await expect(ana.chat("Nino").get_by_role("status")).to_have_text("")

    await ana.box.press_sequentially("Let me")
    await nino.socket.hear("typing", by="agent")


async def test_a_reload_in_mid_chat_loses_nothing(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    await ana.say("Good day, Nino.")
    await nino.says("Hello Ana")
    await expect(ana.said("Hello Ana")).to_be_visible()

    await ana.page.reload()

    for words in ("Where is my order?", "Good day, Nino.", "Hello Ana"):
        await expect(ana.said(words)).to_have_count(1)
    await expect(ana.intent("Available")).to_have_attribute("aria-pressed", "true")
    await ana.say("Still here")
    await nino.hears("Still here")


async def test_text_written_without_a_connection_is_kept_and_sent_once(house: BrowserHouse) -> None:
    context = await house.signed_in("ana")
    network = await Network.of(context, "**/ws/agent")
    ana = await console(house, context=context)
    await ana.become_available()
    nino = await guest(house)
    await ana.accept()

    await network.cut()
    await expect(ana.top_banner).to_contain_text("Connection lost. Your text is kept; we are trying again.")
    await nino.says("Are you there?")
    await ana.say("One moment")
    await expect(ana.page.locator(".meta.sending")).to_be_visible()

    network.mend()
    await ana.button("Try now").click()
    await nino.hears("One moment")
    await expect(ana.said("Are you there?")).to_have_count(1)
    await expect(ana.said("One moment")).to_have_count(1)
    await expect(ana.page.locator(".meta.sent")).to_be_visible()
    await expect(ana.top_banner).to_be_hidden()


@pytest.mark.parametrize("settings", [{"chat__messages_per_chat": 2}])
async def test_a_message_that_the_server_refuses_says_why_and_can_be_given_up(house: BrowserHouse) -> None:
    ana, _nino = await talking(house)
    await ana.say("first")
    await ana.say("second")
    await ana.say("third")
    refused = ana.page.locator(".meta.refused")
    await expect(refused.first).to_contain_text("This chat is full. Save it as a ticket to go on.")
    for _ in range(await refused.count()):
        await refused.get_by_role("button", name="Remove").first.click()
    await expect(refused).to_have_count(0)
    await expect(ana.said("third")).to_have_count(0)


async def test_a_slash_brings_the_ready_answers(house: BrowserHouse) -> None:
    sites = house.server.state["sites"]
    await sites.add_canned("hello", "Good day, how can I help you?")
    await sites.add_canned("number", "Could you tell me your order number?")
    ana, nino = await talking(house)

    await ana.box.press_sequentially("/nu")
    await expect(ana.page.get_by_role("option")).to_have_count(1)
    await ana.box.press("Enter")
    await expect(ana.box).to_have_value("Could you tell me your order number?")
    await ana.box.press("Enter")
    await nino.hears("Could you tell me your order number?")

    await ana.box.press_sequentially("/")
    await expect(ana.page.get_by_role("option")).to_have_count(2)
    await ana.box.press("Escape")
    await expect(ana.page.get_by_role("listbox")).to_be_hidden()
    await expect(ana.box).to_be_focused()


async def test_a_private_note_stays_among_agents_and_goes_along(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    ben = await console(house, "ben")
    await ben.become_available()

    await ana.chat("Nino").get_by_role("button", name="Private note").click()
    await expect(ana.page.get_by_text("Only agents see this")).to_be_visible()
    await ana.say("He is a regular customer")
    await expect(ana.page.locator(".entry.note")).to_contain_text("He is a regular customer")

    await ana.button("Hand over").click()
    await ana.dialog.get_by_label("Ben").check()
    await ana.dialog.get_by_label("Private note").fill("Wants a discount")
    await ana.dialog.get_by_role("button", name="Hand over").click()
    await expect(ana.banner).to_contain_text("Offered to Ben. The chat stays yours until it is accepted.")
    await expect(ben.offers).to_contain_text("Ana hands you a chat")
    await expect(ben.offers).to_contain_text("Wants a discount")

    await ben.accept()
    await expect(ben.page.locator(".entry.note")).to_have_count(2)
    await expect(ana.notices).to_contain_text("Ben has the chat with Nino now.")
    await expect(ana.chats).to_have_count(0)
    assert "Where is my order?" not in await ana.page.content()
    await nino.socket.hear("line", kind="transferred", name="Ana", other="Ben")
    await ben.say("Hello, Ben here")
    while (heard := await nino.socket.next()).get("text") != "Hello, Ben here":
        assert heard["t"] != "note", "a visitor never hears a note"


async def test_unread_messages_are_counted_until_the_chat_is_looked_at(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    levan = await guest(house, "Levan", "Do you deliver to Batumi?")
    await ana.accept()
    await expect(ana.chat("Levan")).to_be_visible()

    await nino.says("one")
    await nino.says("two")
    await expect(ana.row("Nino").locator(".unread")).to_contain_text("2")
    assert (await ana.page.title()).startswith("(2) ")

    await ana.row("Nino").click()
    await expect(ana.row("Nino").locator(".unread")).to_have_count(0)
    await expect(ana.page).to_have_title("Console · livesupport")
    await levan.says("three")
    await expect(ana.row("Levan")).to_contain_text("three")


async def test_a_ticket_leads_to_the_chat_with_its_requester(house: BrowserHouse) -> None:
    ana, _nino = await talking(house)
    await guest(house, "Zaza", phone="555 65 43 21")
    await ana.accept()
    asked = await house.server.state["tickets"].open(
        NewTicket(origin="request-00000001", site="default", name="Zaza", phone="+995555654321", question="?", actor="Zaza")
    )

    await ana.page.goto(f"{house.url}/tickets/{asked.number}")
    await ana.page.get_by_role("link", name="Chat now").click()

    await expect(ana.page.locator(".chat.selected")).to_have_accessible_name("Chat with Zaza")
    await ana.page.wait_for_url(f"{house.url}/console")
