"""Ana at the inbox: what comes in while she looks, and what her keys do."""

from __future__ import annotations

from playwright.async_api import BrowserContext, expect

from livesupport.model import PROMISED, Sla, Targets
from livesupport.tickets.requests import TicketChange
from tests.browser.house import BrowserHouse, one_page
from tests.browser.lab import lab
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
    await expect(page.locator("#list .tag.solved")).to_have_count(0)

    await page.keyboard.press("/")
    await page.keyboard.type("leaking")
    await page.keyboard.press("Enter")
    await expect(rows).to_have_count(1)
    await page.locator("body").press("j")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/tickets/{late.number}")

    # The keys go on from where she was; at the end of the list they lead back to it.
    await expect(page.locator("#head .back")).to_have_attribute("href", "/inbox?q=leaking")
    await page.locator("body").press("j")
    await page.wait_for_url("**/inbox?q=leaking")
    await page.goto(f"{house.url}/inbox")
    await page.locator(f"#ticket-{late.number} .subject a").click()
    await page.wait_for_url(f"**/tickets/{late.number}")
    await expect(page.locator("#head .back")).to_have_attribute("href", "/inbox")
    await page.locator("body").press("j")
    await page.wait_for_url(lambda url: "/tickets/" in url and late.number not in url)
    await expect(page.locator("[data-print]")).to_be_visible()  # its module has run
    await page.locator("body").press("k")
    await page.wait_for_url(f"**/tickets/{late.number}")
    await expect(page.locator("[data-print]")).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("blue kettle")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/inbox?status=all&q=blue+kettle")
    await expect(rows).to_have_count(1)
    await page.goto(f"{house.url}/tickets/{late.number}")
    await expect(page.locator("[data-print]")).to_be_visible()
    await page.locator("body").press("/")
    await expect(page.locator("#q")).to_be_focused()


async def test_a_broken_promise_turns_red_while_ana_looks(house: BrowserHouse) -> None:
    await leave_request(house, 0, "The kettle leaks")
    page = await one_page(await house.signed_in("ana"), f"{house.url}/inbox")
    await expect(page.locator("#list td.due")).to_have_text("")
    at_once = Targets(first_reply_hours=1e-6, next_reply_hours=8, resolution_days=5)
    sla = Sla(enabled=True, targets={**PROMISED, "normal": at_once})
    await house.server.state["sites"].change("default", sla=sla)
    await expect(page.locator("#list td.due.late")).to_contain_text("late")


async def test_a_ticket_that_came_while_the_connection_was_lost_is_announced(house: BrowserHouse) -> None:
    context = await house.signed_in("ana")
    await context.add_init_script("""{
      const Real = WebSocket;
      window.lines = [];
      window.WebSocket = class extends Real {
        constructor(...args) { super(...args); lines.push(this); }
        set onmessage(hear) {
          const { dataset } = document.documentElement;
          super.onmessage = (event) => window.deaf || (hear(event), dataset.heard = "");
        }
      };
    }""")
    page = await one_page(context, f"{house.url}/inbox")
    await expect(page.locator("html")).to_have_attribute("data-heard", "")  # the welcome
    await page.evaluate("deaf = true")
    await leave_request(house, 0, "The kettle leaks")
    await page.evaluate("lines.at(-1).close(); deaf = false")
    await expect(page.get_by_role("button", name="1 new ticket")).to_be_visible()


async def test_news_that_never_rest_are_asked_for_and_a_question_that_failed_is_put_again(profile: BrowserContext) -> None:
    page = await lab(profile)
    await page.clock.install(time=0)
    await page.clock.pause_at(1)
    await page.evaluate("""async () => {
      const { soon } = await import("/pages/soon.js");
      window.asked = 0;
      window.works = true;
      window.ask = soon(async () => { asked += 1; return works; }, 400);
    }""")
    for _news in range(20):
        await page.evaluate("ask()")
        await page.clock.run_for(100)
    assert await page.evaluate("asked") in (4, 5)
    await page.clock.run_for(1000)
    rested = await page.evaluate("asked")

    await page.evaluate("works = false; ask()")
    await page.clock.run_for(400)
    await page.evaluate("works = true")
    await page.clock.run_for(4_900)
    assert await page.evaluate("asked") == rested + 1
    await page.clock.run_for(100)
    assert await page.evaluate("asked") == rested + 2
