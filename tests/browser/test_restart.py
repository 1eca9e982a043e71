"""The server is killed in the middle of a conversation and started again: both pages go on, without a reload."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, Page, expect

from livesupport.signing import VisitorTokens, load_key, origin_of_chat
from livesupport.storage.database import Database
from livesupport.tickets.requests import NewTicket
from livesupport.tickets.service import Tickets
from tests.browser.console import Console, console
from tests.browser.house import House, Shop
from tests.browser.visitor import QUESTION, Visitor, visitor
from tests.mortal import Mortal, mortal

LOST = "Connection lost. Your text is kept; we are trying again."
TALK = [QUESTION, "Good day, Nino.", "The number is 17"]


class MortalHouse(House):
    """A house whose server may be killed."""

    server: Mortal


@pytest_asyncio.fixture(loop_scope="session")
async def house(chromium: Browser, shop: Shop, settings: dict[str, Any], tmp_path: Path) -> AsyncIterator[MortalHouse]:
    """A server as a program of its own, with agents, whose site `default` is embedded in the shop."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(mortal(tmp_path / "data", origins=(shop.origin,), **settings))
        shop.server = server.url
        house = MortalHouse(server, shop, chromium, stack)
        yield house
        assert not house.problems, house.problems


async def talking(house: House) -> tuple[Visitor, Console]:
    """Nino and Ana in a chat that says `TALK`, and both pages know all of it."""
    ana = await console(house)
    await ana.become_available()
    nino = await visitor(house)
    await nino.open()
    await nino.start()
    await ana.accept()
    await ana.say("Good day, Nino.")
    await nino.said("Good day, Nino.").wait_for()
    await nino.say("The number is 17")
    await ana.said("The number is 17").wait_for()
    return nino, ana


async def both_say(nino: Visitor, ana: Console, lines: list[str]) -> None:
    """Both pages show exactly these messages in this order, and all of them were sent."""
    for bubbles in (nino.panel.locator(".bubble"), ana.page.locator(".chat.selected .bubble")):
        await expect(bubbles).to_have_text(lines)
    await expect(nino.panel.locator(".meta.sending, .meta.unsent, .meta.refused")).to_have_count(0)


async def both_are_offline(nino: Visitor, ana: Console) -> None:
    """Both people can see that nothing gets through."""
    await expect(nino.text(LOST)).to_be_visible()
    await expect(ana.top_banner).to_contain_text(LOST)


# ── going on ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("settings", [{"chat__convert_seconds": "0.5"}])
async def test_a_conversation_survives_the_death_of_the_server_and_becomes_a_ticket(house: MortalHouse) -> None:
    nino, ana = await talking(house)
    await house.server.stop(signal.SIGKILL)
    await both_are_offline(nino, ana)
    await nino.say("Are you still there?")
    await ana.say("One moment, please.")
    await expect(nino.said("Are you still there?")).to_be_visible()
    await expect(ana.said("One moment, please.")).to_be_visible()

    await house.server.start()

    for said in (nino.said("One moment, please."), ana.said("Are you still there?")):
        await expect(said).to_have_count(1)
    lines = await nino.panel.locator(".bubble").all_text_contents()
    assert lines[:3] == TALK
    assert sorted(lines[3:]) == ["Are you still there?", "One moment, please."]
    await both_say(nino, ana, lines)
    await expect(nino.text("You are talking with Ana")).to_be_visible()
    await expect(nino.text("Ana is here.")).to_have_count(1)

    await nino.say("Hello again")
    await ana.said("Hello again").wait_for()
    await ana.say("Here I am")
    await nino.said("Here I am").wait_for()
    await both_say(nino, ana, [*lines, "Hello again", "Here I am"])

    await ana.button("Save as ticket").click()
    link = ana.banner.get_by_role("link", name="Saved as ticket #1001-7")
    async with ana.page.expect_popup() as opened:
        await link.click()
    await expect((await opened.value).locator(".lines .bubble")).to_have_text([*lines, "Hello again", "Here I am"])


@pytest.mark.parametrize("settings", [{"chat__default_capacity": "1", "chat__show_queue_after": "0.1"}])
async def test_who_waits_keeps_the_place(house: MortalHouse) -> None:
    nino, ana = await talking(house)
    levan, tamar = [await visitor(house), await visitor(house)]
    for person in (levan, tamar):
        await person.open()
        await person.start()
    await expect(levan.text("You are next.")).to_be_visible()
    await expect(tamar.text("You are number 2 in line.")).to_be_visible()

    await house.server.stop()
    await expect(tamar.text(LOST)).to_be_visible()
    await house.server.start()

    await both_say(nino, ana, TALK)
    for person in (levan, tamar):
        await expect(person.text(LOST)).to_be_hidden()
    await expect(levan.text("You are next.")).to_be_visible()
    await expect(tamar.text("You are number 2 in line.")).to_be_visible()
    assert await ana.offers.count() == 0


async def test_private_notes_come_back_to_the_agent_alone(house: MortalHouse) -> None:
    nino, ana = await talking(house)
    await ana.chat("Nino").get_by_role("button", name="Private note").click()
    await ana.say("He is a regular customer")
    await expect(ana.page.locator(".meta.sending")).to_have_count(0)

    await house.server.restart()
    await nino.say("Still here")
    await ana.said("Still here").wait_for()
    await ana.page.reload()  # what it shows from now on can only come from the server

    await expect(ana.page.locator(".entry.note")).to_contain_text("He is a regular customer")
    await expect(nino.text("regular")).to_have_count(0)


# ── saving ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("settings", [{"chat__convert_seconds": "4"}])
async def test_a_saving_that_was_announced_goes_on(house: MortalHouse) -> None:
    nino, ana = await talking(house)
    await ana.button("Save as ticket").click()
    await expect(nino.text("Ana is saving this chat as a request.")).to_be_visible()

    await house.server.restart()

    await expect(ana.banner.get_by_role("link", name="Saved as ticket #1001-7")).to_be_visible()
    await expect(nino.data_line).to_contain_text("Saved as request #1001-7")


@pytest.mark.parametrize("settings", [{"chat__convert_seconds": "60"}])
async def test_a_saving_that_was_done_but_never_told_shows_as_saved(house: MortalHouse) -> None:
    nino, ana = await talking(house)
    await ana.button("Save as ticket").click()
    await expect(nino.text("Ana is saving this chat as a request.")).to_be_visible()
    chat = await chat_of(nino, house)
    await house.server.stop()
    async with Database.open(house.server.config.database_url) as database:
        request = NewTicket(
            origin=origin_of_chat(chat), site="default", name="Nino", phone="", question=QUESTION, actor="Ana", from_chat=True
        )
        ticket = await Tickets(database, lambda: datetime.now(UTC)).open(request)

    await house.server.start()

    await expect(ana.banner.get_by_role("link", name=f"Saved as ticket #{ticket.number}")).to_be_visible()
    await expect(nino.data_line).to_contain_text(f"Saved as request #{ticket.number}")
    await expect(nino.text("Ana is saving this chat as a request.")).to_be_hidden()


async def chat_of(nino: Visitor, house: MortalHouse) -> str:
    """The id of the visitor's chat, out of the token that the page keeps."""
    panel = next(frame for frame in nino.page.frames if "/widget/panel" in frame.url)
    config = house.server.config
    tokens = VisitorTokens(load_key(config.keys, "signing.key"), config.chat.max_chat_age)
    token = tokens.read(await panel.evaluate("sessionStorage['livesupport:default']"))
    assert token
    return token.chat


# ── pages that were loaded anew ──────────────────────────────────────────────────────────────────────────────────────


async def reload_without_server(page: Page) -> None:
    """The page cannot be had, or comes without what the server would add to it."""
    with suppress(Error):
        await page.reload()


async def test_a_visitor_who_reloads_meanwhile_gets_the_chat_back_from_the_agents_page(house: MortalHouse) -> None:
    nino, ana = await talking(house)
    await house.server.stop()
    await reload_without_server(nino.page)
    await house.server.start()
    await expect(ana.banner).to_have_text("Waiting for the visitor to reconnect.")
    await expect(ana.button("Save as ticket")).to_have_count(0)
    await ana.say("Are you there, Nino?")
    await nino.page.reload()

    await both_say(nino, ana, [*TALK, "Are you there, Nino?"])
    await nino.say("I had to reload")
    await ana.said("I had to reload").wait_for()
    await both_say(nino, ana, [*TALK, "Are you there, Nino?", "I had to reload"])
    await expect(ana.banner).to_have_count(0)


async def test_an_agent_who_reloads_meanwhile_is_rung_first_and_gets_every_line(house: MortalHouse) -> None:
    nino, ana = await talking(house)
    await house.server.stop()
    await reload_without_server(ana.page)
    await nino.say("Are you there?")
    await house.server.start()
    await ana.page.goto(f"{house.url}/console?lang=en")

    await expect(ana.offers).to_contain_text(QUESTION)
    await ana.accept()

    await both_say(nino, ana, [*TALK, "Are you there?"])
    await expect(nino.text("You are talking with Ana")).to_be_visible()


@pytest.mark.parametrize("settings", [{"chat__restore_wait": "2"}])
async def test_when_both_reload_the_chat_is_honestly_gone(house: MortalHouse) -> None:
    nino, ana = await talking(house)
    await house.server.stop()
    await reload_without_server(nino.page)
    await reload_without_server(ana.page)
    await house.server.start()
    await ana.page.goto(f"{house.url}/console?lang=en")
    await nino.page.reload()

    await expect(nino.text("Our server restarted. We are bringing your chat back.")).to_be_visible()
    await expect(nino.text("Our server was restarted and the chat is gone.")).to_be_visible()
    await expect(nino.button("Start chat")).to_be_visible()
    await expect(nino.panel.locator(".bubble")).to_have_count(0)
    await expect(ana.chats).to_have_count(0)
