"""The main job in two real browsers: ask, match, talk, save, restart, still there; and of a chat that nobody saved, nothing."""

from __future__ import annotations

import signal
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.console import Console, console
from tests.browser.house import House, Shop, one_page
from tests.browser.visitor import Visitor, visitor
from tests.mortal import mortal
from tests.traces import Words


async def talk(house: House, ana: Console, words: Words) -> Visitor:
    """A visitor asks in the shop, Ana takes the chat, and both say something."""
    person = await visitor(house)
    await person.open()
    await person.button("Start chat").wait_for()
    await person.fill(name=words.name, phone=words.phone, question=words.question)
    await person.button("Start chat").click()
    await ana.accept()
    await person.say(words.message)
    await ana.said(words.message).wait_for()
    await ana.say(f"{words.message}?")
    await person.said(f"{words.message}?").wait_for()
    return person


async def test_a_saved_chat_outlives_the_server_and_of_another_no_word_reaches_the_disk(
    chromium: Browser, shop: Shop, tmp_path: Path
) -> None:
    kept, gone = Words(), Words()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(mortal(tmp_path / "data", origins=(shop.origin,), chat__convert_seconds="0"))
        shop.server = server.url
        house = House(server, shop, chromium, stack)
        ana = await console(house)
        await ana.become_available()

        nino = await talk(house, ana, kept)
        await ana.button("Save as ticket").click()
        await expect(nino.data_line).to_contain_text("Saved as request #1001-7")
        levan = await talk(house, ana, gone)
        await server.stop(signal.SIGTERM)
        await server.start()
        await expect(levan.text("You are talking with Ana")).to_be_visible()

        ticket = await one_page(ana.page.context, f"{house.url}/tickets/1001-7")
        await expect(ticket.locator(".lines .bubble")).to_have_text([kept.question, kept.message, f"{kept.message}?"])
        await expect(ticket.get_by_text(kept.name).first).to_be_visible()
        assert gone.found_below(tmp_path) == []  # while it goes on, with what the server has written of it so far
        assert not house.problems, house.problems

    assert gone.found_below(tmp_path) == []
    assert kept.found_below(tmp_path) != []  # the search can find what is there
