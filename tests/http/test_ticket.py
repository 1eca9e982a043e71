"""One ticket: reading it, answering, annotating, changing; and what happens when two people do so at once (T30, T31)."""

from __future__ import annotations

import re

import httpx2
import pytest
from msgspec.structs import replace
from sqlalchemy import update

from livesupport.errors import Unavailable
from livesupport.model import Sla, Ticket
from livesupport.storage.schema import ticket_message
from livesupport.tickets.requests import NewLine, NewTicket
from tests.databases import SOFIA
from tests.http.conftest import House

REPLY = {"action": "reply", "status": "pending"}
CHANGE = {"action": "change", "version": "0", "status": "open", "priority": "high", "assignee": "1", "topic": "0"}


def seen(page: httpx2.Response) -> str:
    """What the page remembers to have shown."""
    found = re.search(r'name="seen" value="(\d+)"', page.text)
    assert found
    return found[1]


async def write_as_requester(house: House, text: str) -> None:
    """Nino goes on writing in the chat that became the first ticket of this test."""
    line = NewLine(chain="chat", epoch=1, seq=100, at=house.clock.now, author="requester", name="Nino", text=text)
    assert await house.tickets.append("request-00000001", [line])


async def test_ana_reads_the_chat_and_who_asked(house: House) -> None:
    ticket = await house.saved_chat()
    text = (await (await house.signed_in()).get(f"/tickets/{ticket.number}")).text
    assert text.index("The blue kettle leaks") < text.index("Since when?") < text.index("Today")
    assert '<a href="tel:+995555123456"' in text
    assert "3 messages" in text
    assert "No reply channel" in text


async def test_the_number_works_with_and_without_its_check_digit(house: House) -> None:
    await house.ticket()
    browser = await house.signed_in()
    assert (await browser.get("/tickets/1001")).status_code == 200
    assert (await browser.get("/tickets/1001-7")).status_code == 200


@pytest.mark.parametrize(
    "number",
    ["1001-8", "1002", "0", "-1", "1e3", "true", "null", "[]", '{"$ne":null}', "9223372036854775808", "1001%00", "٠", "1001-",
     "9" * 10_000, "1001-77", "+1001", "%201001"],
)  # fmt: skip
async def test_what_is_no_number_of_a_ticket_finds_nothing_and_changes_nothing(house: House, number: str) -> None:
    await house.ticket()
    browser = await house.signed_in()
    assert (await browser.get(f"/tickets/{number}")).status_code == 404
    assert (await browser.post(f"/tickets/{number}", data={"action": "note", "text": "hello"})).status_code == 404
    assert len((await house.tickets.get("1001", actor=SOFIA)).messages) == 1


async def test_ana_replies_and_is_shown_the_ticket_again(house: House) -> None:
    ticket = await house.ticket()
    browser = await house.signed_in()
    page = await browser.get(f"/tickets/{ticket.number}")
    answer = await browser.post(f"/tickets/{ticket.number}", data={**REPLY, "text": "A new one comes.", "seen": seen(page)})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/tickets/{ticket.number}#end")
    thread = await house.tickets.get(ticket.number, actor=SOFIA)
    assert thread.ticket.status == "pending"
    assert [(message.kind, message.name, message.text) for message in thread.messages][1:] == [
        ("reply", "Ana Beridze", "A new one comes.")
    ]


async def test_a_newer_message_is_shown_before_the_reply_goes_out_and_the_reply_is_kept(house: House) -> None:
    ticket = await house.saved_chat()
    browser = await house.signed_in()
    page = await browser.get(f"/tickets/{ticket.number}")
    await write_as_requester(house, "It is the lid, not the bottom")

    reply = {**REPLY, "text": "We send you a new bottom."}
    answer = await browser.post(f"/tickets/{ticket.number}", data={**reply, "seen": seen(page)})
    assert answer.status_code == 409
    assert "A new message came while you were writing." in answer.text
    assert "It is the lid, not the bottom" in answer.text
    assert ">\nWe send you a new bottom.</textarea>" in answer.text
    assert all(message.kind != "reply" for message in (await house.tickets.get(ticket.number, actor=SOFIA)).messages)

    assert (await browser.post(f"/tickets/{ticket.number}", data={**reply, "seen": seen(answer)})).status_code == 303


async def test_a_note_is_for_colleagues_and_leaves_the_status(house: House) -> None:
    ticket = await house.saved_chat()
    browser = await house.signed_in()
    answer = await browser.post(f"/tickets/{ticket.number}", data={"action": "note", "text": "Batch 2207 again"})
    assert answer.status_code == 303
    thread = await house.tickets.get(ticket.number, actor=SOFIA)
    assert (thread.ticket.status, thread.messages[-1].kind) == ("open", "note")
    assert "Internal note" in (await browser.get(f"/tickets/{ticket.number}")).text


async def test_ana_takes_the_ticket_and_everybody_can_read_who_did_what(house: House) -> None:
    ticket = await house.ticket()
    browser = await house.signed_in()
    assert (await browser.post(f"/tickets/{ticket.number}", data=CHANGE)).status_code == 303
    text = (await browser.get(f"/tickets/{ticket.number}")).text
    assert "Ana Beridze changed the status from New to Open" in text
    assert "Ana Beridze changed the priority from Normal to High" in text
    assert "Ana Beridze assigned the ticket to Ana Beridze" in text


async def test_an_empty_reply_is_refused_beside_its_field(house: House) -> None:
    ticket = await house.ticket()
    answer = await (await house.signed_in()).post(f"/tickets/{ticket.number}", data={**REPLY, "text": " \n", "seen": "1"})
    assert answer.status_code == 422
    assert "Write a text first." in answer.text


async def test_a_move_that_somebody_made_impossible_meanwhile_is_told(house: House) -> None:
    ticket = await house.ticket()
    browser = await house.signed_in()
    await browser.post(f"/tickets/{ticket.number}", data=CHANGE)
    answer = await browser.post(f"/tickets/{ticket.number}", data={**CHANGE, "status": "new"})
    assert answer.status_code == 409
    assert "The ticket was changed meanwhile." in answer.text


@pytest.mark.parametrize(
    "form",
    [
        {**CHANGE, "number": "1002-5"},
        {**CHANGE, "created_at": "2020-01-01"},
        {**CHANGE, "status": "deleted"},
        {**CHANGE, "priority": "0"},
        {**CHANGE, "assignee": "9223372036854775808"},
        {**CHANGE, "assignee": "1e3"},
        {**CHANGE, "assignee": "true"},
        {**CHANGE, "assignee": "-1"},
        {**CHANGE, "assignee": "999"},
        {**CHANGE, "topic": "999"},
        {**CHANGE, "type": "999"},
        {**CHANGE, "version": "-1"},
        {**CHANGE, "answered": "9"},
        {"action": "change", "status": "open"},
        {"action": "tag", "tag": ""},
        {"action": "tag", "tag": "x", "number": "1002-5"},
        {"action": "watch", "on": "maybe"},
        {"action": "watch", "on": "yes", "agent": "2"},
        {"action": "merge", "into": "1001-7"},
        {"action": "merge", "into": "9223372036854775808"},
        {"action": "link", "other": "1e3"},
        {"action": "unlink", "other": "null"},
        {"action": "follow_up", "key": "short"},
        {"action": "take_back", "message": "1e3"},
        {**REPLY, "text": "hello", "seen": "1", "author": "system"},
        {**REPLY, "text": "hello", "seen": "1", "from": "Ben"},
        {**REPLY, "text": "hello", "seen": "1", "agent_id": "2"},
        {**REPLY, "text": "hello", "seen": "1", "status": "closed"},
        {**REPLY, "text": "hello"},
        {"action": "note"},
        {"action": "note", "text": "hello", "role": "administrator"},
        {"action": "delete"},
        {"text": "hello"},
    ],
)
async def test_fields_that_no_form_of_ours_has_are_refused_and_nothing_changes(house: House, form: dict[str, str]) -> None:
    ticket = await house.ticket()
    browser = await house.signed_in()
    assert (await browser.post(f"/tickets/{ticket.number}", data=form)).status_code == 422
    thread = await house.tickets.get(ticket.number, actor=SOFIA)
    assert thread.ticket == ticket
    assert len(thread.messages) == 1


async def test_a_text_of_twenty_thousand_letters_goes_through_and_one_more_does_not(house: House) -> None:
    ticket = await house.ticket()
    browser = await house.signed_in()
    assert (await browser.post(f"/tickets/{ticket.number}", data={"action": "note", "text": "ა" * 20_000})).status_code == 303
    answer = await browser.post(f"/tickets/{ticket.number}", data={"action": "note", "text": "ა" * 20_001})
    assert answer.status_code == 422
    assert "ა" * 20_001 in answer.text  # nothing typed is lost


async def test_while_the_database_is_away_the_page_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = await house.ticket()
    browser = await house.signed_in()

    async def away(*_given: object, **_named: object) -> Ticket:
        raise Unavailable("SQLITE_FULL")

    monkeypatch.setattr(house.tickets, "note", away)
    answer = await browser.post(f"/tickets/{ticket.number}", data={"action": "note", "text": "hello"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "SQLITE" not in answer.text


async def test_the_three_promises_are_shown_as_they_stand(house: House) -> None:
    await house.sites.change("default", sla=Sla(enabled=True))  # eight hours for a reply, at any time of the week
    number = (await house.ticket()).number
    browser = await house.signed_in()

    async def told() -> list[tuple[str, str]]:
        page = (await browser.get(f"/tickets/{number}")).text
        return re.findall(r'<dt>([a-z ]+)</dt>\s*<dd class="due (\w+)">', page)

    async def in_list() -> str:
        found = re.search(r'<td class="due (\w*)">', (await browser.get("/inbox")).text)
        assert found
        return found[1]

    assert (await told(), await in_list()) == ([("first reply", "runs"), ("solution", "runs")], "")
    house.clock.forward(hours=7)
    assert ((await told())[0], await in_list()) == (("first reply", "near"), "near")
    house.clock.forward(hours=2)
    assert ((await told())[0], await in_list()) == (("first reply", "late"), "late")
    await house.tickets.reply(number, "Since when?", actor=await house.agent("ben", "Ben"))
    house.clock.forward(minutes=1)
    assert await told() == [("first reply", "broken"), ("solution", "rests")]


async def test_the_ticket_says_how_far_its_chat_can_be_trusted(house: House) -> None:
    browser = await house.signed_in()
    lines = (NewLine(chain="chat", epoch=1, seq=1, at=house.clock.now, author="requester", name="Nino", text="It leaks"),)
    asked = NewTicket(
        origin="chat-of-nino-001", site="default", name="Nino", phone="", question="It leaks", actor="Nino", from_chat=True,
        lines=lines, checked=True,
    )  # fmt: skip
    checked = await house.tickets.open(asked)
    one_sided = await house.tickets.open(replace(asked, origin="chat-of-nino-002", one_sided=True))
    unchecked = await house.tickets.open(replace(asked, origin="chat-of-nino-003", checked=False))

    async def seal_of(ticket: Ticket) -> str:
        found = re.search(r'class="seal[^>]*>.*?</span>\s*([^<]+?)\s*<', (await browser.get(f"/tickets/{ticket.number}")).text)
        return found[1] if found else ""

    seals = [await seal_of(one) for one in (checked, one_sided, unchecked)]
    assert seals == ["As relayed, checked", "One-sided", ""]
    async with house.database.write() as connection:
        await connection.execute(update(ticket_message).values(text="It never leaked"))
    assert await seal_of(checked) == "Changed since it was checked"


async def test_other_requests_of_the_same_person_lead_to_all_of_theirs(house: House) -> None:
    browser = await house.signed_in()
    mine = [(await house.ticket(f"kettle {number}")).number for number in range(3)]
    await house.ticket("a lid", name="Zaza", phone="+995555000000")
    page = (await browser.get(f"/tickets/{mine[0]}")).text
    found = re.search(r'class="all" href="([^"]+)"', page)
    assert found
    listed = (await browser.get(found[1].replace("&amp;", "&"))).text
    assert set(re.findall(r'data-number="([^"]+)"', listed)) == set(mine)
