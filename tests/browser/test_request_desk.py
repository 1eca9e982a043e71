"""The whole way of a request, with real browsers: asked with a screenshot, confirmed, answered, put away, found, solved, and
gone on from after it was closed."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from livesupport.http import robots
from livesupport.model import RequestType
from livesupport.storage.database import Database
from livesupport.tickets import answering
from livesupport.tickets.lifecycle import Lifecycle
from tests.browser.house import BrowserHouse, one_page
from tests.browser.test_answers import card, unread
from tests.browser.test_new_request import ASKED

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000000000500010d0a2db40000000049"
    "454e44ae426082"
)
PASTE = """(field, picture) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(picture), (one) => one.charCodeAt(0))], "image.png", { type: "image/png" }));
  field.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: data }));
}"""
EMAIL = "nino@example.org"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Agents who never take anything back, and nobody is too quick."""
    monkeypatch.setattr(answering, "UNDO", timedelta(0))
    monkeypatch.setattr(robots, "QUICKEST", 0.0)


async def asks(page: Page) -> None:
    """Nino asks for her money, shows what she saw, and is told to look into her mail."""
    await page.get_by_role("link", name="Refund").click()
    await page.get_by_label("Transaction number").fill("TX-20931")
    await page.get_by_label("Date of the payment").fill("2026-11-03")
    await page.get_by_label("Amount").fill("1 200,50")
    await page.get_by_label("Reason").select_option("Paid twice")
    await page.get_by_label("I have the receipt").check()
    await page.get_by_label("Subject").fill("Paid twice")
    await page.get_by_label("What happened").fill("Two payments, one kettle.")
    await page.get_by_label("What happened").evaluate(PASTE, base64.b64encode(PNG).decode())
    await expect(page.get_by_role("status").filter(has_text="is attached")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("button", name="Remove Screenshot")).to_be_visible()
    await page.get_by_label("Your name").fill("Nino")
    await page.get_by_label("E-mail").fill(EMAIL)
    await page.get_by_role("button", name="Send request").click()
    await expect(page.get_by_role("heading", name="check your mail")).to_be_visible()


async def confirms(page: Page, url: str) -> None:
    """She uses the link in the mail, which the demo shows."""
    await page.goto(f"{url}/demo/mail")
    await page.get_by_role("link", name="Confirm your request").click()
    async with page.context.expect_page() as opened:
        await page.frame_locator("iframe").get_by_role("link", name="Look at it and confirm").click()
    confirm = await opened.value
    await confirm.get_by_role("button", name="Yes, send the request").click()
    await expect(confirm.get_by_text("#1001-7")).to_be_visible()
    await confirm.close()


async def signs_in(page: Page, url: str) -> None:
    """She proves her address with the code from another mail."""
    await page.goto(f"{url}/requests/sign-in")
    await page.get_by_label("E-mail address").fill(EMAIL)
    await page.get_by_role("button", name="Send me a code").click()
    mail = await page.context.new_page()
    await mail.goto(f"{url}/demo/mail")
    await mail.locator("main a[href*='/demo/mail/']").first.click()
    code = await mail.frame_locator("iframe").locator("body").text_content()
    await mail.close()
    digits = "".join(character for word in (code or "").split() if word.isdecimal() and len(word) >= 6 for character in word)
    await page.get_by_label("Code").fill(digits)
    await page.get_by_role("button", name="Sign in").click()


async def closes_what_is_solved(house: BrowserHouse) -> None:
    """Five days go by."""
    state = house.server.state
    async with Database.open(state["config"].database_url) as database:
        later = datetime.now(UTC) + timedelta(days=5)
        await Lifecycle(database, lambda: later, lambda _news: None, state["files"], 4 * 86400.0).close()


async def test_a_request_from_the_first_word_to_the_one_after_the_last(house: BrowserHouse) -> None:
    await house.server.state["sites"].add_type(RequestType(id=0, site="default", name="Refund", fields=ASKED))
    house.server.server.lifespan.state["is_demo"] = True

    nino = await one_page(await house.browser(), f"{house.url}/requests/new")
    await asks(nino)
    await confirms(nino, house.url)
    await signs_in(nino, house.url)
    await expect(nino.get_by_role("link", name="Paid twice")).to_be_visible()

    ana = await one_page(await house.signed_in("ana"), f"{house.url}/tickets/1001-7")
    for answer in ("TX-20931", "2026-11-03", "1200.50", "Paid twice"):
        await expect(ana.get_by_text(answer, exact=True).first).to_be_visible()
    await expect(ana.get_by_role("link", name="Screenshot")).to_be_visible()
    await ana.get_by_label("Reply to Nino").fill("Which bank is it?")
    await ana.get_by_role("button", name="Send reply").click()

    await expect(card(nino)).to_contain_text("Which bank is it?")
    await card(nino).get_by_role("button", name="Dismiss").click()
    await expect(card(nino)).to_have_count(0)
    await expect(unread(nino)).to_be_visible()
    await nino.get_by_role("link", name="Paid twice").click()
    await nino.get_by_label("Your reply").fill("The one beside the market.")
    await nino.get_by_role("button", name="Send reply").click()

    await expect(ana.locator(".letter.requester").last).to_contain_text("beside the market")
    await ana.get_by_label("Reply to Nino").fill("It is paid back.")
    await ana.get_by_label("Then the ticket is").select_option("solved")
    await ana.get_by_role("button", name="Send reply").click()
    await expect(nino.locator(".letter.agent").last).to_contain_text("It is paid back.")

    await closes_what_is_solved(house)
    await nino.reload()
    await nino.get_by_label("Write again").fill("It happened once more.")
    await nino.get_by_role("button", name="Send as new request").click()
    await expect(nino.get_by_text("#1002-5").first).to_be_visible()
    await ana.goto(f"{house.url}/tickets/1002-5")
    await expect(ana.get_by_role("link", name="1001-7").first).to_be_visible()
