"""A visitor in a real browser asks, is answered, and decides what becomes of the chat."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.house import BrowserHouse
from tests.browser.visitor import visitor
from tests.live.house import Page as Socket
from tests.serving import new_id


async def answered(ana: Socket) -> str:
    """Ana takes what rings; the chat's id."""
    chat = str((await ana.hear("offer"))["chat"])
    await ana.say("accept", chat=chat)
    await ana.hear("chat", chat=chat, status="active")
    return chat


async def test_nino_asks_and_talks_with_ana(house: BrowserHouse) -> None:
    ana = await house.agent("ana")
    nino = await visitor(house)
    await nino.open()
    await expect(nino.data_line).to_have_text("Not saved – erased within 3 minutes of leaving, unless saved as a request.")

    await nino.start()
    chat = await answered(ana)
    await ana.say("say", chat=chat, id=new_id(), text="Good day, Nino.")
    await expect(nino.text("You are talking with Ana")).to_be_visible()
    await expect(nino.said("Good day, Nino.")).to_be_visible()

    await nino.say("The number is 17")
    line = await ana.hear("line", chat=chat, text="The number is 17")
    await expect(nino.panel.locator(".meta.sent")).to_contain_text("Sent")

    await ana.say("receipt", chat=chat, received=line["seq"])
    await expect(nino.panel.locator(".meta.delivered")).to_be_visible()
    await ana.say("receipt", chat=chat, received=line["seq"], seen=line["seq"])
    await expect(nino.panel.locator(".meta.seen")).to_be_visible()
