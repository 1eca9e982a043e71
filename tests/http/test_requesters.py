"""How people who ask sign in: with a code, or by the word of their site (T22, T56, T60)."""

from __future__ import annotations

import re

import httpx2
import pytest
from sqlalchemy import select

from livesupport.accounts import vouching
from livesupport.signing import origin_of_chat, origin_of_request
from livesupport.storage import tickets
from livesupport.storage.schema import outbox
from livesupport.tickets.requests import NewTicket
from tests.http.asking import browser_of, code_for, person, request_of
from tests.http.conftest import House

# ── With a code ──────────────────────────────────────────────────────────────────────────────────────────────────────


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


async def test_in_many_turns_known_and_unknown_addresses_are_answered_alike(house: House) -> None:
    told: dict[str, list[list[tuple[int, dict[str, str], str]]]] = {"known": [], "other": []}
    for turn in range(5):
        await request_of(house, await person(house, f"known-{turn}@example.com"))
        for place, who in enumerate(told):
            told[who].append(await hears(house, f"{who}-{turn}@example.com", f"192.0.2.{10 * turn + place}"))
    assert told["known"] == told["other"]
    assert [status for status, _headers, _page in told["known"][0]] == [303, 200, 303, 200, 303, 401]


async def hears(house: House, email: str, host: str) -> list[tuple[int, dict[str, str], str]]:
    """What somebody is answered who signs in, asks, has the link sent again and looks for a request, without a trace of who."""
    browser = await house.browser(address=host)
    wish = {"subject": "S", "message": "M", "name": "N", "email": email, "stamp": house.state["robots"].stamp()}
    house.clock.forward(seconds=30)
    answers = [await browser.post("/requests/sign-in", data={"email": email}), await browser.get("/requests/code")]
    answers.append(await browser.post("/requests/new", data=wish))
    waiting = answers[-1].headers["location"]
    answers += [await browser.get(waiting), await browser.post(waiting, data={"email": email})]
    answers.append(await browser.get("/requests/1001-7"))

    def bare(text: str) -> str:
        return re.sub(r"=[\w.-]{30,}|/waiting/[\w.-]+|[0-9a-f]{16}|\d\d:\d\d(:\d\d)?", "", text.replace(email, ""))

    def headers(one: httpx2.Response) -> dict[str, str]:
        return {
            name: bare(value) for name, value in one.headers.items() if name != "content-length"
        }  # addresses vary in length

    return [(one.status_code, headers(one), bare(one.text)) for one in answers]


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


async def test_links_and_codes_are_counted_together_and_by_a_new_server_too(house: House) -> None:
    stranger = await house.browser(address="203.0.113.9")
    wish = {"subject": "S", "message": "M", "name": "N", "email": "victim@example.com"}
    stamp = house.state["robots"].stamp()
    house.clock.forward(seconds=30)
    assert (await stranger.post("/requests/new", data=wish | {"stamp": stamp})).status_code == 303
    answers = []
    for count in range(3):
        house.state["code_attempts"]._failures.clear()  # it was started anew
        browser = await house.browser(address=f"203.0.113.{count}")
        answers.append(await browser.post("/requests/sign-in", data={"email": "victim@example.com"}))
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert int(answers[-1].headers["retry-after"]) == 3600
    house.clock.forward(hours=1)
    later = await house.browser(address="203.0.113.7")
    assert (await later.post("/requests/sign-in", data={"email": "victim@example.com"})).status_code == 303


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


# ── By the word of their site ────────────────────────────────────────────────────────────────────────────────────────


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


async def test_a_saved_chat_and_a_quick_request_belong_to_the_person_who_asked(house: House) -> None:
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
    quick = NewTicket(
        origin=origin_of_request("of-this-panel"), site="default", name="Nino", phone="", question="?", actor="Nino"
    )
    asked = await house.tickets.open(quick)
    for request in ("the chat", "of-this-panel"):  # the id of a chat, which its agent knows, proves nothing
        assert asked.number not in (await panel.get("/requests")).text
        assert (await panel.post("/requests/claim", data={"request": request})).status_code == 204
    assert asked.number in (await panel.get("/requests")).text
    del panel.headers["Authorization"]
    assert (await panel.post("/requests/claim", data={"token": token})).status_code == 401
