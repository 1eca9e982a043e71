"""My requests: the list, one request, a reply, and who is shown what (T22, T23, T26, T30, T36, T56, T62)."""

from __future__ import annotations

import re

import httpx2
import pytest
from sqlalchemy import select

from livesupport.accounts import vouching
from livesupport.model import Requester, Ticket
from livesupport.storage import requesters, tickets
from livesupport.storage.schema import outbox, ticket_message
from tests.databases import SOFIA
from tests.http.conftest import House

ONCE = "a-form-of-this-test"


async def person(house: House, email: str = "nino@example.com") -> Requester:
    """Somebody who has proved this address."""
    async with house.database.write() as connection:
        return await requesters.of_email(connection, "default", email, house.clock(), name="Nino")


async def request_of(house: House, owner: Requester, question: str = "The blue kettle leaks") -> Ticket:
    """A request of theirs."""
    ticket = await house.ticket(question)
    async with house.database.write() as connection:
        await tickets.change(connection, ticket.id, requester_id=owner.id)
    return ticket


async def code_for(house: House) -> str:
    """The code in the newest mail."""
    async with house.database.read() as connection:
        newest = select(outbox.c.sign_in_id).where(outbox.c.kind == "sign_in").order_by(outbox.c.id.desc()).limit(1)
        code = await house.requesters.code_to_mail((await connection.execute(newest)).scalar_one())
    assert code is not None
    return code


async def browser_of(house: House, email: str = "nino@example.com") -> httpx2.AsyncClient:
    """The browser of somebody who has signed in with a code."""
    browser = await house.browser()
    assert (await browser.post("/requests/sign-in", data={"email": email})).status_code == 303
    answer = await browser.post("/requests/code", data={"code": await code_for(house)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/requests")
    return browser


async def answered(house: House, ticket: Ticket, text: str = "It is on its way.") -> None:
    """Ana has answered, and can no longer take it back."""
    ana = next((one for one in await house.accounts.agents() if one.login == "ana"), None) or await house.agent("ana", "Ana")
    await house.tickets.reply(ticket.number, text, actor=ana)
    house.clock.forward(seconds=10)


async def signed_link(house: House, ticket: Ticket) -> httpx2.AsyncClient:
    """A browser in which the link of a mail was opened."""
    browser = await house.browser()
    answer = await browser.get(f"/requests/{ticket.number}?key={house.links.sign(ticket.number)}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/requests/{ticket.number}")
    return browser


def reply(text: str = "And it leaks", once: str = ONCE) -> dict[str, str]:
    return {"action": "reply", "once": once, "text": text}


async def texts(house: House, number: str) -> list[str]:
    return [message.text for message in (await house.tickets.get(number, actor=SOFIA)).messages]


# ── Signing in ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nino_signs_in_with_a_code_and_sees_her_requests(house: House) -> None:
    await request_of(house, await person(house))
    browser = await browser_of(house)
    page = await browser.get("/requests")
    assert page.status_code == 200
    assert "The blue kettle leaks" in page.text
    assert "nino@example.com" in page.text


async def test_nobody_learns_whether_an_address_is_known(house: House) -> None:
    await person(house, "known@example.com")
    told = []
    for email in ("known@example.com", "other@example.com"):
        browser = await house.browser()
        answer = await browser.post("/requests/sign-in", data={"email": email})
        cookie = re.sub("=[^;]*", "", answer.headers["set-cookie"], count=1)
        page = (await browser.get("/requests/code")).text.replace(email, "X")
        told.append((answer.status_code, answer.headers["location"], cookie, page))
    assert told[0] == told[1]


async def test_the_cookies_are_for_our_server_alone(house: House) -> None:
    browser = await house.browser()
    asked = await browser.post("/requests/sign-in", data={"email": "nino@example.com"})
    entered = await browser.post("/requests/code", data={"code": await code_for(house)})
    for answer in (asked, entered):
        cookies = answer.headers.get_list("set-cookie")
        assert cookies
        assert all("HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie for cookie in cookies)
    assert set(browser.cookies) == {"livesupport-requester"}


async def test_a_wrong_code_may_be_corrected_some_times(house: House) -> None:
    browser = await house.browser()
    await browser.post("/requests/sign-in", data={"email": "nino@example.com"})
    wrong = [await browser.post("/requests/code", data={"code": "wrong"}) for _ in range(5)]
    assert [answer.status_code for answer in wrong] == [401] * 5
    assert "That is not the code" in wrong[0].text
    assert "no longer valid" in wrong[-1].text
    assert (await browser.post("/requests/code", data={"code": "00000000"})).status_code == 401
    assert (await browser.get("/requests/code")).headers["location"] == "/requests/sign-in"


async def test_an_address_gets_three_mails_an_hour_whoever_asks(house: House) -> None:
    answers = []
    for count in range(5):
        browser = await house.browser(address=f"203.0.113.{count}")
        answers.append(await browser.post("/requests/sign-in", data={"email": " Victim@example.com"}))
    assert [answer.status_code for answer in answers] == [303] * 3 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) > 3000
    assert "Victim@example.com" in answers[-1].text
    async with house.database.read() as connection:
        assert len((await connection.execute(select(outbox.c.id))).all()) == 3


@pytest.mark.parametrize(
    "following", ["//evil.test", "/\\evil.test", "https:evil.test", "%2f%2fevil.test", "javascript:alert(1)"]
)
async def test_after_signing_in_nobody_is_sent_elsewhere(house: House, following: str) -> None:
    browser = await house.browser()
    await browser.post("/requests/sign-in", data={"email": "nino@example.com", "next": following})
    answer = await browser.post("/requests/code", data={"code": await code_for(house), "next": following})
    assert (answer.status_code, answer.headers["location"]) == (303, "/requests")


async def test_whoever_signs_out_leaves_nothing_open(house: House) -> None:
    ticket = await request_of(house, await person(house))
    browser = await browser_of(house)
    await browser.get(f"/requests/{ticket.number}?key={house.links.sign(ticket.number)}")
    stolen = dict(browser.cookies)
    assert (await browser.post("/requests/sign-out")).headers["location"] == "/requests?site=default"
    assert dict(browser.cookies) == {}
    thief = await house.browser()
    thief.cookies.set("livesupport-requester", stolen["livesupport-requester"])
    assert (await thief.get(f"/requests/{ticket.number}")).status_code == 401


# ── One request ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nino_reads_the_answer_and_it_is_no_longer_unread(house: House) -> None:
    ticket = await request_of(house, await person(house))
    browser = await browser_of(house)
    await answered(house, ticket, "It is **on its way**.")
    assert "New answer" in (await browser.get("/requests")).text
    page = await browser.get(f"/requests/{ticket.number}")
    assert "<strong>on its way</strong>" in page.text
    assert "New answer" in page.text
    assert "New answer" not in (await browser.get("/requests")).text


async def test_a_reply_is_there_once_and_kept_when_it_is_refused(house: House) -> None:
    ticket = await request_of(house, await person(house))
    browser = await browser_of(house)
    for _ in range(2):
        answer = await browser.post(f"/requests/{ticket.number}", data=reply())
        assert (answer.status_code, answer.headers["location"]) == (303, f"/requests/{ticket.number}#end")
    assert await texts(house, ticket.number) == ["The blue kettle leaks", "And it leaks"]
    refused = await browser.post(f"/requests/{ticket.number}", data=reply("  ", "another-form-of-this-test"))
    assert refused.status_code == 422
    assert "Write a text first." in refused.text
    long = await browser.post(f"/requests/{ticket.number}", data=reply("long " * 4001, "a-third-form-of-this-test"))
    assert long.status_code == 422
    assert "long long long" in long.text


async def test_a_file_goes_with_a_reply_also_without_javascript(house: House) -> None:
    ticket = await request_of(house, await person(house))
    browser = await browser_of(house)
    files = {"upload": ("log.txt", b"it leaks here", "text/plain")}
    answer = await browser.post(f"/requests/{ticket.number}", data=reply(), files=files)
    assert answer.status_code == 303, answer.text
    page = await browser.get(f"/requests/{ticket.number}")
    (address,) = re.findall(r'href="(/files/[^"]+)"', page.text)
    assert (await browser.get(address)).content == b"it leaks here"
    assert (await (await signed_link(house, ticket)).get(address)).content == b"it leaks here"
    other = await request_of(house, await person(house, "zaza@example.com"))
    assert (await (await signed_link(house, other)).get(address)).status_code == 404
    assert (await (await browser_of(house, "zaza@example.com")).get(address)).status_code == 404
    assert (await (await house.browser()).get(address)).status_code == 401


async def test_thanks_leave_the_state(house: House) -> None:
    ticket = await request_of(house, await person(house))
    browser = await browser_of(house)
    await answered(house, ticket)
    answer = await browser.post(f"/requests/{ticket.number}", data={"action": "thank", "once": ONCE, "text": ""})
    assert answer.status_code == 303
    page = (await browser.get(f"/requests/{ticket.number}")).text
    assert "You said that it is solved. Thank you." in page
    assert (await house.tickets.get(ticket.number, actor=SOFIA)).ticket.status == "pending"


async def test_writing_to_a_closed_request_leads_to_the_new_one(house: House) -> None:
    ticket = await request_of(house, await person(house))
    async with house.database.write() as connection:
        await tickets.change(connection, ticket.id, status="closed")
    browser = await signed_link(house, ticket)
    assert "It opens a new request" in (await browser.get(f"/requests/{ticket.number}")).text
    answer = await browser.post(f"/requests/{ticket.number}", data=reply("It leaks again"))
    new = answer.headers["location"].removesuffix("#end")
    assert new != f"/requests/{ticket.number}"
    page = await browser.get(new)
    assert "It leaks again" in page.text
    assert f"Goes on from #{ticket.number}" in page.text


async def test_a_saved_chat_is_read_as_it_was_said(house: House) -> None:
    ticket, nino = await house.saved_chat(), await person(house)
    async with house.database.write() as connection:
        await tickets.change(connection, ticket.id, requester_id=nino.id)
    page = await (await browser_of(house)).get(f"/requests/{ticket.number}")
    assert re.findall(r'class="bubble"[^>]*>([^<]*)<', page.text) == ["The blue kettle leaks", "Since when?", "Today"]


# ── Who is shown what ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_wrong_and_a_forbidden_number_get_the_same_answer(house: House) -> None:
    ticket = await request_of(house, await person(house))
    zaza = await request_of(house, await person(house, "zaza@example.com"), "The red kettle")
    browsers = [
        await browser_of(house, "zaza@example.com"),
        await house.browser(),
        await house.signed_in(role="administrator"),
        await signed_link(house, zaza),
    ]
    for browser in browsers:
        told = set()
        for number in (ticket.number, "9999-2", ticket.number[:-1] + "0"):
            page = await browser.get(f"/requests/{number}")
            write = await browser.post(f"/requests/{number}", data=reply())
            assert page.status_code in (401, 404)
            assert write.status_code == 404
            told.add(re.sub(r"[0-9a-f]{16}", "", page.text).replace(number, "N"))
        assert len(told) == 1
    assert await texts(house, ticket.number) == ["The blue kettle leaks"]


@pytest.mark.parametrize("number", ["0", "-1", "1e3", "null", "%00", "9" * 400, "1001-", "١٠٠١", "1001-7-7", "{}"])
async def test_what_is_no_number_is_no_request(house: House, number: str) -> None:
    await request_of(house, await person(house))
    browser = await browser_of(house)
    assert (await browser.get(f"/requests/{number}")).status_code == 404
    assert (await browser.post(f"/requests/{number}", data=reply())).status_code == 404


async def test_a_link_opens_its_request_signs_nobody_in_and_leaves_the_address(house: House) -> None:
    nino = await person(house)
    ticket, other = await request_of(house, nino), await request_of(house, nino, "The red kettle")
    browser = await signed_link(house, ticket)
    assert "The blue kettle leaks" in (await browser.get(f"/requests/{ticket.number}")).text
    assert "The blue kettle leaks" in (await browser.get(f"/requests/{ticket.number.partition('-')[0]}")).text
    assert (await browser.get(f"/requests/{other.number}")).status_code == 401
    assert "kettle" not in (await browser.get("/requests")).text
    assert (await browser.get("/requests/notices")).status_code == 401


async def test_who_follows_a_link_has_not_opened_the_answer_for_the_person(house: House) -> None:
    """Mail scanners follow links."""
    ticket = await request_of(house, await person(house))
    await answered(house, ticket)
    assert "It is on its way." in (await (await signed_link(house, ticket)).get(f"/requests/{ticket.number}")).text
    assert "New answer" in (await (await browser_of(house)).get("/requests")).text


async def test_a_key_that_is_not_ours_or_too_old_opens_nothing(house: House) -> None:
    nino = await person(house)
    ticket, other = await request_of(house, nino), await request_of(house, nino)
    good = house.links.sign(ticket.number)
    visitor = house.visitor_tokens.sign("v", "default", ticket.number, 1)
    flipped = [good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :] for at in range(0, len(good), 7)]
    for key in ("x", visitor, "é" * 50, *flipped):
        browser = await house.browser()
        assert (await browser.get(f"/requests/{ticket.number}", params={"key": key})).status_code == 410
        assert not browser.cookies
    browser = await house.browser()
    assert (await browser.get(f"/requests/{ticket.number}", params={"key": "x" * 60_000})).status_code == 400
    assert (await browser.get(f"/requests/{other.number}", params={"key": good})).status_code == 303
    assert (await browser.get(f"/requests/{other.number}")).status_code == 404
    house.clock.forward(days=30, seconds=1)
    assert (await browser.get(f"/requests/{ticket.number}", params={"key": good})).status_code == 410


async def test_a_browser_holds_the_keys_of_some_requests(house: House) -> None:
    nino = await person(house)
    browser = await house.browser()
    for _ in range(13):
        ticket = await request_of(house, nino)
        await browser.get(f"/requests/{ticket.number}", params={"key": house.links.sign(ticket.number)})
        assert (await browser.get(f"/requests/{ticket.number}")).status_code == 200
    assert len(browser.cookies) == 10


@pytest.mark.parametrize("cookie", ["", "x", "x" * 5000])
async def test_no_other_cookie_is_a_session(house: House, cookie: str) -> None:
    browser = await house.browser(Cookie=f"livesupport-requester={cookie}")
    assert (await browser.get("/requests")).status_code == 200
    assert (await browser.get("/requests/notices")).status_code == 401


async def test_what_people_wrote_is_text(house: House) -> None:
    evil = '<img src=x onerror="alert(1)"><script>alert(2)</script>{{7*7}}'
    ticket = await request_of(house, await person(house), evil)
    browser = await browser_of(house)
    await answered(house, ticket, evil)
    await browser.post(f"/requests/{ticket.number}", data=reply(evil))
    for address in ("/requests", f"/requests/{ticket.number}", "/requests?q=" + "%3Cscript%3E"):
        html = (await browser.get(address)).text
        assert "<img" not in html
        assert "<script>" not in html
        assert "49" not in re.sub(r'content="[^"]*"|[0-9a-f]{12,}', "", html) or "{{7*7}}" in html


@pytest.mark.parametrize("extra", [{"status": "solved"}, {"author": "agent"}, {"requester_id": "1"}, {"visible_at": "now"}])
async def test_fields_that_the_form_does_not_have_are_refused(house: House, extra: dict[str, str]) -> None:
    ticket = await request_of(house, await person(house))
    browser = await browser_of(house)
    assert (await browser.post(f"/requests/{ticket.number}", data=reply() | extra)).status_code == 422
    assert await texts(house, ticket.number) == ["The blue kettle leaks"]


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_filters_are_in_the_address_and_wrong_ones_are_refused_or_left_out(house: House) -> None:
    await request_of(house, await person(house))
    browser = await browser_of(house)
    assert "The blue kettle leaks" in (await browser.get("/requests?q=kettle&step=received&day=2026-11-22")).text
    assert "No request fits" in (await browser.get("/requests?q=teapot")).text
    assert "No request fits" in (await browser.get("/requests?day=2026-11-21")).text
    assert "Nothing here yet" in (await browser.get("/requests?view=archive")).text
    assert (await browser.get("/requests?day=soon")).status_code == 200
    assert (await browser.get("/requests?cursor=x")).status_code == 404
    for wrong in ("step=closed", "topic=1e3", "view=all", "cursor=" + "x" * 300, "role=agent", "topic=99999999999999999999"):
        assert (await browser.get("/requests?" + wrong)).status_code == 400


async def test_days_are_those_of_the_reader(house: House) -> None:
    house.clock.now = house.clock.now.replace(hour=21, minute=30)
    await request_of(house, await person(house))
    browser = await browser_of(house)
    for zone, found in (("Asia/Tbilisi", True), ("", False), ("../../etc/passwd", False), ("\0", False)):
        page = await browser.get("/requests", params={"day": "2026-11-23", "zone": zone})
        assert ("The blue kettle leaks" in page.text) == found, zone


# ── Notices ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_notice_is_told_put_off_listed_and_cancelled(house: House) -> None:
    ticket = await request_of(house, await person(house))
    browser = await browser_of(house)
    await answered(house, ticket)
    told = (await browser.get("/requests/notices")).json()
    (notice,) = told["now"]
    assert (notice["number"], notice["excerpt"], told["unread"]) == (ticket.number, "It is on its way.", 1)

    address = f"/requests/notices/{notice['id']}"
    put_off = await browser.post(
        address, data={"deed": "later", "delay": "hour", "zone": "UTC"}, headers={"Accept": "application/json"}
    )
    assert put_off.status_code == 204
    told = (await browser.get("/requests/notices")).json()
    assert (told["now"], told["again_in"]) == ([], 3600.0)
    assert "Cancel reminder" in (await browser.get("/requests")).text
    cancelled = await browser.post(address, data={"deed": "dismiss", "next": "//evil.test"})
    assert (cancelled.status_code, cancelled.headers["location"]) == (303, "/requests")
    page = (await browser.get("/requests")).text
    assert "Cancel reminder" not in page
    assert "New answer" in page


async def test_nobody_else_hears_of_it_or_touches_it(house: House) -> None:
    ticket = await request_of(house, await person(house))
    await answered(house, ticket)
    zaza, agent = await browser_of(house, "zaza@example.com"), await house.signed_in()
    assert (await zaza.get("/requests/notices")).json()["now"] == []
    assert (await zaza.post("/requests/notices/1", data={"deed": "dismiss"})).status_code == 404
    assert (await agent.post("/requests/notices/1", data={"deed": "dismiss"})).status_code == 401
    assert len((await (await browser_of(house)).get("/requests/notices")).json()["now"]) == 1


# ── People whom their site vouches for ───────────────────────────────────────────────────────────────────────────────


async def word(house: House, **said: str) -> dict[str, str]:
    """What the site's server gives its page."""
    attributes = {"id": "7", "name": "Nino", "exp": str(int(house.clock().timestamp()) + 300), **said}
    return attributes | {"sig": vouching.signature(await house.sites.user_key("default"), attributes), "site": "default"}


async def test_the_panel_signs_a_person_in_and_hands_the_session_to_a_page(house: House) -> None:
    panel = await house.browser()
    answer = await panel.post("/requests/session", data=await word(house, email="nino@example.com"))
    assert answer.status_code == 201
    began = answer.json()
    assert (began["name"], began["email"]) == ("Nino", "nino@example.com")
    assert not panel.cookies
    shown = {"Authorization": f"Bearer {began['session']}"}
    assert (await panel.get("/requests/notices", headers=shown)).json()["unread"] == 0

    page = await house.browser()
    entered = await page.post("/requests/enter", data={"session": began["session"], "next": "/requests"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/requests")
    assert "You have no open requests." in (await page.get("/requests")).text

    signed_out = await panel.post("/requests/sign-out", headers=shown | {"Accept": "application/json"})
    assert signed_out.status_code == 204
    assert (await panel.get("/requests/notices", headers=shown)).status_code == 401
    assert (await page.get("/requests/notices")).status_code == 200
    assert (await page.post("/requests/enter", data={"session": began["session"]})).status_code == 403


async def test_no_other_word_signs_anybody_in(house: House) -> None:
    panel = await house.browser()
    good = await word(house)
    for wrong in (good | {"id": "8"}, good | {"sig": "0" * 64}, good | {"exp": "9999999999"}, good | {"name": "Eve"}):
        assert (await panel.post("/requests/session", data=wrong)).status_code == 403
    assert (await panel.post("/requests/session", data=good | {"role": "agent"})).status_code == 422
    house.clock.forward(minutes=6)
    assert (await panel.post("/requests/session", data=good)).status_code == 403


async def test_a_saved_chat_belongs_to_the_person_who_was_in_it(house: House) -> None:
    from livesupport.signing import origin_of_chat

    ticket = await house.saved_chat()
    async with house.database.write() as connection:
        await tickets.change(connection, ticket.id, origin=origin_of_chat("the chat"))
    panel = await house.browser()
    began = (await panel.post("/requests/session", data=await word(house))).json()
    panel.headers["Authorization"] = f"Bearer {began['session']}"
    for chat in ("another chat", "the chat"):
        assert ticket.number not in (await panel.get("/requests")).text
        token = house.visitor_tokens.sign("visitor", "default", chat, 1)
        assert (await panel.post("/requests/claim", data={"token": token})).status_code == 204
    assert ticket.number in (await panel.get("/requests")).text
    assert (await panel.post("/requests/claim", data={"token": "made up"})).status_code == 204
    del panel.headers["Authorization"]
    assert (await panel.post("/requests/claim", data={"token": token})).status_code == 401


async def test_what_is_read_says_nothing_of_notes(house: House) -> None:
    ticket = await request_of(house, await person(house))
    ana = await house.agent("ana", "Ana")
    await house.tickets.note(ticket.number, "SECRET", actor=ana)
    browser = await browser_of(house)
    for address in ("/requests", "/requests?q=SECRET", f"/requests/{ticket.number}", "/requests/notices"):
        assert "SECRET" not in (await browser.get(address)).text.replace('value="SECRET"', "")
    async with house.database.read() as connection:
        assert "SECRET" in (await connection.execute(select(ticket_message.c.text))).scalars().all()
