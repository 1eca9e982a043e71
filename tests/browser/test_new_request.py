"""A stranger asks in a real browser: on the page and in the panel, with what the type asks, and confirms it from the mail."""

from __future__ import annotations

import re
import time
from typing import get_args
from urllib.parse import parse_qs

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from livesupport.cleaning import clean_line
from livesupport.model import Field, FieldKind, RequestType
from livesupport.tickets.answers import rule
from tests.browser.house import BrowserHouse, one_page
from tests.browser.test_answers import signed_in
from tests.browser.visitor import QUESTION, visitor
from tests.databases import SOFIA
from tests.tickets.test_answers import EXAMPLES

KINDS = get_args(FieldKind)
JUDGE = """examples => examples.map(([kind, typed]) => {
  const field = document.getElementById(`answer-${kind}`);
  new RegExp(field.pattern, "v"); // a browser overlooks a pattern that it cannot read
  field.value = typed;
  return !field.validity.patternMismatch;
})"""
ASKED = (
    Field(id="transaction", label="Transaction number", kind="text", required=True),
    Field(id="paid", label="Date of the payment", kind="date", required=True),
    Field(id="amount", label="Amount", kind="amount", required=True, hint="In GEL"),
    Field(id="reason", label="Reason", kind="choice", required=True, choices=("Paid twice", "Broken")),
    Field(id="kept", label="I have the receipt", kind="checkbox"),
)


async def offer_refunds(house: BrowserHouse) -> RequestType:
    """The site asks for these things when somebody wants money back."""
    sites = house.server.state["sites"]
    await house.change_site(rules="Returns within **14 days**.")
    return await sites.add_type(
        RequestType(id=0, site="default", name="Refund", instructions="Banks need *three days*.", fields=ASKED)
    )


def as_in_the_demo(house: BrowserHouse) -> None:
    """Outgoing mail may be read, and nobody is too quick."""
    house.server.server.lifespan.state["is_demo"] = True
    house.server.state["robots"]._clock = lambda: time.time() + 60


async def axe_finds(page: Page) -> list[str]:
    results = (await Axe().run(page)).response
    return [violation["id"] for violation in results["violations"]]


async def test_a_stranger_asks_with_what_the_type_asks_and_confirms_through_the_outbox(house: BrowserHouse) -> None:
    await offer_refunds(house)
    page = await one_page(await house.browser(timezone_id="Asia/Tbilisi"), f"{house.url}/requests/new")
    assert await axe_finds(page) == []
    await page.get_by_role("link", name="Refund").click()
    await expect(page.get_by_text("Banks need three days.")).to_be_visible()
    await page.get_by_role("link", name="I have another problem").click()
    await expect(page.get_by_text("Returns within 14 days.")).to_be_visible()

    send = page.get_by_role("button", name="Send request")
    await send.click()
    first = page.get_by_label("Transaction number")
    await expect(first).to_be_focused()
    await expect(first).to_have_accessible_description("Please fill this in.")
    assert await axe_finds(page) == []

    await first.fill("TX-20931")
    await expect(first).to_have_accessible_description("")
    await page.get_by_label("Date of the payment").fill("2026-11-03")
    await page.get_by_label("Amount").fill("many")
    await page.get_by_label("Reason").select_option("Paid twice")
    await page.get_by_label("I have the receipt").check()
    await page.get_by_label("Subject").fill("Paid twice")
    await page.get_by_label("What happened").fill("Two payments,\none kettle.")
    await page.get_by_text("Important", exact=True).click()
    await page.get_by_label("Your name").fill("Nino")
    await page.get_by_label("E-mail").fill("nino@example.org")
    await page.get_by_label("Add technical details").check()
    await expect(page.get_by_text("Asia/Tbilisi")).to_be_visible()

    await page.reload()  # nothing typed is lost
    await expect(first).to_have_value("TX-20931")
    await expect(page.get_by_label("What happened")).to_have_value("Two payments,\none kettle.")
    await expect(page.get_by_label("I have the receipt")).to_be_checked()

    as_in_the_demo(house)
    await send.click()
    amount = page.get_by_label("Amount")
    await expect(amount).to_be_focused()
    await expect(amount).to_have_accessible_description("Write an amount, such as 1200.50, without the currency. In GEL")
    await amount.fill("1 200,50")
    await page.context.set_offline(True)
    await send.click()
    await expect(page.get_by_text("Connection lost. Your text is kept")).to_be_visible()
    await page.context.set_offline(False)
    await send.click()
    await expect(page.get_by_role("heading", name="check your mail")).to_be_visible()
    assert await page.evaluate("sessionStorage.length") == 0

    await page.goto(f"{house.url}/demo/mail")
    await page.get_by_role("link", name="Confirm your request").click()
    async with page.context.expect_page() as opened:
        await page.frame_locator("iframe").get_by_role("link", name="Look at it and confirm").click()
    confirm = await opened.value
    await confirm.get_by_role("button", name="Yes, send the request").click()
    await expect(confirm.get_by_text("#1001-7")).to_be_visible()

    ticket = (await house.server.state["tickets"].get("1001-7", actor=SOFIA)).ticket
    assert [(answer.label, answer.value) for answer in ticket.answers] == [
        ("Transaction number", "TX-20931"),
        ("Date of the payment", "2026-11-03"),
        ("Amount", "1200.50"),
        ("Reason", "Paid twice"),
        ("I have the receipt", "yes"),
    ]
    assert (ticket.priority, ticket.channel, ticket.diagnostics["zone"]) == ("high", "email", "Asia/Tbilisi")


async def test_what_somebody_known_changes_is_kept_and_nothing_is_sent_that_was_not_shown(house: BrowserHouse) -> None:
    as_in_the_demo(house)
    page = await (await signed_in(house)).new_page()
    await page.goto(f"{house.url}/requests/new", referer=f"{house.url}/cups?order=SECRET#part")
    await page.locator("[name=stamp]").evaluate("field => (field.value = 'of last week')")
    name, email = page.get_by_label("Your name"), page.get_by_label("E-mail", exact=True)
    await expect(name).to_have_value("Nino")
    await name.fill("Nino Beridze")
    await page.get_by_label("Subject").fill("My order")
    await page.get_by_label("What happened").fill("It did not come.")
    await page.get_by_label("By e-mail as well").check()
    await email.fill("broken")
    await page.reload()
    await expect(name).to_have_value("Nino Beridze")
    await expect(email).to_have_value("broken")

    await page.get_by_label("Here, under My requests").check()
    await page.get_by_role("button", name="Send request").click()
    await expect(page.get_by_text("This form has become too old. Please send it once more.")).to_be_visible()
    async with page.expect_request(lambda request: request.method == "POST") as sending:
        await page.get_by_role("button", name="Send request").click()
    body = parse_qs((await sending.value).post_data or "")
    await expect(page.get_by_role("heading", name="My order")).to_be_visible()
    assert (body["name"], body["page"]) == (["Nino Beridze"], [f"{house.url}/cups"])
    assert not [field for field in body if field.startswith("about-") or field == "email"]
    assert (await house.server.state["tickets"].get("1001-7", actor=SOFIA)).ticket.name == "Nino Beridze"

    await page.goto(f"{house.url}/requests/new")  # the second of this address costs some computing
    await page.get_by_label("Subject").fill("My other order")
    await page.get_by_label("What happened").fill("It came twice.")
    async with page.expect_request(lambda request: bool(parse_qs(request.post_data or "").get("proof"))):
        await page.get_by_role("button", name="Send request").click()
    await expect(page.get_by_role("heading", name="My other order")).to_be_visible()


async def test_browser_and_server_judge_every_kind_of_answer_alike(house: BrowserHouse) -> None:
    asked = [
        Field(id=kind, label=kind, kind=kind, required=True, choices=("Broken", "Lost") * (kind == "choice")) for kind in KINDS
    ]
    kind = await house.server.state["sites"].add_type(RequestType(id=0, site="default", name="All", fields=tuple(asked)))
    page = await one_page(await house.browser(), f"{house.url}/requests/new?type={kind.id}&step=write")
    send = page.get_by_role("button", name="Send request")
    await send.click()
    for field in asked:
        await expect(page.locator(f"#answer-{field.id}-problem")).to_have_text(rule(field).missing)

    # For a date browsers have a field of their own.
    patterns: dict[str, str] = {field.kind: rule(field).pattern for field in asked if field.kind != "date"}
    examples = [(kind, typed) for kind, typed, _value in EXAMPLES if patterns.get(kind)]
    verdicts = await page.evaluate(JUDGE, examples)
    assert verdicts == [bool(re.fullmatch(patterns[kind], clean_line(typed))) for kind, typed in examples]
    assert set(verdicts) == {True, False}

    wrong = {"text": "x" * 501, "number": "1e9", "amount": "many", "email": "nino", "phone": "call me"}
    for name, typed in wrong.items():
        await page.locator(f"#answer-{name}").fill(typed)
    await send.click()
    for field in asked:
        if field.kind in wrong:
            await expect(page.locator(f"#answer-{field.id}-problem")).to_have_text(rule(field).wrong)


async def test_in_the_panel_the_same_form_takes_over_what_was_typed_and_keeps_nothing_in_storage(house: BrowserHouse) -> None:
    await offer_refunds(house)
    as_in_the_demo(house)
    nino = await visitor(house)
    await nino.open()
    await nino.fill()
    await nino.button("Answer by e-mail, add files").click()
    await nino.panel.get_by_role("link", name="Refund").click()
    await nino.panel.get_by_role("link", name="I have another problem").click()
    await nino.panel.get_by_label("Subject").fill("My order")
    await nino.panel.get_by_label("Amount").fill("12")

    another = nino.panel.get_by_role("link", name="Choose something else")
    await nino.page.route("**/requests/new*", lambda route: route.abort())
    await another.click()
    await expect(nino.text("This cannot be reached right now.")).to_be_visible()
    await expect(nino.panel.get_by_label("Subject")).to_have_value("My order")
    await nino.page.unroute("**/requests/new*")
    await nino.button("Try again").click()
    await nino.panel.get_by_role("link", name="Refund").click()
    await nino.panel.get_by_role("link", name="I have another problem").click()
    await expect(nino.panel.get_by_label("Amount")).to_have_value("12")
    await another.click()
    await nino.panel.get_by_role("link", name="None of these: write to us").click()
    await expect(nino.panel.get_by_label("Subject")).to_have_value("My order")
    await expect(nino.panel.get_by_label("What happened")).to_have_value(QUESTION)
    await expect(nino.panel.get_by_label("Your name")).to_have_value("Nino")
    await nino.panel.get_by_label("E-mail").fill("nino@example.org")

    await nino.button("Back").click()
    await nino.button("Answer by e-mail, add files").click()
    await expect(nino.panel.get_by_label("Subject")).to_have_value("My order")
    await nino.button("Send request").click()
    await expect(nino.panel.get_by_role("heading", name="check your mail")).to_be_visible()
    await expect(nino.data_line).to_have_text("Kept for 24 hours, until you open the link in our mail.")
    frame = nino.page.frames[1]
    assert "order" not in await frame.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")
    await nino.panel.get_by_label("E-mail").fill("nina@example.org")
    await nino.button("Send the link again").click()
    await expect(nino.text("The link is on its way once more.")).to_be_visible()
