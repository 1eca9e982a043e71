"""The desk's pages in a real browser: readable, harmless whatever visitors wrote, usable without JavaScript (T36)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page, expect

from livesupport.model import Field, Requester, RequestType, Ticket
from livesupport.storage import requesters
from livesupport.storage.database import Database
from livesupport.tickets import answering, answers
from livesupport.tickets.new_request import DIAGNOSTICS, NewRequest
from livesupport.tickets.requests import NewLine, NewTicket
from tests.browser.hostile import HOSTILE, VECTORS, is_harmless
from tests.browser.house import PASSWORD, BrowserHouse, one_page
from tests.browser.test_answers import answer, request_of, signed_in
from tests.databases import SOFIA

EMAIL = "nino@example.org"


async def leave_request(house: BrowserHouse, number: int, text: str, **more: Any) -> Ticket:
    """A request in which everything that a visitor can fill in says `text`."""
    tickets = house.server.state["tickets"]
    fields = {"name": text, "phone": text, "question": text, "page": text, "actor": text, "language": text} | more
    return await tickets.open(NewTicket(origin=f"request-{number:08}", site="default", **fields))


async def ticket_of_nino(house: BrowserHouse) -> Ticket:
    """A chat that was turned into a ticket."""
    now = datetime.now(UTC)
    said = (("requester", "Nino", "It leaks"), ("system", "", "Ana answers the chat."), ("agent", "Ana", "Since when?"))
    lines = tuple(
        NewLine(chain="chat", epoch=1, seq=seq, at=now, author=author, name=name, text=text)  # type: ignore[arg-type]
        for seq, (author, name, text) in enumerate(said)
    )
    about = {"name": "Nino", "phone": "+995555123456", "page": "https://shop.example/kettles", "language": "ka", "actor": "Ana"}
    return await leave_request(house, 0, "The blue kettle leaks", lines=lines, from_chat=True, **about)


# ── What visitors wrote ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_hostile_texts_would_do_harm_where_nobody_escapes_them(house: BrowserHouse) -> None:
    page = await one_page(await house.browser(), "about:blank")
    harmed = 0
    for vector in VECTORS[:3]:
        await page.set_content(vector)
        await page.wait_for_function("window.executed")
        harmed += not await is_harmless(page)
    assert harmed == 3


async def test_no_text_of_a_visitor_runs_in_the_inbox_or_on_a_ticket(house: BrowserHouse) -> None:
    assert len(HOSTILE) == 200
    state = house.server.state
    ben = next(agent for agent in await state["accounts"].agents() if agent.login == "ben")
    tickets = [await leave_request(house, number, text) for number, text in enumerate(HOSTILE)]
    lines = [
        NewLine(chain="chat", epoch=1, seq=seq, at=datetime.now(UTC), author="requester", name=text, text=text)
        for seq, text in enumerate(HOSTILE)
    ]
    everything = await leave_request(house, len(HOSTILE), HOSTILE[0], lines=tuple(lines), from_chat=True)
    for text in HOSTILE[:20]:
        await state["tickets"].note(everything.number, text, actor=ben)
    page = await one_page(await house.signed_in("ana"), f"{house.url}/tickets/{everything.number}")
    assert await is_harmless(page)
    await expect(page.locator(".chat .text")).to_have_text(HOSTILE)
    for first in (*tickets[:20], *tickets[20::20]):
        await page.goto(f"{house.url}/tickets/{first.number}")
        assert await is_harmless(page)
        await expect(page.locator("h1")).to_have_text(first.subject)
    await page.goto(f"{house.url}/inbox")
    while await page.locator("a[rel=next]").count():
        assert await is_harmless(page)
        await page.locator("a[rel=next]").click()
    assert await is_harmless(page)
    await expect(page.locator("tbody tr")).not_to_have_count(0)


async def test_no_text_of_those_who_ask_runs_on_a_ticket_on_their_own_pages_or_in_a_mail(
    house: BrowserHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "UNDO", timedelta(0))
    context = await signed_in(house)
    nino = await asker(house, context)
    asked = tuple(Field(id=f"q{number}", label=f"Question {number}", kind="text") for number in range(20))
    kind = await house.server.state["sites"].add_type(RequestType(id=0, site="default", name="All", fields=asked))
    chunks = [HOSTILE[first : first + len(asked)] for first in range(0, len(HOSTILE), len(asked))]
    requests = [await ask_hostile(house, nino, kind, texts) for texts in chunks]
    for ticket in requests:
        await answer(house, ticket, "\n\n".join(HOSTILE[:20]))

    mine, desk = await context.new_page(), await (await house.signed_in("ana")).new_page()
    for ticket in requests:
        for page, path in ((mine, f"/requests/{ticket.number}"), (desk, f"/tickets/{ticket.number}")):
            await page.goto(house.url + path)
            await expect(page.locator("h1")).to_have_text(ticket.subject)
            assert await is_harmless(page)
    for path in ("/requests", "/demo/mail"):
        await mine.goto(house.url + path)
        assert await is_harmless(mine)
    letter = await one_page(await house.browser(), "about:blank")
    for mail in await house.server.state["mail"].latest():
        written = await house.server.state["mail"].written(mail.id)
        body = written.get_body(("html",)) if written else None
        assert body is not None
        await letter.set_content(body.get_content())
        assert await is_harmless(letter)


async def asker(house: BrowserHouse, context: BrowserContext) -> Requester:
    """Who is signed in there, with an address that was proved."""
    (cookie,) = await context.cookies()
    session = await house.server.state["requesters"].session(cookie["value"])
    assert session is not None
    async with Database.open(house.server.state["config"].database_url) as database, database.write() as connection:
        await requesters.change(connection, session.requester.id, email=EMAIL)
    return msgspec.structs.replace(session.requester, email=EMAIL)


async def ask_hostile(house: BrowserHouse, nino: Requester, kind: RequestType, texts: Sequence[str]) -> Ticket:
    """A request in which every field and every name of a file says something else that no page may take for markup."""
    state, owner = house.server.state, "0" * 64

    async def content() -> AsyncIterator[bytes]:
        yield b"a note"

    files = [await state["files"].stage(owner, f"{text}.txt", content()) for text in texts[:5]]
    wish = NewRequest(
        id=texts[0],
        site="default",
        name=texts[0],
        subject=texts[1],
        message="\n\n".join(texts),
        email=EMAIL,
        type=kind.id,
        answers={answers.name_of(field): text for field, text in zip(kind.fields, texts, strict=True)},
        diagnostics=dict(zip(DIAGNOSTICS, texts, strict=False)),
        owner=owner,
        files=tuple(file.id for file in files),
        page=texts[2],
        language=texts[3],
    )
    ticket = await state["asking"].ask(wish, nino)
    assert isinstance(ticket, Ticket)
    assert [answer.value for answer in ticket.answers] == [text.strip() for text in texts]
    return ticket


async def test_a_script_in_the_search_box_is_searched_for(house: BrowserHouse) -> None:
    page = await one_page(await house.signed_in("ana"), f"{house.url}/inbox")
    await page.get_by_role("searchbox").fill('"><script>executed = true</script>')
    await page.get_by_role("searchbox").press("Enter")
    await expect(page.get_by_text("No ticket fits these filters.")).to_be_visible()
    assert await is_harmless(page)
    await expect(page.get_by_role("searchbox")).to_have_value('"><script>executed = true</script>')


# ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_check_of_readability_can_fail(house: BrowserHouse) -> None:
    page = await one_page(await house.browser(), "about:blank")
    await page.set_content("<main><img src='data:,'><input><p style='color: #aaa'>pale</p></main>")
    assert (await Axe().run(page)).violations_count >= 3


NAMED_IN_VAIN = """
all => all.flatMap((one) => one.getAttribute("aria-describedby").split(" ")).filter((id) => !document.getElementById(id))
"""


async def is_readable(page: Page) -> None:
    """Whoever sees, hears or feels the page has all of it, in a window of any width."""
    assert await page.locator("path[d=undefined]").count() == 0, "an icon that nobody has drawn"
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert await page.locator("[aria-describedby]").evaluate_all(NAMED_IN_VAIN) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def unconfirmed(house: BrowserHouse) -> tuple[str, str]:
    """Where a request waits for its confirmation, and the link in the mail that confirms it."""
    state = house.server.state
    wish = NewRequest(id="a form", site="default", name="Nino", subject="A cup", message="It is chipped.", email=EMAIL)
    waiting = await state["asking"].ask(wish)
    (newest, *_older) = await state["mail"].latest()
    mail = await state["mail"].written(newest.id)
    body = mail.get_body(("plain",)) if mail else None
    link = re.search(r"/requests/confirm/\S+", body.get_content() if body else "")
    assert link
    return f"/requests/waiting/{state['waiting'].sign(waiting.id)}", link[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fa"])
async def test_everybody_can_read_the_pages(house: BrowserHouse, scheme: Any, language: str) -> None:
    ticket = await ticket_of_nino(house)
    secret = await house.server.state["accounts"].new_setup_secret()
    stranger = await house.browser(color_scheme=scheme)
    ana = await house.signed_in("ana", color_scheme=scheme)
    for context, path in (
        (stranger, f"/setup?token={secret}&"),
        (stranger, "/login?"),
        (stranger, "/privacy?"),
        (stranger, "/nowhere?"),
        (ana, "/inbox?"),
        (ana, "/inbox?q=nothing&"),
        (ana, f"/tickets/{ticket.number}?"),
    ):
        page = await one_page(context, f"{house.url}{path}lang={language}")
        await is_readable(page)
        await page.close()


@pytest.mark.parametrize(("scheme", "language", "width"), [("light", "en", 1280), ("dark", "fa", 390)])
async def test_everybody_can_read_what_those_who_ask_see(
    house: BrowserHouse, monkeypatch: pytest.MonkeyPatch, scheme: Any, language: str, width: int
) -> None:
    monkeypatch.setattr(answering, "UNDO", timedelta(0))
    nino = await signed_in(house, color_scheme=scheme, viewport={"width": width, "height": 800})
    ticket = await request_of(house, "7")
    await answer(house, ticket)
    waiting, link = await unconfirmed(house)
    stranger = await house.browser(color_scheme=scheme, viewport={"width": width, "height": 800})

    page = await nino.new_page()
    await page.goto(f"{house.url}/requests?lang={language}")
    await expect(page.locator(".answer-notice")).to_be_visible()
    await is_readable(page)
    for path in (f"/requests/{ticket.number}", "/requests/new"):
        await page.goto(f"{house.url}{path}?lang={language}")
        await is_readable(page)

    page = await stranger.new_page()
    for path in (f"/requests/{ticket.number}", "/requests/sign-in", waiting, link):
        await page.goto(f"{house.url}{path}?lang={language}")
        await is_readable(page)
    await page.locator("[value=confirm]").click()
    await expect(page.locator("[data-number]")).to_be_visible()
    await is_readable(page)
    await page.goto(f"{house.url}/requests/sign-in?lang={language}")
    await page.locator("#email").fill(EMAIL)
    await page.locator("#email").press("Enter")
    await expect(page.locator("#code")).to_be_visible()
    await is_readable(page)


async def test_ana_works_without_javascript(house: BrowserHouse) -> None:
    ticket = await ticket_of_nino(house)
    page = await one_page(await house.browser(java_script_enabled=False), f"{house.url}/tickets/{ticket.number}")
    await page.get_by_label("Login name").fill("ana")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator("h1")).to_have_text("The blue kettle leaks")

    await page.get_by_label("Reply to Nino").fill("A new one comes.")
    await page.get_by_role("button", name="Send reply").click()
    await expect(page.locator(".letter.reply .rich")).to_have_text("A new one comes.")

    await page.get_by_label("Assignee").select_option("Ana")
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_text("Ana assigned the ticket to Ana")).to_be_visible()

    await page.get_by_role("link", name="Inbox").first.click()
    await page.get_by_role("link", name="Mine").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.get_by_role("button", name="Sign out").click()
    await expect(page).to_have_url(f"{house.url}/login")


async def test_an_impatient_second_click_does_not_send_twice(house: BrowserHouse) -> None:
    ticket = await ticket_of_nino(house)
    page = await one_page(await house.signed_in("ana"), f"{house.url}/tickets/{ticket.number}")
    await page.get_by_label("Reply to Nino").fill("A new one comes.")
    await page.get_by_role("button", name="Send reply").dblclick()
    await expect(page.locator(".letter.reply")).to_have_count(1)
    thread = await house.server.state["tickets"].get(ticket.number, actor=SOFIA)
    assert [message.kind for message in thread.messages].count("reply") == 1


async def test_a_reply_that_crossed_a_new_message_is_kept_and_sent_with_the_keyboard(house: BrowserHouse) -> None:
    ticket = await ticket_of_nino(house)
    page = await one_page(await house.signed_in("ana"), f"{house.url}/tickets/{ticket.number}")
    await expect(page.get_by_role("button", name="Preview").first).to_be_visible()  # the page's module has begun
    box = page.get_by_label("Reply to Nino")
    await box.fill("A new bottom comes.")  # first: to a page on which nothing is written the message would simply be shown
    news = NewLine(chain="chat", epoch=1, seq=9, at=datetime.now(UTC), author="requester", name="Nino", text="It is the lid")
    assert await house.server.state["tickets"].append("request-00000000", [news])
    await box.press("Control+Enter")
    await expect(page.get_by_role("alert")).to_contain_text("A new message came while you were writing.")
    await expect(page.get_by_text("It is the lid")).to_be_visible()
    await expect(box).to_have_value("A new bottom comes.")
    await box.press("Control+Enter")
    await expect(page.locator(".letter.reply .rich")).to_have_text("A new bottom comes.")


async def test_what_was_begun_is_there_again_after_leaving_the_page(house: BrowserHouse) -> None:
    ticket = await ticket_of_nino(house)
    page = await one_page(await house.signed_in("ana"), f"{house.url}/tickets/{ticket.number}")
    await page.get_by_label("Reply to Nino").press_sequentially("Half a sent")
    await page.get_by_role("link", name="Inbox").first.click()
    await page.wait_for_url("**/inbox")
    await page.go_back()
    await page.reload()
    await expect(page.get_by_label("Reply to Nino")).to_have_value("Half a sent")


async def test_times_are_told_in_the_readers_zone(house: BrowserHouse) -> None:
    ticket = await ticket_of_nino(house)
    page = await one_page(await house.signed_in("ana", timezone_id="Asia/Tbilisi"), f"{house.url}/tickets/{ticket.number}")
    opened = page.locator(".beside time")
    await expect(opened).to_have_text("just now")
    at = datetime.fromisoformat(str(await opened.get_attribute("datetime")))
    local = await page.evaluate("at => new Date(at).toLocaleTimeString([], {timeStyle: 'short'})", at.isoformat())
    assert local in str(await opened.get_attribute("title"))


async def test_salome_sets_the_server_up_and_copies_the_line(house: BrowserHouse) -> None:
    secret = await house.server.state["accounts"].new_setup_secret()
    context = await house.browser(permissions=["clipboard-read", "clipboard-write"])
    page = await one_page(context, f"{house.url}/setup?token={secret}")
    await page.get_by_label("Your name").fill("Salome")
    await page.get_by_label("Login name").fill("salome")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Create administrator").click()
    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == f'<script src="{house.url}/widget.js" data-site="default" async></script>'
