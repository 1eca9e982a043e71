"""Administration, as Dato uses it: sites, promises, types of requests, ready answers, people, and the log of all that."""

from __future__ import annotations

import html
import io
import re
import zipfile

import httpx2
import pytest

from livesupport.errors import NotFound
from livesupport.tickets.requests import TicketChange
from tests.http.conftest import PASSWORD, House

SITE = {
    "action": "properties",
    "name": "Kiln & Leaf",
    "origins": "https://kiln.example\n\nhttps://leaf.example",
    "accent": "#a4492b",
    "greeting": "Hello",
    "rules": "We answer **soon**.",
    "mode": "match",
    "convert": "",
    "region": "ge",
    "language": "en",
    "hours": "Mon-Fri 09:00-18:00\n2026-12-25 closed",
    "zone": "Asia/Tbilisi",
    "contact_label": ["Phone", ""],
    "contact_value": ["+995 32 220 00 00", ""],
    "contact_hours": ["every day", ""],
}
XSS = "\"><script>alert('x')</script>{{7*7}}"


async def dato(house: House) -> httpx2.AsyncClient:
    return await house.signed_in("dato", "Dato", "administrator")


async def test_only_an_administrator_is_led_to_it(house: House) -> None:
    assert 'href="/admin"' not in (await (await house.signed_in()).get("/inbox")).text
    assert 'href="/admin"' in (await (await dato(house)).get("/inbox")).text


async def test_a_site_is_changed_and_shown_as_it_is(house: House) -> None:
    browser = await dato(house)
    assert (await browser.post("/admin/sites/default", data=SITE)).status_code == 303
    site = await house.sites.get("default")
    assert (site.name, site.origins) == ("Kiln & Leaf", ("https://kiln.example", "https://leaf.example"))
    assert (site.region, site.hours.zone, site.hours.exceptions) == ("GE", "Asia/Tbilisi", {"2026-12-25": ()})
    assert [(one.label, one.hours) for one in site.contacts] == [("Phone", "every day")]
    page = (await browser.get("/admin/sites/default?saved=1")).text
    assert "Fri 09:00-18:00\n2026-12-25 closed" in page
    assert "white</b>, with a contrast of <b>5.9</b> : 1" in page


async def test_what_was_typed_is_kept_when_a_field_is_wrong_and_nothing_is_changed(house: House) -> None:
    browser = await dato(house)
    before = await house.sites.get("default")
    answer = await browser.post("/admin/sites/default", data={**SITE, "hours": "sometimes", "rules": XSS})
    assert answer.status_code == 422
    assert html.escape(XSS, quote=True).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in answer.text
    assert "sometimes" in answer.text
    assert await house.sites.get("default") == before


async def test_a_site_that_exists_already_is_told_by_its_field(house: House) -> None:
    browser = await dato(house)
    answer = await browser.post("/admin/sites", data={"id": "default", "name": "Another", "origins": ""})
    assert answer.status_code == 422
    assert 'id="id-problem"' in answer.text
    added = await browser.post("/admin/sites", data={"id": "leaf", "name": "Leaf", "origins": "https://leaf.example"})
    assert added.headers["location"] == "/admin/sites/leaf"


async def test_topics_are_added_renamed_and_removed(house: House) -> None:
    browser = await dato(house)
    await browser.post("/admin/sites/default", data={"action": "add_topic", "topic": "Orders"})
    twice = await browser.post("/admin/sites/default", data={"action": "add_topic", "topic": "Orders"})
    assert twice.status_code == 422
    assert "of this name already" in twice.text
    [topic] = (await house.sites.get("default")).topics
    await browser.post("/admin/sites/default", data={"action": "rename_topic", "id": str(topic.id), "topic": "Purchases"})
    assert [one.name for one in (await house.sites.get("default")).topics] == ["Purchases"]
    await browser.post("/admin/sites/default", data={"action": "remove_topic", "id": str(topic.id)})
    assert (await house.sites.get("default")).topics == ()


async def test_promises_are_set_in_hours_and_days(house: House) -> None:
    browser = await dato(house)
    times = {
        "first_reply_hours": ["1", "4", "8", "24"],
        "next_reply_hours": ["0,5", "4", "8", "24"],
        "resolution_days": ["1", "2", "5", "10"],
    }
    assert (await browser.post("/admin/sites/default/promises", data={**times, "enabled": "on"})).status_code == 303
    sla = (await house.sites.get("default")).sla
    assert (sla.enabled, sla.targets["urgent"].next_reply_hours, sla.targets["low"].resolution_days) == (True, 0.5, 10)
    refused = await browser.post("/admin/sites/default/promises", data={**times, "resolution_days": ["1", "2", "soon", "10"]})
    assert refused.status_code == 422
    assert 'value="soon"' in refused.text
    missing = await browser.post("/admin/sites/default/promises", data={**times, "resolution_days": ["1"]})
    assert missing.status_code == 422


async def test_a_type_of_requests_is_made_with_its_questions_and_retired(house: House) -> None:
    browser = await dato(house)
    form = {
        "action": "properties",
        "name": "Refund",
        "topic": "0",
        "instructions": "Within **14 days**.",
        "retention_days": "365",
        "field_id": ["", "", ""],
        "field_label": ["Amount", "Reason", ""],
        "field_kind": ["amount", "choice", "text"],
        "field_required": ["yes", "no", "no"],
        "field_hint": ["", "", ""],
        "field_choices": ["", "Broken\nLate", ""],
    }
    assert (await browser.post("/admin/types/new?site=default", data=form)).status_code == 303
    [made] = await house.sites.types("default")
    assert [(one.label, one.required, one.choices) for one in made.fields] == [
        ("Amount", True, ()),
        ("Reason", False, ("Broken", "Late")),
    ]
    wrong = await browser.post(f"/admin/types/{made.id}", data={**form, "field_choices": ["", "Broken", ""], "name": "Other"})
    assert wrong.status_code == 422
    assert 'value="Other"' in wrong.text
    await browser.post(f"/admin/types/{made.id}", data={"action": "retire"})
    assert await house.sites.types("default") == []
    assert "not offered" in (await browser.get("/admin/types")).text


async def test_ready_answers_are_added_changed_and_removed(house: House) -> None:
    browser = await dato(house)
    await browser.post("/admin/replies", data={"action": "save", "id": "0", "shortcut": "hello", "text": "Good day."})
    [reply] = await house.sites.canned()
    wrong = await browser.post("/admin/replies", data={"action": "save", "id": str(reply.id), "shortcut": "a b", "text": XSS})
    assert wrong.status_code == 422
    assert "<script>alert" not in wrong.text
    await browser.post("/admin/replies", data={"action": "save", "id": str(reply.id), "shortcut": "hi", "text": "Hello."})
    assert [(one.shortcut, one.text) for one in await house.sites.canned()] == [("hi", "Hello.")]
    await browser.post("/admin/replies", data={"action": "remove", "id": str(reply.id)})
    assert await house.sites.canned() == []


async def test_a_new_colleague_signs_in_with_the_password_that_is_shown_once(house: House) -> None:
    browser = await dato(house)
    made = await browser.post("/admin/people", data={"login": "ana", "name": "Ana", "role": "agent", "languages": "ka, en"})
    password = re.search(r'<code id="password" dir="ltr">([^<]+)</code>', made.text)
    assert password is not None
    ana = await house.browser()
    assert (await ana.post("/login", data={"login": "ana", "password": html.unescape(password[1])})).status_code == 303
    assert password[1] not in (await browser.get("/admin/people")).text
    taken = await browser.post("/admin/people", data={"login": "ana", "name": "Other", "role": "agent"})
    assert taken.status_code == 422
    assert 'id="login-problem"' in taken.text


async def test_who_is_disabled_is_signed_out_and_their_tickets_are_listed(house: House) -> None:
    browser = await dato(house)
    ana = await house.signed_in()
    ticket = await house.ticket()
    [person] = [one for one in await house.accounts.agents() if one.login == "ana"]
    await house.tickets.change(ticket.number, TicketChange(assignee=person.id), actor=person)
    answer = await browser.post("/admin/people/ana", data={"action": "disable"})
    assert "can no longer sign in" in answer.text
    assert f"#{ticket.number}" in answer.text
    assert (await ana.get("/inbox")).status_code == 401
    await browser.post("/admin/people/ana", data={"action": "enable"})
    assert (await ana.post("/login", data={"login": "ana", "password": PASSWORD})).status_code == 303


async def test_dato_revokes_a_token_of_ana(house: House) -> None:
    browser = await dato(house)
    ana = await house.agent("ana", "Ana")
    _secret, token = await house.tokens.create(ana, "Nightly report", ["tickets:read"])
    assert "Nightly report" in (await browser.get("/admin/people/ana")).text
    revoked = await browser.post("/admin/people/ana", data={"action": "revoke", "id": str(token.id)})
    assert revoked.headers["location"] == "/admin/people/ana#tokens"
    assert "Nightly report" not in (await browser.get("/admin/people/ana")).text


async def test_the_last_administrator_cannot_lose_the_role(house: House) -> None:
    browser = await dato(house)
    answer = await browser.post("/admin/people/dato", data={"action": "properties", "name": "Dato", "role": "agent"})
    assert answer.status_code == 422
    assert "last administrator" in answer.text


async def test_the_log_tells_who_did_it(house: House) -> None:
    browser = await dato(house)
    await browser.post("/admin/sites/default", data=SITE)
    page = (await browser.get("/admin/audit")).text
    assert re.search(r"Dato</bdi></td>\s*<td>changed the site <bdi>default</bdi>", page)


@pytest.mark.parametrize(
    "path", ["/admin/types/999", "/admin/types/-1", "/admin/types/1e3", "/admin/sites/nowhere", "/admin/people/nobody"]
)
async def test_what_does_not_exist_is_not_found(house: House, path: str) -> None:
    assert (await (await dato(house)).get(path)).status_code == 404


async def test_a_person_gets_everything_that_is_held_and_is_erased_when_they_ask_for_it(house: House) -> None:
    browser = await dato(house)
    ticket, nino = await house.ticket(phone="+995555123456"), {"key": "+995555123456", "site": "default"}
    looked = await browser.post("/admin/persons", data={"action": "look", **nino, "key": "+995 555 12 34 56"})
    assert f"#{ticket.number}" in looked.text
    given = await browser.post("/admin/persons", data={"action": "export", **nino})
    with zipfile.ZipFile(io.BytesIO(given.content)) as archive:
        assert "The blue kettle leaks" in archive.read("person.json").decode()
    unsure = await browser.post("/admin/persons", data={"action": "erase", **nino})
    assert unsure.status_code == 422
    assert f"#{ticket.number}" in unsure.text
    erased = await browser.post("/admin/persons", data={"action": "erase", **nino, "sure": "on"})
    assert "Erased, with 1 request." in erased.text
    gone = await browser.post("/admin/persons", data={"action": "look", **nino})
    assert "Nothing is held about this person." in gone.text


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000000000500010d0a2db40000000049454e44ae426082"
)


async def test_a_logo_is_shown_to_everybody_replaced_and_removed(house: House) -> None:
    browser, stranger = await dato(house), await house.browser()
    assert (await stranger.get("/brand/default/logo")).status_code == 404
    used = await browser.post("/admin/sites/default/logo", files={"upload": ("logo.png", PNG, "image/png")})
    assert used.status_code == 303, used.text
    shown = await stranger.get("/brand/default/logo")
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
    first = (await house.sites.get("default")).logo
    text = await browser.post("/admin/sites/default/logo", files={"upload": ("logo.txt", b"no picture", "image/png")})
    assert text.status_code == 422
    assert "Choose a picture" in text.text
    await browser.post("/admin/sites/default/logo", files={"upload": ("logo.png", PNG, "image/png")})
    second = (await house.sites.get("default")).logo
    house.clock.forward(days=2)
    await house.files.purge()
    assert (await stranger.get("/brand/default/logo")).status_code == 200
    with pytest.raises(NotFound):
        await house.files.open_of_house(first)  # nobody has it any more
    await house.files.open_of_house(second)
    browser = await house.signed_in("dato")
    assert (await browser.post("/admin/sites/default/logo", data={"files": ""})).status_code == 303  # as a form without a file
    assert (await stranger.get("/brand/default/logo")).status_code == 404
