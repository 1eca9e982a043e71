"""The forms beside the thread: tags, watchers, merges, links, taking back; and who may use them (T26, T28, T29)."""

from __future__ import annotations

import pytest

from tests.databases import SOFIA
from tests.http.conftest import PASSWORD, House

KEY = "0123456789abcdef0123456789abcdef"
DEEDS: tuple[dict[str, str], ...] = (
    {"action": "reply", "text": "Hello", "status": "pending", "seen": "9"},
    {"action": "note", "text": "Hello"},
    {"action": "change", "version": "0", "priority": "high"},
    {"action": "tag", "tag": "refund"},
    {"action": "untag", "tag": "refund"},
    {"action": "watch", "on": "yes"},
    {"action": "watch", "on": "no"},
    {"action": "link", "other": "1002"},
    {"action": "unlink", "other": "1002"},
    {"action": "follow_up", "key": KEY},
    {"action": "take_back", "message": "1"},
    {"action": "merge", "into": "1002"},
)


async def test_ana_does_each_deed_and_the_page_shows_it(house: House) -> None:
    ticket, other = await house.saved_chat(), await house.ticket("Another one")
    browser = await house.signed_in()
    for form in ({"action": "tag", "tag": "#Refund"}, {"action": "watch", "on": "yes"}, {"action": "link", "other": "1002"}):
        assert (await browser.post(f"/tickets/{ticket.number}", data=form)).status_code == 303
    text = (await browser.get(f"/tickets/{ticket.number}")).text
    for said in ("added the tag refund", "Stop watching", f"linked #{other.number}"):
        assert said in text
    answer = await browser.post(f"/tickets/{other.number}", data={"action": "merge", "into": ticket.number})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/tickets/{ticket.number}")
    assert f"Merged: #{other.number}" in (await browser.get(f"/tickets/{ticket.number}")).text
    assert "This ticket is now part of" in (await browser.get(f"/tickets/{other.number}")).text


async def test_a_reply_is_taken_back_without_javascript(house: House) -> None:
    ticket = await house.saved_chat()
    browser = await house.signed_in()
    await browser.post(f"/tickets/{ticket.number}", data={**DEEDS[0]})
    answered = (await house.tickets.get(ticket.number, actor=SOFIA)).ticket.answered
    assert "Take back" in (await browser.get(f"/tickets/{ticket.number}")).text
    assert (
        await browser.post(f"/tickets/{ticket.number}", data={"action": "take_back", "message": str(answered)})
    ).status_code == 303
    text = (await browser.get(f"/tickets/{ticket.number}")).text
    assert "Take back" not in text
    assert "\nHello</textarea>" in text


async def test_merging_two_peoples_tickets_asks_first_and_keeps_the_number(house: House) -> None:
    ticket, other = await house.ticket(), await house.ticket("Another", "Levan", phone="+995555000000")
    browser = await house.signed_in()
    merge = {"action": "merge", "into": other.number}
    answer = await browser.post(f"/tickets/{ticket.number}", data=merge)
    assert answer.status_code == 409
    assert "come from different people" in answer.text
    assert f'value="{other.number}"' in answer.text
    assert 'name="sure"' in answer.text
    assert (await browser.post(f"/tickets/{ticket.number}", data={**merge, "sure": "yes"})).status_code == 303


async def test_a_wrong_number_is_told_beside_its_field(house: House) -> None:
    ticket = await house.ticket()
    browser = await house.signed_in()
    for form in ({"action": "merge", "into": "1009"}, {"action": "link", "other": "1009"}):
        answer = await browser.post(f"/tickets/{ticket.number}", data=form)
        assert answer.status_code == 422
        assert "There is no ticket with this number." in answer.text


async def test_a_draft_is_kept_and_shown_to_its_author_only(house: House) -> None:
    ticket = await house.ticket()
    browser, ben = await house.signed_in(), await house.signed_in("ben", "Ben")
    kept = await browser.post(f"/tickets/{ticket.number}/draft", data={"kind": "reply", "text": "Dear Nino"})
    assert kept.status_code == 204
    assert "\nDear Nino</textarea>" in (await browser.get(f"/tickets/{ticket.number}")).text
    assert "Dear Nino" not in (await ben.get(f"/tickets/{ticket.number}")).text


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "chat", "text": "x"},
        {"kind": "reply"},
        {"kind": "reply", "text": "x", "agent_id": "2"},
        {"kind": "reply", "text": "ა" * 20_001},
    ],
)
async def test_what_is_no_draft_is_refused(house: House, form: dict[str, str]) -> None:
    ticket = await house.ticket()
    browser = await house.signed_in()
    assert (await browser.post(f"/tickets/{ticket.number}/draft", data=form)).status_code == 422
    ana = (await house.accounts.agents())[0]
    assert (await house.tickets.around(ticket, actor=ana)).drafts == {}


async def test_the_preview_shows_what_will_be_shown(house: House) -> None:
    browser = await house.signed_in()
    answer = await browser.post("/tickets/preview", data={"text": "**Dear** <script>"})
    assert answer.text == '<p dir="auto"><strong>Dear</strong> &lt;script&gt;</p>\n'
    assert (await browser.post("/tickets/preview", data={"text": " "})).status_code == 422


async def test_every_deed_on_a_ticket_of_another_topic_finds_nothing(house: House) -> None:
    """Ana, who may do each of them, is what makes the 404 of Carlo mean anything."""
    mine, theirs = [await house.sites.add_topic("default", name) for name in ("Deliveries", "Billing")]
    await house.accounts.create_agent(login="carlo", name="Carlo", password=PASSWORD, topics=[mine.id])
    ticket = await house.ticket()
    await house.ticket("Another")
    carlo, ana = await house.signed_in("carlo"), await house.signed_in()
    version = (await house.tickets.get(ticket.number, actor=SOFIA)).ticket.version
    change = {"action": "change", "version": str(version), "topic": str(theirs.id)}
    assert (await ana.post(f"/tickets/{ticket.number}", data=change)).status_code == 303
    before = await house.tickets.get(ticket.number, actor=SOFIA)

    assert (await carlo.get(f"/tickets/{ticket.number}")).status_code == 404
    for form in DEEDS:
        assert (await carlo.post(f"/tickets/{ticket.number}", data=form)).status_code == 404, form["action"]
    draft = {"kind": "reply", "text": "x"}
    assert (await carlo.post(f"/tickets/{ticket.number}/draft", data=draft)).status_code == 404
    after = await house.tickets.get(ticket.number, actor=SOFIA)
    assert (after.ticket, after.messages, after.events) == (before.ticket, before.messages, before.events)

    for form in DEEDS:
        status = (await ana.post(f"/tickets/{ticket.number}", data=form)).status_code
        assert status == (409 if form["action"] == "change" else 404 if form["action"] == "take_back" else 303), form["action"]


async def test_nobody_does_anything_without_signing_in(house: House) -> None:
    ticket = await house.ticket()
    browser = await house.browser()
    for form in DEEDS:
        assert (await browser.post(f"/tickets/{ticket.number}", data=form)).status_code == 401
    for address in (f"/tickets/{ticket.number}/draft", "/tickets/preview"):
        assert (await browser.post(address, data={"kind": "reply", "text": "x"})).status_code == 401
    assert (await house.tickets.get(ticket.number, actor=SOFIA)).ticket == ticket
