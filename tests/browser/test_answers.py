"""An answer finds who asked: told in every tab, put away without being lost, opened, replied to; and told in the shop."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import BrowserContext, FrameLocator, Locator, Page, Route, expect

from livesupport.accounts import vouching
from livesupport.http import robots
from livesupport.model import Ticket
from livesupport.signing import origin_of_request
from livesupport.storage import requesters, tickets
from livesupport.storage.database import Database
from livesupport.tickets import answering
from livesupport.tickets.requests import NewTicket
from tests.browser.hostile import HOSTILE, is_harmless
from tests.browser.house import EMBED, BrowserHouse, one_page
from tests.browser.visitor import Visitor

ANSWER = "It is **on its way**."


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Agents who never take anything back: their answers can be seen at once. Whoever asks may be quick."""
    monkeypatch.setattr(answering, "UNDO", timedelta(0))
    monkeypatch.setattr(robots, "QUICKEST", 0.0)


async def request_of(house: BrowserHouse, account: str, question: str = "The blue kettle leaks") -> Ticket:
    """A request of somebody whom the shop knows under this id."""
    state = house.server.state
    new = NewTicket(
        origin=origin_of_request(account + question), site="default", name="Nino", phone="", question=question, actor="Nino"
    )
    ticket = await state["tickets"].open(new)
    async with Database.open(state["config"].database_url) as database, database.write() as connection:
        person = await requesters.by_account(connection, "default", account)
        assert person is not None
        await tickets.change(connection, ticket.id, requester_id=person.id)
    return ticket


async def answer(house: BrowserHouse, ticket: Ticket, text: str = ANSWER) -> None:
    """Ana answers."""
    ana = next(agent for agent in await house.server.state["accounts"].agents() if agent.login == "ana")
    await house.server.state["tickets"].reply(ticket.number, text, actor=ana)


async def vouched(house: BrowserHouse, account: str = "7") -> dict[str, str]:
    """What the shop's server gives its page for somebody who is signed in there."""
    said = {"id": account, "name": "Nino", "exp": str(int(time.time()) + 300)}
    return said | {"sig": vouching.signature(await house.server.state["sites"].user_key("default"), said)}


async def signed_in(house: BrowserHouse, **options: Any) -> BrowserContext:
    """Nino's browser, signed in on our own pages; `options` as `house.browser`."""
    said = await vouched(house)
    secret, _vouched = await house.server.state["requesters"].vouched("default", said, said.pop("sig"))
    context = await house.browser(**options)
    cookie = house.server.state["config"].requester_cookie
    await context.add_cookies([{"name": cookie, "value": secret, "url": house.url, "httpOnly": True, "sameSite": "Lax"}])
    return context


async def test_an_answer_is_told_in_both_tabs_put_away_found_unread_opened_and_replied_to(house: BrowserHouse) -> None:
    context = await signed_in(house)
    ticket = await request_of(house, "7")
    first, second = [await one_page(context, house.url + "/requests") for _ in range(2)]
    await expect(first.locator(".requests").get_by_text("Received")).to_be_visible()

    await answer(house, ticket)
    for tab in (first, second):
        await expect(card(tab)).to_contain_text("It is on its way.")
        await expect(unread(tab)).to_be_visible()
    await card(second).get_by_role("button", name="Dismiss").click()
    for tab in (first, second):
        await expect(card(tab)).to_have_count(0)
        await expect(unread(tab)).to_be_visible()

    await first.get_by_role("link", name="The blue kettle leaks").click()
    await first.wait_for_url(f"**/requests/{ticket.number}")  # loaded, with its module
    await expect(first.locator(".letter.agent strong")).to_have_text("on its way")
    await expect(unread(second)).to_have_count(0)
    await first.get_by_label("Your reply").fill("When?")
    await context.set_offline(True)
    await first.get_by_role("button", name="Send reply").click()
    await expect(first.get_by_role("alert")).to_contain_text("Your text is kept")
    await context.set_offline(False)
    await first.reload()
    await expect(first.get_by_label("Your reply")).to_have_value("When?")
    await first.get_by_role("button", name="Send reply").click()
    await expect(first.locator(".letter.requester").last).to_contain_text("When?")
    await expect(first.get_by_label("Your reply")).to_have_value("")
    await expect(second.locator(".requests").get_by_text("Being worked on")).to_be_visible()

    await answer(house, ticket, "\n\n".join(HOSTILE))
    await expect(first.locator(".letter.agent")).to_have_count(2)  # seen at once by who has it on the screen
    await first.get_by_role("link", name="My requests").first.click()
    await answer(house, ticket, "Tomorrow.")
    await card(first).get_by_text("Remind me later").click()
    await card(first).get_by_role("button", name="In 1 hour").click()
    for tab in (first, second):
        await expect(tab.get_by_role("button", name="Cancel reminder")).to_be_visible()
        await expect(card(tab)).to_have_count(0)
    assert all([await is_harmless(tab) for tab in (first, second)])


async def test_an_answer_that_comes_between_two_pages_is_told_by_the_next_one(house: BrowserHouse) -> None:
    context = await signed_in(house)
    kettle, cup = await request_of(house, "7"), await request_of(house, "7", "The cup is chipped")
    page = await context.new_page()
    async with page.expect_websocket() as opening:
        await page.goto(f"{house.url}/requests/{kettle.number}")
    news = await opening.value

    async with on_hold(page, "/requests?site=default"):  # she has clicked, and looks at the old page still
        leaving = asyncio.create_task(page.get_by_role("link", name="My requests").first.click())
        await page.wait_for_event("request", lambda request: "/requests?" in request.url)
        async with news.expect_event("framereceived", lambda frame: "requests_changed" in frame):
            await answer(house, kettle)
    await leaving
    await expect(card(page)).to_contain_text("The blue kettle leaks")
    await card(page).get_by_role("link", name="Open").click()
    await expect(page.locator(".letter.fresh")).to_have_count(1)
    await answer(house, kettle, "Tomorrow.")
    await expect(page.locator(".letter.fresh")).to_have_count(2)  # and the first one is still marked

    async with on_hold(page, "/shared/connection.js"):  # the next page is drawn, and does not follow the news yet
        await page.goto(f"{house.url}/requests", wait_until="commit")
        await expect(page.locator(".requests li")).to_have_count(2)
        await answer(house, cup)
    await expect(unread(page)).to_have_count(1)


async def test_whom_the_shop_knows_sees_a_mark_on_the_button_and_goes_on_in_a_tab_of_their_own(house: BrowserHouse) -> None:
    await signed_in(house)  # was here before
    ticket = await request_of(house, "7", "".join(HOSTILE[:40]))
    await answer(house, ticket, "".join(HOSTILE[-40:]))
    await vouch_in_the_shop(house)
    context = await house.browser()
    page = await one_page(context, house.shop.origin)
    await expect(page.locator("live-support button b")).to_have_text("1")
    assert await context.cookies() == []

    nino = Visitor(page)
    await nino.open()
    assert await nino.panel.get_by_label("Your name").input_value() == "Nino"
    await card(nino.panel).get_by_text("Remind me later").click()
    await card(nino.panel).get_by_role("button", name="In 1 hour").click()
    await expect(card(nino.panel)).to_have_count(0)
    await expect(nino.panel.locator(".reminders li")).to_contain_text(ticket.number)
    await nino.button("Cancel reminder").click()
    await expect(nino.panel.locator(".reminders li")).to_have_count(0)
    await answer(house, ticket, "And this.")
    await nino.panel.locator(".answer-notice").get_by_role("button", name="Dismiss").wait_for()
    async with context.expect_page() as opening:
        await nino.panel.locator(".answer-notice").get_by_role("button", name="Open").click()
    mine = await opening.value
    await expect(mine.locator(".letter.agent").last).to_contain_text("And this.")
    assert mine.url == f"{house.url}/requests/{ticket.number}"
    await expect(nino.panel.locator(".answer-notice")).to_have_count(0)
    await expect(nino.button("My requests")).to_be_visible()
    assert await is_harmless(mine)
    assert await is_harmless(page.frames[1])

    await nino.button("Answer by e-mail, add files").click()
    await expect(nino.panel.get_by_label("Here, under My requests")).to_be_checked()
    await nino.panel.get_by_label("Subject").fill("My order")
    await nino.panel.get_by_label("What happened").fill("It did not come.")
    await nino.button("Send request").click()
    await expect(nino.data_line).to_contain_text("Saved as request #1002-5.")
    await mine.get_by_role("link", name="My requests").first.click()
    await expect(mine.get_by_role("link", name="My order")).to_be_visible()

    await page.evaluate("LiveSupport.reset()")
    await expect(nino.button("My requests")).to_have_count(0)


async def test_who_is_signed_in_finds_a_quick_request_and_a_saved_chat_among_their_requests(house: BrowserHouse) -> None:
    await house.agent("ana")
    await vouch_in_the_shop(house)
    context = await house.browser()
    nino = Visitor(await one_page(context, house.shop.origin))
    await nino.open()
    await nino.button("My requests").wait_for()
    await nino.button("Leave a request instead").click()
    await nino.fill()
    async with nino.page.expect_response(lambda answer: answer.url.endswith("/requests/claim")):
        await nino.button("Send request").click()
    await expect(nino.text("Your request is saved")).to_be_visible()
    await expect(nino.panel.get_by_label("Where shall we send the answer?")).to_have_count(0)
    await nino.button("Back").click()
    await nino.start()
    await nino.menu.click()
    async with nino.page.expect_response(lambda answer: answer.url.endswith("/requests/claim")):
        await nino.button("Save as request").click()
    async with context.expect_page() as opening:
        await nino.button("My requests").click()
    await expect((await opening.value).locator(".requests li")).to_have_count(2)


async def vouch_in_the_shop(house: BrowserHouse) -> None:
    """The shop's pages say who is there."""
    calls = json.dumps([["setUser", await vouched(house)]])
    script = f"<script>window.LiveSupport = {calls}</script>".replace("{", "{{").replace("}", "}}")
    house.shop.body = script + EMBED


@asynccontextmanager
async def on_hold(page: Page, address: str) -> AsyncIterator[None]:
    """What the page fetches from an address that ends so arrives after the block."""
    go = asyncio.Event()

    async def wait(route: Route) -> None:
        await go.wait()
        await route.continue_()

    await page.route(f"**{address}", wait)
    try:
        yield
    finally:
        go.set()


def card(page: Page | FrameLocator) -> Locator:
    """The card that tells of an answer."""
    return page.locator(".answer-notice")


def unread(page: Page) -> Locator:
    """The mark of a request in the list with an answer that was not opened."""
    return page.locator(".requests .unread")
