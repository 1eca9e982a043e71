"""The form of a new request, as browsers without JavaScript and its own module send it; what programs try on it."""

from __future__ import annotations

import re
from hashlib import sha256
from html import unescape
from itertools import count
from typing import Any

import httpx2
import msgspec
import pytest

from livesupport.live.proof import solves
from livesupport.model import Field, RequestType
from livesupport.signing import origin_of_chat
from livesupport.tickets.requests import NewTicket
from tests.databases import SOFIA
from tests.http.conftest import House

FORM = "/requests/new?site=default"
MODULE = {"Accept": "application/json"}
NINO = "nino@example.org"


async def opened(browser: httpx2.AsyncClient, house: House, address: str = FORM) -> str:
    """The stamp of a form that has been on the screen for a while."""
    stamp = fields(await browser.get(address))["stamp"]
    house.clock.forward(seconds=30)
    return stamp


def fields(answer: httpx2.Response) -> dict[str, str]:
    """What the inputs of a page hold, by name."""
    inputs = re.findall(r"<input([^>]*)>", answer.text)
    found = [(re.search(r'name="([^"]*)"', one), re.search(r'value="([^"]*)"', one)) for one in inputs]
    return {name[1]: unescape(value[1]) for name, value in found if name and value}


def a_wish(stamp: str, **other: str) -> dict[str, str]:
    """What Nino types."""
    return {"stamp": stamp, "subject": "The kettle", "message": "It leaks.", "name": "Nino", "email": NINO, **other}


async def sent(house: House, **other: str) -> tuple[httpx2.AsyncClient, httpx2.Response]:
    browser = await house.browser()
    return browser, await browser.post(FORM, data=a_wish(await opened(browser, house), **other))


async def mailed_link(house: House) -> str:
    """The path that the newest mail tells."""
    (newest, *_older) = await house.state["mail"].latest()
    message = await house.state["mail"].written(newest.id)
    assert message is not None
    body = message.get_body(("plain",))
    assert body is not None
    url = re.search(r"http://127\.0\.0\.1:8000(/requests/confirm/\S+)", body.get_content())
    assert url is not None
    return url[1]


@pytest.fixture
async def refund(house: House) -> RequestType:
    """A type with instructions and a question."""
    topic = await house.sites.add_topic("default", "Billing")
    asked = (Field(id="amount", label="Amount", kind="amount", required=True),)
    return await house.sites.add_type(
        RequestType(id=0, site="default", name="Refund", topic=topic.id, instructions="**Wait** three days.", fields=asked)
    )


# ── The way of a request ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_stranger_asks_confirms_and_has_a_number(house: House) -> None:
    browser, answer = await sent(house, phone="555 12 34 56", priority="high")
    assert answer.status_code == 303
    waiting = await browser.get(answer.headers["location"])
    assert NINO in waiting.text
    assert "kettle" not in waiting.text

    link = await mailed_link(house)
    scanner = await house.browser()
    assert "Yes, send the request" in (await scanner.get(link)).text
    with pytest.raises(Exception, match="no such ticket"):
        await house.tickets.get("1001-7", actor=SOFIA)

    done = await browser.post(link, data={"action": "confirm"})
    assert (done.status_code, "#1001-7" in done.text) == (200, True)
    ticket = (await house.tickets.get("1001-7", actor=SOFIA)).ticket
    assert (ticket.priority, ticket.phone, ticket.email, ticket.language) == ("high", "+995555123456", NINO, "en")
    assert "#1001-7" in (await browser.get(answer.headers["location"])).text  # the page that waited knows it too
    for again in (await browser.get(link), await browser.post(link, data={"action": "confirm"})):
        assert (again.status_code, "#1001-7" in again.text) == (410, True)


async def test_whoever_did_not_ask_erases_it(house: House) -> None:
    browser, _answer = await sent(house)
    link = await mailed_link(house)
    assert "Erased" in (await browser.post(link, data={"action": "discard"})).text
    assert (await browser.post(link, data={"action": "confirm"})).status_code == 404


async def test_the_link_can_be_sent_to_a_corrected_address(house: House) -> None:
    browser, answer = await sent(house, email="nina@example.org")
    wrong_link = await mailed_link(house)
    place = answer.headers["location"]
    assert (await browser.post(place, data={"email": "nobody"})).status_code == 422
    again = await browser.post(place, data={"email": NINO})
    assert again.status_code == 303
    assert NINO in (await browser.get(again.headers["location"])).text
    assert (await browser.get(wrong_link)).status_code == 404
    assert (await browser.get(await mailed_link(house))).status_code == 200


async def test_after_three_mails_one_is_told_what_else_to_do(house: House) -> None:
    browser, answer = await sent(house)
    place = answer.headers["location"]
    for _ in range(2):
        assert (await browser.post(place, data={"email": NINO})).status_code == 303
    for page in (await browser.get(place), await browser.post(place, data={"email": NINO})):
        assert "We have sent it three times." in page.text
        assert "Send the link again" not in page.text


@pytest.mark.parametrize("address", ["/requests/waiting/x", "/requests/confirm/x", "/requests/confirm/" + "x" * 60_000])
async def test_a_token_of_nobody_opens_nothing(house: House, address: str) -> None:
    browser = await house.browser()
    assert (await browser.get(address)).status_code == 404
    assert (await browser.post(address, data={"action": "confirm"})).status_code == 404


async def test_the_key_of_the_page_that_waits_confirms_nothing(house: House) -> None:
    browser, answer = await sent(house)
    token = answer.headers["location"].rpartition("/")[2]
    assert (await browser.post(f"/requests/confirm/{token}", data={"action": "confirm"})).status_code == 404
    key = (await mailed_link(house)).rpartition("/")[2]
    assert (await browser.get(f"/requests/waiting/{key}")).status_code == 404


async def test_a_form_that_is_sent_twice_is_one_request(house: House) -> None:
    browser = await house.browser()
    wish = a_wish(await opened(browser, house))
    first = await browser.post(FORM, data=wish)
    second = await browser.post(FORM, data=wish)
    assert first.status_code == second.status_code == 303
    assert len(await house.state["mail"].latest()) == 1


# ── Steps before the form ────────────────────────────────────────────────────────────────────────────────────────────


async def test_topic_then_type_then_instructions_then_the_form(house: House, refund: RequestType) -> None:
    browser = await house.browser()
    choose = await browser.get(FORM)
    assert "Refund" in choose.text
    assert f"type={refund.id}" in choose.text
    instructions = await browser.get(f"{FORM}&type={refund.id}")
    assert "<strong>Wait</strong>" in instructions.text
    assert "Nothing was sent" in (await browser.get(f"{FORM}&type={refund.id}&step=solved")).text
    form = await browser.get(f"{FORM}&type={refund.id}&step=write")
    assert 'name="answer-amount"' in form.text
    assert 'name="topic"' not in form.text  # the type knows it
    assert 'name="topic"' in (await browser.get(f"{FORM}&step=write")).text


async def test_what_a_type_asks_is_judged_and_kept(house: House, refund: RequestType) -> None:
    browser = await house.browser()
    address = f"{FORM}&type={refund.id}&step=write"
    stamp = await opened(browser, house, address)
    refused = await browser.post(address, data=a_wish(stamp, **{"answer-amount": "many"}))
    assert refused.status_code == 422
    assert "Write an amount, such as 1200.50" in refused.text
    assert fields(refused)["answer-amount"] == "many"
    assert fields(refused)["subject"] == "The kettle"
    assert ">\nIt leaks.</textarea>" in refused.text
    assert (await browser.post(address, data=a_wish(stamp, **{"answer-amount": "12,50"}))).status_code == 303


async def test_the_browser_is_given_the_rules_of_the_server(house: House, refund: RequestType) -> None:
    browser = await house.browser()
    page = (await browser.get(f"{FORM}&type={refund.id}&step=write")).text
    (asked,) = re.findall(r'<input[^>]*name="answer-amount"[^>]*>', page.replace("\n", " "))
    assert "required" in asked
    assert "pattern=" in asked
    assert "data-wrong=" in asked
    assert 'data-missing="Please fill this in."' in asked


@pytest.mark.parametrize("query", ["type=99", "type=2147483648", "type=1e3", "type=true", "type=1&type=2", "step=x", "x=1"])
async def test_an_address_that_names_nothing_is_no_error_of_ours(house: House, query: str) -> None:
    browser = await house.browser()
    for answer in (await browser.get(f"{FORM}&{query}"), await browser.post(f"{FORM}&{query}", data={"stamp": "x"})):
        assert answer.status_code in (200, 400, 422)


async def test_a_site_that_is_not_there_has_no_form(house: House) -> None:
    browser = await house.browser()
    assert (await browser.get("/requests/new?site=nowhere")).status_code == 404


# ── As its own module sends it ───────────────────────────────────────────────────────────────────────────────────────


async def test_the_module_is_told_field_by_field_and_where_it_goes_on(house: House) -> None:
    browser = await house.browser()
    stamp = await opened(browser, house)
    refused = await browser.post(FORM, data=a_wish(stamp, email="nino", subject=""), headers=MODULE)
    assert refused.status_code == 422
    assert set(refused.json()["problems"]) == {"email", "subject"}
    done = await browser.post(FORM, data=a_wish(stamp), headers=MODULE)
    assert done.status_code == 201
    assert (await browser.get(done.json()["next"])).status_code == 200


async def test_a_form_that_was_open_for_too_long_is_sent_once_more(house: House) -> None:
    browser = await house.browser()
    stamp = await opened(browser, house)
    assert (await browser.post(FORM, data=a_wish(stamp, subject=""), headers=MODULE)).json()["stamp"] == stamp
    house.clock.forward(days=8)
    refused = (await browser.post(FORM, data=a_wish(stamp), headers=MODULE)).json()
    assert "Please send it once more." in refused["problems"]["stamp"]
    house.clock.forward(seconds=5)
    assert (await browser.post(FORM, data=a_wish(refused["stamp"]), headers=MODULE)).status_code == 201


async def test_technical_details_come_along_only_when_they_were_agreed_to(house: House) -> None:
    for number, agreed in enumerate(({}, {"diagnose": "yes"})):
        house.clock.forward(hours=2)
        browser = await house.browser(address=f"192.0.2.{number + 1}")
        stamp = await opened(browser, house)
        about = {"about-browser": "Firefox 140", "about-zone": "Asia/Tbilisi"}
        await browser.post(FORM, data=a_wish(stamp, email=f"n{number}@example.org", **about, **agreed))
        await browser.post(await mailed_link(house), data={"action": "confirm"})
    kept = [(await house.tickets.get(number, actor=SOFIA)).ticket.diagnostics for number in ("1001", "1002")]
    assert kept == [{}, {"browser": "Firefox 140", "zone": "Asia/Tbilisi"}]


# ── Signed in ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_is_signed_in_is_answered_in_the_account(house: House) -> None:
    browser = await house.browser()
    secret = await house.requesters.ask_code("default", NINO, "en")
    code = await house.requesters.code_to_mail((await house.state["mail"].latest())[0].sign_in or "")
    session = await house.requesters.enter_code(secret, code or "")
    browser.cookies.set(house.config.requester_cookie, session)
    page = await browser.get(FORM)
    assert "Here, under My requests" in page.text
    assert fields(page)["email"] == NINO
    wish = a_wish(await opened(browser, house), answer_by="account", email="")
    answer = await browser.post(FORM, data=wish)
    assert answer.headers["location"] == "/requests/1001-7?site=default"
    ticket = (await house.tickets.get("1001-7", actor=SOFIA)).ticket
    assert (ticket.channel, ticket.requester is not None) == ("account", True)


# ── Programs ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_program_is_too_quick(house: House) -> None:
    browser = await house.browser()
    stamp = fields(await browser.get(FORM))["stamp"]
    quick = await browser.post(FORM, data=a_wish(stamp))
    assert quick.status_code == 429
    assert "That was very quick" in quick.text
    assert fields(quick)["stamp"] == stamp
    house.clock.forward(seconds=3)
    assert (await browser.post(FORM, data=a_wish(stamp))).status_code == 303


async def test_a_program_fills_in_what_nobody_sees(house: House) -> None:
    _browser, answer = await sent(house, website="http://spam.test")
    assert answer.status_code == 422
    assert "Please empty this field" in answer.text
    assert fields(answer)["website"] == "http://spam.test"  # and a person now sees it
    assert await house.state["mail"].latest() == []


@pytest.mark.parametrize("stamp", ["", "x", "x" * 2000])
async def test_a_form_of_somebody_else_gets_a_stamp_of_ours_and_keeps_its_text(house: House, stamp: str) -> None:
    browser = await house.browser()
    answer = await browser.post(FORM, data=a_wish(stamp))
    assert answer.status_code == 422
    house.clock.forward(seconds=5)
    assert (await browser.post(FORM, data=a_wish(fields(answer)["stamp"]))).status_code == 303


async def test_who_sends_many_waits_and_is_told_how_long(house: House) -> None:
    house.desk.ports = msgspec.structs.replace(house.desk.ports, fingerprint=lambda text: "challenge")
    _browser, first = await sent(house)
    assert first.status_code == 303
    browser, second = await sent(house, email="other@example.org")
    assert second.status_code == 429
    assert int(second.headers["retry-after"]) > 0
    assert fields(second)["subject"] == "The kettle"
    asked = (await browser.post(FORM, data=a_wish(await opened(browser, house)), headers=MODULE)).json()
    assert (asked["challenge"], asked["bits"]) == ("challenge", house.config.limits.proof_bits)
    neighbour = await house.browser(address="192.0.2.9")
    assert (await neighbour.post(FORM, data=a_wish(await opened(neighbour, house), email="n@example.org"))).status_code == 303


async def test_a_second_request_is_taken_for_a_proof_of_its_own(house: House) -> None:
    house.desk.ports = msgspec.structs.replace(house.desk.ports, fingerprint=lambda text: sha256(text.encode()).hexdigest())
    browser, _first = await sent(house)
    proofs, stamps = [], [await opened(browser, house) for _ in range(2)]
    for stamp in stamps:
        asked = (await browser.post(FORM, data=a_wish(stamp), headers=MODULE)).json()
        proofs.append(next(proof for proof in map(str, count()) if solves(asked["challenge"], proof, asked["bits"])))
    for wrong in ("", "x", proofs[0], proofs[1] + "0"):
        refused = await browser.post(FORM, data=a_wish(stamps[1], proof=wrong), headers=MODULE)
        assert (refused.status_code, "bits" in refused.json()) == (429, True)
    taken = await browser.post(FORM, data=a_wish(stamps[1], proof=proofs[1]), headers=MODULE)
    assert taken.status_code == 201
    spent = await browser.post(FORM, data=a_wish(stamps[0], proof=proofs[0]), headers=MODULE)
    assert spent.status_code == 429  # the next one costs more


HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "${7*7}", "{{''.__class__}}")


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_is_typed_stays_text(house: House, text: str, refund: RequestType) -> None:
    browser = await house.browser()
    address = f"{FORM}&type={refund.id}&step=write"
    stamp = await opened(browser, house, address)
    typed = dict.fromkeys(("subject", "message", "name", "email", "phone", "page", "website", "answer-amount"), text)
    page = (await browser.post(address, data={"stamp": stamp, **typed})).text
    assert '="49"' not in page
    assert ">\n49</textarea>" not in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&#39;&#39;.__class__" in page or "__class__" not in text


@pytest.mark.parametrize("text", ["half \ud800 letter".encode("utf-8", "surrogatepass"), b"\xff\xfe", b"a\x00b"])
async def test_bytes_that_are_no_text_are_refused_or_cleaned(house: House, text: bytes) -> None:
    browser = await house.browser()
    stamp = await opened(browser, house)
    body = httpx2.QueryParams(a_wish(stamp)).__str__().encode() + b"&page=" + b"".join(b"%%%02x" % one for one in text)
    answer = await browser.post(FORM, content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code in (303, 400)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("&".join(f"a{number}=1" for number in range(100_000)), 413),
        ("&".join(f"a{number}=1" for number in range(1000)), 400),
        ("message=" + "x" * 10_000_000, 413),
        ("role=administrator", 422),
        ("status=closed&created_at=2020-01-01", 422),
        ("subject=a&subject=b", 400),
        ("priority=whatever", 422),
        ("answer_by=pigeon", 422),
        ("files=../../etc/passwd", 422),
    ],
)
async def test_more_or_else_than_the_form_asks_is_refused_as_a_whole(house: House, body: str, status: int) -> None:
    browser = await house.browser()
    answer = await browser.post(FORM, content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == status
    assert await house.state["mail"].latest() == []


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/xml", ""])
async def test_only_forms_are_read(house: House, kind: str) -> None:
    browser = await house.browser()
    assert (await browser.post(FORM, content="x", headers={"Content-Type": kind})).status_code == 415


# ── The demo's outgoing mail ─────────────────────────────────────────────────────────────────────────────────────────


async def test_outgoing_mail_is_nobodys_business_outside_the_demo(house: House) -> None:
    browser, _answer = await sent(house)
    mail = (await house.state["mail"].latest())[0]
    for address in ("/demo/mail", f"/demo/mail/{mail.id}", f"/demo/mail/{mail.id}/html"):
        assert (await browser.get(address)).status_code == 404


async def test_in_the_demo_each_mail_can_be_read_and_its_frame_runs_nothing(house: House) -> None:
    house.state["is_demo"] = True
    browser, _answer = await sent(house)
    mail = (await house.state["mail"].latest())[0]
    assert f"/demo/mail/{mail.id}" in (await browser.get("/demo/mail")).text
    page = await browser.get(f"/demo/mail/{mail.id}")
    assert f'href="http://127.0.0.1:8000{await mailed_link(house)}"' in page.text
    html = await browser.get(f"/demo/mail/{mail.id}/html")
    assert "script-src" not in html.headers["content-security-policy"]
    assert "sandbox" in html.headers["content-security-policy"]
    for wrong in ("0", "x", "99999999999", str(mail.id + 1)):
        assert (await browser.get(f"/demo/mail/{wrong}")).status_code == 404


def test_the_search_for_inputs_finds_them() -> None:
    page: Any = httpx2.Response(200, text='<input type="hidden" name="a" value="1 &amp; 2"><input name="b">')
    assert fields(page) == {"a": "1 & 2"}


# ── After a chat ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_whose_chat_was_saved_says_in_the_panel_where_to_send_the_answer(house: House) -> None:
    saved = NewTicket(
        origin=origin_of_chat("chat-of-nino"), site="default", name="Nino", phone="", question="?", actor="Nino", from_chat=True
    )
    ticket = await house.tickets.open(saved)
    token = house.visitor_tokens.sign("nino", "default", "chat-of-nino", 1)
    browser = await house.browser()
    refused = await browser.post("/requests/channel", data={"token": token, "email": "nino"}, headers=MODULE)
    assert [problem["pointer"] for problem in refused.json()["errors"]] == ["#/email"]
    assert (await browser.post("/requests/channel", data={"token": "x" + token, "email": NINO})).status_code == 404
    assert (await browser.post("/requests/channel", data={"token": token, "email": NINO})).status_code == 201
    assert (await house.tickets.get(ticket.number, actor=SOFIA)).ticket.channel == "none"
    await browser.post(await mailed_link(house), data={"action": "confirm"})
    answered = (await house.tickets.get(ticket.number, actor=SOFIA)).ticket
    assert (answered.channel, answered.email) == ("email", NINO)
    assert (await browser.post("/requests/channel", data={"token": token, "email": NINO})).status_code == 409
