"""My requests: the list, one request, a reply, notices, and who is shown what (T23, T26, T30, T36)."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from livesupport.storage import tickets
from livesupport.storage.schema import ticket_message
from tests.databases import SOFIA
from tests.http.asking import ONCE, answered, browser_of, person, reply, request_of, signed_link, texts
from tests.http.conftest import House

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


async def test_thanks_with_a_text_and_a_file_lose_neither(house: House) -> None:
    ticket = await request_of(house, await person(house))
    browser = await browser_of(house)
    await answered(house, ticket)
    form, files = reply("Works again, see here") | {"action": "thank"}, {"upload": ("log.txt", b"all well", "text/plain")}
    for _ in range(2):
        assert (await browser.post(f"/requests/{ticket.number}", data=form, files=files)).status_code == 303
        files = {}
    page = (await browser.get(f"/requests/{ticket.number}")).text
    assert "You said that it is solved. Thank you." in page
    assert page.count("Works again, see here") == 1
    assert "log.txt" in page
    long = await browser.post(
        f"/requests/{ticket.number}", data=reply("long " * 4001, "another-form-of-this-test") | {"action": "thank"}
    )
    assert (long.status_code, "long long long" in long.text) == (422, True)


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


async def test_what_is_read_says_nothing_of_notes(house: House) -> None:
    ticket = await request_of(house, await person(house))
    ana = await house.agent("ana", "Ana")
    await house.tickets.note(ticket.number, "SECRET", actor=ana)
    browser = await browser_of(house)
    for address in ("/requests", "/requests?q=SECRET", f"/requests/{ticket.number}", "/requests/notices"):
        assert "SECRET" not in (await browser.get(address)).text.replace('value="SECRET"', "")
    async with house.database.read() as connection:
        assert "SECRET" in (await connection.execute(select(ticket_message.c.text))).scalars().all()


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
