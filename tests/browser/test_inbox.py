"""Ana at the inbox: what comes in while she looks, and what her keys do."""

from __future__ import annotations

from playwright.async_api import expect

from livesupport.tickets.requests import TicketChange
from tests.browser.house import BrowserHouse, one_page
from tests.browser.test_pages import leave_request


async def test_ana_sees_a_ticket_arrive_and_solves_three_with_her_keys_and_takes_it_back(house: BrowserHouse) -> None:
    for number in range(3):
        await leave_request(house, number, f"Kettle {number}")
    page = await one_page(await house.signed_in("ana"), f"{house.url}/inbox")
    rows = page.locator("#list tbody tr")
    await expect(rows).to_have_count(3)
    await expect(page.locator("#views a[aria-current] .count")).to_have_text("3")

    late = await leave_request(house, 9, "The blue kettle leaks")
    await expect(page.get_by_role("button", name="1 new ticket")).to_be_visible()
    await expect(rows).to_have_count(3)  # nothing moves before she wants it
    await page.get_by_role("button", name="1 new ticket").click()
    await expect(rows).to_have_count(4)
    await expect(rows.first).to_contain_text("The blue kettle leaks")

    ben = next(agent for agent in await house.server.state["accounts"].agents() if agent.login == "ben")
    await house.server.state["tickets"].change(late.number, TicketChange(priority="urgent", assignee=ben.id), actor=ben)
    await expect(rows.first).to_contain_text("Urgent")
    await expect(rows.first.locator(".assignee")).to_have_text("Ben")

    await page.locator("body").press("j")
    for _row in range(3):
        await page.keyboard.press("j")
        await page.keyboard.press("x")
    await expect(page.get_by_text("3 chosen")).to_be_visible()
    await page.keyboard.press("e")
    await expect(page.get_by_text("3 tickets changed.")).to_be_visible()
    await expect(rows).to_have_count(1)
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("3 tickets are as they were.")).to_be_visible()
    await expect(rows).to_have_count(4)
    await expect(page.locator("#list .tag.new")).to_have_count(3)

    await page.keyboard.press("/")
    await page.keyboard.type("leaking")
    await page.keyboard.press("Enter")
    await expect(rows).to_have_count(1)
    await page.locator("body").press("j")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/tickets/{late.number}")
