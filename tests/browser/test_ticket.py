"""One ticket, two agents: they see each other, nothing is sent over a requester's head, and what was sent can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.async_api import expect

from livesupport.tickets.requests import NewLine
from tests.browser.hostile import HOSTILE, is_harmless
from tests.browser.house import BrowserHouse, one_page
from tests.browser.test_pages import ticket_of_nino
from tests.databases import SOFIA


async def test_two_agents_at_one_ticket(house: BrowserHouse) -> None:
    state = house.server.state
    await state["sites"].add_canned("hello", "Dear {{name}}, about {{number}}: {{7*7}}")
    address = f"{house.url}/tickets/{(await ticket_of_nino(house)).number}"
    ana = await one_page(await house.signed_in("ana"), address)
    ben = await one_page(await house.signed_in("ben"), address)

    # Each sees that the other is there, and what they do.
    await expect(ana.locator("#people")).to_have_text("Ben is reading this")
    await ben.get_by_label("Reply to Nino").press_sequentially("Dear")
    await expect(ana.locator("#people")).to_have_text("Ben is writing an answer")

    # Ben assigns it to himself by a key, and Ana's page shows it.
    await ben.locator("h1").click()
    await ben.keyboard.press("i")
    await expect(ana.get_by_text("Ben assigned the ticket to Ben")).to_be_visible()
    await expect(ben.get_by_label("Reply to Nino")).to_have_value("Dear")

    # A ready answer names who is meant; what looks like a template stays text.
    await ana.keyboard.press("r")
    box = ana.get_by_label("Reply to Nino")
    await box.press_sequentially("/he")
    await box.press("Enter")
    await expect(box).to_have_value("Dear Nino, about #1001-7: {{7*7}}")

    # Nino writes meanwhile: Ana is shown that before anything goes out.
    news = NewLine(chain="chat", epoch=1, seq=9, at=datetime.now(UTC), author="requester", name="Nino", text="It is the lid")
    assert await state["tickets"].append("request-00000000", [news])
    await expect(ana.get_by_text("It is the lid")).to_be_visible()
    await box.press("Control+Enter")
    await expect(ana.get_by_role("alert")).to_contain_text("A new message came while you were writing.")
    await expect(box).to_have_value("Dear Nino, about #1001-7: {{7*7}}")

    # Then she sends, Ben sees it, and she takes it back.
    await box.press("Control+Enter")
    await expect(ana.locator(".letter.reply .rich")).to_have_text("Dear Nino, about #1001-7: {{7*7}}")
    await expect(box).to_have_value("")
    await expect(ben.locator(".letter.reply")).to_be_visible()
    await expect(ben.get_by_role("button", name="Take back")).to_have_count(0)
    await box.fill("One more thing")  # begun, and in no draft yet
    await ana.locator("h1").click()
    await ana.keyboard.press("z")
    await expect(box).to_have_value("Dear Nino, about #1001-7: {{7*7}}\n\nOne more thing")
    await expect(ben.locator(".letter.reply")).to_have_count(0)

    # On paper stands what was said, and nothing that only a screen can do.
    await ana.emulate_media(media="print")
    await expect(ana.get_by_text("It is the lid")).to_be_visible()
    for selector in ("#reply-form", "#note-box", "#beside form", "#people", "nav"):
        assert not await ana.locator(f"{selector}:visible").count(), selector
    messages = (await state["tickets"].get("1001", actor=SOFIA)).messages
    assert all(message.kind != "reply" for message in messages)


async def test_nothing_that_agents_write_runs(house: BrowserHouse) -> None:
    """T36 on what is Markdown: replies, notes, tags, and the preview."""
    tickets, ana = house.server.state["tickets"], (await house.server.state["accounts"].agents())[0]
    number = (await ticket_of_nino(house)).number
    await tickets.reply(number, "\n\n".join(HOSTILE[:100]), actor=ana)
    await tickets.note(number, "\n\n".join(HOSTILE[100:]), actor=ana)
    await tickets.tag(number, HOSTILE[1][:40], actor=ana)
    page = await one_page(await house.signed_in("ana"), f"{house.url}/tickets/{number}")
    await page.get_by_label("Reply to Nino").fill("\n\n".join(HOSTILE[:60]))
    await page.get_by_role("button", name="Preview").first.click()
    await expect(page.locator(".preview").first).to_be_visible()
    assert await is_harmless(page)
