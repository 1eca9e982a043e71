"""One click makes a ticket; the visitor may refuse, the disk may refuse, and an absent topic suggests it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.console import talking
from tests.browser.house import BrowserHouse


@pytest.mark.parametrize("settings", [{"chat__convert_seconds": 1.0}])
async def test_one_click_makes_a_ticket_and_the_link_leads_to_it(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    await nino.says("The number is 17")
    await ana.button("Save as ticket").click()
    await expect(ana.banner).to_contain_text("The visitor sees this and may decline.")

    link = ana.banner.get_by_role("link", name="Saved as ticket #1001-7")
    await expect(link).to_be_visible()
    await expect(ana.card).to_contain_text("Saved as ticket #1001-7")
    await nino.socket.hear("chat", ticket="1001-7")
    await expect(ana.button("Save as ticket")).to_have_count(0)

    async with ana.page.expect_popup() as opened:
        await link.click()
    ticket = await opened.value
    await expect(ticket.get_by_text("The number is 17")).to_be_visible()


async def test_a_refusal_ends_the_agents_right_to_save(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    await ana.button("Save as ticket").click()
    await nino.socket.hear("line", kind="armed")
    await nino.socket.say("refuse")
    await expect(ana.banner).to_contain_text("The visitor declined to have this chat saved.")
    await expect(ana.button("Save as ticket")).to_have_count(0)


@pytest.mark.parametrize("settings", [{"chat__convert": "ask"}])
async def test_where_the_visitor_must_allow_it_the_console_waits(house: BrowserHouse) -> None:
    ana, nino = await talking(house)
    await ana.button("Save as ticket").click()
    await expect(ana.banner).to_contain_text("The visitor is asked to allow the saving.")
    await nino.socket.say("save")
    await expect(ana.banner).to_contain_text("Saved as ticket #1001-7")


@pytest.mark.parametrize("settings", [{"chat__convert_seconds": 0.0}])
async def test_a_saving_that_fails_says_so_and_can_be_tried_again(house: BrowserHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    async def disk_full(*_: Any) -> None:
        raise OSError("no space left")

    ana, nino = await talking(house)
    with monkeypatch.context() as broken:
        broken.setattr(house.server.state["tickets"], "open", disk_full)
        await ana.button("Save as ticket").click()
        await expect(ana.banner).to_contain_text("Not saved. The chat goes on – try again.")
    await ana.say("Still here")
    await nino.hears("Still here")

    await ana.banner.get_by_role("button", name="Try again").click()
    await expect(ana.banner).to_contain_text("Saved as ticket #1001-7")
    await expect(ana.banner).to_have_count(1)


async def test_a_topic_without_anybody_suggests_a_ticket_instead(house: BrowserHouse) -> None:
    sites = house.server.state["sites"]
    orders = await sites.add_topic("default", "Orders")
    delivery = await sites.add_topic("default", "Delivery")
    accounts = house.server.state["accounts"]
    await accounts.create_agent(login="nika", name="Nika", password="a good long password", topics=(orders.id,))
    ana, _nino = await talking(house, topic=orders.id, login="nika")

    await ana.button("Hand over").click()
    await ana.dialog.get_by_text(delivery.name).click()
    await expect(ana.dialog).to_contain_text("Nobody is there now.")
    await expect(ana.dialog.get_by_role("button", name="Hand over")).to_be_hidden()
    await ana.dialog.get_by_role("button", name="Save as ticket instead").click()
    await expect(ana.banner).to_contain_text("Saves as a ticket in")
