"""Before a chat: the form, what is wrong in it, and the request that takes its place when nobody can answer."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from livesupport.model import Contact, Hours
from tests.browser.house import BrowserHouse
from tests.browser.visitor import QUESTION, visitor
from tests.databases import SOFIA
from tests.live.house import Page as Socket


def void(_value: object) -> None:
    """Playwright would await what a handler returns."""


async def away(agent: Socket) -> None:
    await agent.say("intent", intent="away")
    await agent.hear("me", intent="away")


async def test_what_is_missing_is_said_beside_the_field_and_nothing_typed_is_lost(house: BrowserHouse) -> None:
    await house.agent("ana")
    nino = await visitor(house)
    await nino.open()
    name, phone, question = (nino.panel.get_by_label(label, exact=True) for label in ("Your name", "Phone", "Your question"))
    await phone.fill("+995 555 12 34 56")

    await nino.button("Start chat").click()

    await expect(name).to_be_focused()
    await expect(name).to_have_accessible_description("Please tell us your name.")
    await expect(question).to_have_accessible_description("Please write your question in a few words.")
    await expect(phone).to_have_accessible_description("")
    await expect(phone).to_have_value("+995 555 12 34 56")

    await name.fill("Nino")
    await question.fill(QUESTION)
    await nino.button("Start chat").click()
    await expect(nino.said(QUESTION)).to_be_visible()


async def test_a_phone_number_that_the_server_cannot_read_is_refused_beside_its_field(house: BrowserHouse) -> None:
    await house.agent("ana")
    nino = await visitor(house)
    await nino.open()
    await nino.button("Start chat").wait_for()
    await nino.fill(phone="123 45")

    await nino.button("Start chat").click()

    phone = nino.panel.get_by_label("Phone", exact=True)
    await expect(phone).to_be_focused()
    await expect(phone).to_have_attribute("aria-invalid", "true")
    await expect(phone).to_have_accessible_description(
        "We cannot read this phone number. Check the digits, or begin with + and the country code."
    )
    await expect(nino.panel.get_by_label("Your question")).to_have_value(QUESTION)
    await expect(nino.button("Start chat")).to_be_enabled()


@pytest.mark.parametrize("phone", ["۰۵۵۵ ۱۲ ۳۴ ۵۶", "555-12-34-56", "+995555123456"])
async def test_local_forms_and_persian_digits_are_understood(house: BrowserHouse, phone: str) -> None:
    await house.change_site(region="GE")
    ana = await house.agent("ana")
    nino = await visitor(house)
    await nino.open()
    await nino.button("Start chat").wait_for()
    await nino.fill(phone=phone)
    await nino.button("Start chat").click()

    await ana.say("accept", chat=(await ana.hear("offer"))["chat"])

    assert (await ana.hear("chat", status="active"))["visitor"]["phone"] == "+995555123456"


async def test_the_agent_learns_the_page_the_language_and_the_local_time(house: BrowserHouse) -> None:
    ana = await house.agent("ana")
    nino = await visitor(house, await house.browser(timezone_id="Asia/Tbilisi"), "/cups?secret=1#part")
    await nino.open()
    await nino.start()
    await ana.say("accept", chat=(await ana.hear("offer"))["chat"])

    card = (await ana.hear("chat", status="active"))["visitor"]

    assert card["page"] == f"{house.shop.origin}/cups"  # a query may carry secrets of the host page
    assert (card["language"], card["utc_offset"]) == ("en", 240)


async def test_topics_are_offered_and_one_that_nobody_serves_becomes_a_request(house: BrowserHouse) -> None:
    sites, accounts = house.server.state["sites"], house.server.state["accounts"]
    orders, _delivery = [await sites.add_topic("default", name) for name in ("Orders", "Delivery")]
    await accounts.create_agent(login="dato", name="Dato", password="a good long password", topics=[orders.id])
    await house.agent("dato")
    nino = await visitor(house)
    await nino.open()
    topic = nino.panel.get_by_label("Topic")
    await expect(topic.locator("option")).to_have_text(["Choose a topic", "Orders", "Delivery (request only)"])
    await nino.fill()

    await nino.button("Start chat").click()
    await expect(topic).to_have_accessible_description("Please choose a topic.")

    await topic.select_option("Delivery (request only)")
    await expect(nino.button("Send request")).to_be_visible()
    await expect(nino.text("Nobody is free right now.")).to_be_visible()
    await topic.select_option("Orders")
    await nino.button("Start chat").click()
    await expect(nino.said(QUESTION)).to_be_visible()


async def test_when_nobody_is_there_a_request_is_left_and_gets_a_number(house: BrowserHouse) -> None:
    await house.change_site(contacts=(Contact(label="Billing", value="billing@kiln.example", hours="Mon–Fri 9–18"),))
    nino = await visitor(house)
    await nino.open()
    await expect(nino.text("Nobody is free right now.")).to_be_visible()
    await expect(nino.data_line).to_have_text("Saved only when you send it.")
    await expect(nino.panel.get_by_role("link", name="billing@kiln.example")).to_have_attribute(
        "href", "mailto:billing@kiln.example"
    )

    await nino.panel.get_by_label("Your name").fill("Nino")
    await nino.panel.get_by_label("Your question").fill(QUESTION)
    await nino.button("Send request").click()
    await expect(nino.panel.get_by_label("Phone", exact=True)).to_have_accessible_description(
        "Please give a phone number, so that we can call you back."
    )
    await nino.panel.get_by_label("Phone", exact=True).fill("+995 555 12 34 56")
    await nino.button("Send request").click()

    await expect(nino.text("Your request is saved")).to_be_visible()
    await expect(nino.data_line).to_contain_text("Saved as request #1001-7.")
    ticket = (await house.server.state["tickets"].get("1001-7", actor=SOFIA)).ticket
    assert QUESTION in ticket.subject
    assert ticket.channel == "none"

    await nino.panel.get_by_label("Where shall we send the answer?").fill("nino@example.org")
    await nino.button("Answer me by e-mail").click()
    await expect(nino.text("We have sent a link to nino@example.org.")).to_be_visible()


async def test_outside_business_hours_the_next_opening_is_told_in_the_visitors_time(house: BrowserHouse) -> None:
    in_two_days = (datetime.now(UTC) + timedelta(days=2)).weekday()
    await house.change_site(hours=Hours(zone="UTC", weekly=((in_two_days, 9 * 60, 10 * 60),)))
    nino = await visitor(house, await house.browser(timezone_id="Asia/Tbilisi", locale="en-GB"))
    await nino.open()

    await expect(nino.panel.locator(".subtitle")).to_have_text(re.compile(r"Closed – opens \w+day 13:00 your time\."))
    await expect(nino.button("Send request")).to_be_visible()


async def test_what_was_typed_stays_when_the_last_agent_goes_and_when_one_comes_back(house: BrowserHouse) -> None:
    ana = await house.agent("ana")
    nino = await visitor(house)
    await nino.open()
    await nino.button("Start chat").wait_for()
    await nino.fill(question="A long question")

    await away(ana)
    await expect(nino.button("Send request")).to_be_visible()
    await expect(nino.panel.get_by_label("Your question")).to_have_value("A long question")

    await nino.page.route("**/widget/request.js", lambda route: route.abort())
    await nino.button("Answer by e-mail, add files").click()
    await expect(nino.text("This cannot be reached right now.")).to_be_visible()
    await expect(nino.panel.get_by_label("Your question")).to_have_value("A long question")

    await ana.say("intent", intent="available")
    await expect(nino.button("Start chat")).to_be_visible()
    await expect(nino.panel.get_by_label("Your name")).to_have_value("Nino")


async def test_who_would_rather_not_chat_leaves_a_request(house: BrowserHouse) -> None:
    await house.agent("ana")
    nino = await visitor(house)
    await nino.open()
    await nino.button("Leave a request instead").click()
    await expect(nino.button("Send request")).to_be_visible()
    await nino.button("Chat instead").click()
    await expect(nino.button("Start chat")).to_be_visible()


async def test_a_server_that_cannot_be_reached_is_named_and_found_again(house: BrowserHouse) -> None:
    await house.agent("ana")
    context = await house.browser()
    await context.route_web_socket("**/ws/visitor", lambda socket: socket.close(code=1013))
    nino = await visitor(house, context)
    await nino.launcher.click()
    await expect(nino.text("The chat cannot be reached right now")).to_be_visible()
    await expect(nino.data_line).to_have_text("Nothing is saved.")

    await context.route_web_socket("**/ws/visitor", lambda socket: void(socket.connect_to_server()))
    # The panel also tries by itself, and may be faster than the click.
    await nino.button("Try now").or_(nino.button("Start chat")).first.click()
    await expect(nino.button("Start chat")).to_be_visible()


async def test_names_and_texts_of_the_site_are_text(house: BrowserHouse) -> None:
    await house.change_site(name="<b>Kiln</b>", greeting="<img src=x onerror=alert(1)>")
    await house.agent("ana")
    nino = await visitor(house)
    await nino.open()

    await expect(nino.panel.get_by_role("heading", name="<b>Kiln</b>")).to_be_visible()
    await expect(nino.text("<img src=x onerror=alert(1)>")).to_be_visible()
