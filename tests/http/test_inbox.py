"""The list of tickets: what an agent finds in it, and what a hostile address line does to it (T30, T48)."""

from __future__ import annotations

import pytest

from livesupport.tickets.requests import TicketChange
from tests.http.conftest import House


async def test_an_empty_inbox_says_what_will_appear_there(house: House) -> None:
    answer = await (await house.signed_in()).get("/inbox")
    assert "Nothing waits for you." in answer.text
    assert 'href="/console"' in answer.text


async def test_ana_sees_what_is_unsolved_the_latest_first(house: House) -> None:
    browser = await house.signed_in()
    for question in ("first", "second", "third"):
        house.clock.forward(minutes=1)
        await house.ticket(question)
    ana = (await house.accounts.agents())[0]
    await house.tickets.change("1002", TicketChange(status="solved"), actor=ana)
    text = (await browser.get("/inbox")).text
    assert text.index("third") < text.index("first")
    assert "second" not in text
    assert "second" in (await browser.get("/inbox?status=solved")).text
    assert "second" in (await browser.get("/inbox?status=all")).text


async def test_filters_by_assignee(house: House) -> None:
    browser = await house.signed_in()
    ana, ben = (await house.accounts.agents())[0], await house.agent("ben", "Ben")
    for question, who in (("for ana", ana.id), ("for ben", ben.id), ("for nobody", None)):
        ticket = await house.ticket(question)
        await house.tickets.change(ticket.number, TicketChange(assignee=who), actor=ana)

    async def shown(assignee: object) -> set[str]:
        text = (await browser.get(f"/inbox?assignee={assignee}")).text
        return {name for name in ("ana", "ben", "nobody") if f"for {name}" in text}

    assert await shown("any") == {"ana", "ben", "nobody"}
    assert await shown("me") == {"ana"}
    assert await shown(ben.id) == {"ben"}
    assert await shown("none") == {"nobody"}


@pytest.mark.parametrize("text", ["1001", "1001-7", "nino", "kettle", "555123456"])
async def test_finds_by_number_name_phone_and_subject(house: House, text: str) -> None:
    await house.ticket("The blue kettle leaks", "Nino")
    await house.ticket("Where is my parcel?", "Bob", phone="+447700900123")
    answer = await (await house.signed_in()).get("/inbox", params={"q": text})
    assert "The blue kettle leaks" in answer.text
    assert "Where is my parcel?" not in answer.text


async def test_when_nothing_fits_the_way_out_is_one_click(house: House) -> None:
    await house.ticket()
    answer = await (await house.signed_in()).get("/inbox?q=teapot")
    assert "No ticket fits these filters." in answer.text
    assert 'href="/inbox?status=all"' in answer.text


async def test_older_tickets_are_on_the_next_page_under_the_same_filters(house: House) -> None:
    for number in range(60):
        await house.ticket(f"kettle {number:02}")
    browser = await house.signed_in()
    first = (await browser.get("/inbox?status=new&q=kettle")).text
    assert "kettle 59" in first
    assert "kettle 09" not in first
    link = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert link.startswith("/inbox?status=new&q=kettle&cursor=")
    second = (await browser.get(link)).text
    assert "kettle 09" in second
    assert "kettle 59" not in second
    assert 'href="/inbox?status=new&amp;q=kettle"' in second


@pytest.mark.parametrize(
    "query",
    ["assignee=0", "assignee=true", "assignee=null", "assignee=[]", "assignee=1e3", "assignee=9223372036854775808",
     "assignee=-1", "assignee=1.0", "assignee=" + "9" * 10_000, "status=deleted", "status=", "status[]=new",
     "status=new&status=open", "q=" + "x" * 10_000, "cursor=" + "x" * 10_000, "order=name", "%FF=1", "q=%FF"],
)  # fmt: skip
async def test_an_address_line_that_no_page_of_ours_makes_is_refused(house: House, query: str) -> None:
    assert (await (await house.signed_in()).get(f"/inbox?{query}")).status_code == 400


async def test_a_cursor_of_somebody_elses_making_finds_nothing(house: House) -> None:
    browser = await house.signed_in()
    for cursor in ("x", "1", "%00", "AAAA", "eyJhIjoxfQ"):
        assert (await browser.get(f"/inbox?cursor={cursor}")).status_code == 404


@pytest.mark.parametrize("text", ['"', "'", "%", "_", "*", "NEAR(a b)", "a OR b", "\\", "((((", "' OR 1=1 --", "😀"])
async def test_search_takes_every_character_literally(house: House, text: str) -> None:
    await house.ticket("The blue kettle leaks")
    answer = await (await house.signed_in()).get("/inbox", params={"q": text})
    assert answer.status_code == 200
    assert "The blue kettle leaks" not in answer.text


async def test_what_ana_watches_has_a_dot_until_she_has_seen_its_change(house: House) -> None:
    browser = await house.signed_in()
    watched, other = (await house.ticket("a kettle")).number, (await house.ticket("a lid")).number
    await browser.post(f"/tickets/{watched}", data={"action": "watch", "on": "yes"})
    await house.tickets.note(watched, "Look", actor=await house.agent("ben", "Ben"))

    page = (await browser.get("/inbox?view=watched")).text
    assert (watched in page, other in page, "Changed since you saw it" in page) == (True, False, True)
    await browser.get(f"/tickets/{watched}")
    assert "Changed since you saw it" not in (await browser.get("/inbox?view=watched")).text
