"""What is done from the inbox: many tickets at once, undoing, views, columns; and what a hostile form does (T28, T30, T31)."""

from __future__ import annotations

import re

import httpx2
import pytest

from livesupport.tickets.requests import TicketChange
from tests.http.conftest import House

SCRIPT = {"Accept": "application/json"}


async def many(browser: httpx2.AsyncClient, tickets: list[str], do: str, **more: str) -> httpx2.Response:
    return await browser.post("/inbox/many", data={"tickets": tickets, "do": do, **more}, headers=SCRIPT)


def shown(text: str) -> list[str]:
    """The numbers of the tickets in the list."""
    return re.findall(r'data-number="([0-9-]+)"', text)


def counted(text: str) -> dict[str, str]:
    """The views and the numbers beside them."""
    views = re.findall(r'<span class="cut" dir="auto">([^<]+)</span>\s*(?:<span class="count[^"]*">([^<]+)</span>)?', text)
    return {name: count for name, count in views if name not in ("Nino", "Nobody")}


async def test_ana_solves_two_tickets_and_undoes_it(house: House) -> None:
    browser = await house.signed_in()
    numbers = [(await house.ticket(f"kettle {number}")).number for number in range(3)]
    done = (await many(browser, numbers[:2], "status:solved")).json()
    assert done["words"] == "2 tickets changed."
    assert shown((await browser.get("/inbox")).text) == numbers[2:]
    undone = await browser.post("/inbox/undo", data={"undo": done["undo"]}, headers=SCRIPT)
    assert undone.json() == {"words": "2 tickets are as they were."}
    assert set(shown((await browser.get("/inbox")).text)) == set(numbers)
    assert (await browser.post("/inbox/undo", data={"undo": done["undo"]}, headers=SCRIPT)).status_code == 404


@pytest.mark.parametrize(
    ("do", "address"),
    [("assign:me", "assignee=me"), ("priority:urgent", "priority=urgent"), ("status:spam", "view=spam"), ("tag", "tag=vip")],
)
async def test_every_deed_is_seen_under_its_filter(house: House, do: str, address: str) -> None:
    browser = await house.signed_in()
    one, two = (await house.ticket()).number, (await house.ticket()).number
    answer = await many(browser, [one], do, tag="VIP")
    assert answer.json()["changed"] == [one]
    assert shown((await browser.get(f"/inbox?{address}")).text) == [one]
    assert two in (await browser.get("/inbox")).text


async def test_topics_and_colleagues_can_be_given_and_taken(house: House) -> None:
    browser = await house.signed_in()
    ben = await house.agent("ben", "Ben")
    billing = await house.sites.add_topic("default", "Billing")
    number = (await house.ticket()).number
    for do, filters in (
        (f"assign:{ben.id}", f"assignee={ben.id}"),
        ("assign:0", "assignee=none"),
        (f"topic:{billing.id}", f"topic={billing.id}"),
        ("topic:0", "topic=none"),
    ):
        assert (await many(browser, [number], do)).status_code == 200
        assert shown((await browser.get(f"/inbox?{filters}")).text) == [number], do


async def test_what_could_not_be_done_is_said(house: House) -> None:
    browser = await house.signed_in()
    one, two = (await house.ticket()).number, (await house.ticket()).number
    await many(browser, [two], "status:spam")
    assert (await many(browser, [one, two], "status:solved")).json()["words"] == "1 ticket changed. 1 could not be changed so."
    refused = await many(browser, [one], "tag", tag="")
    assert (refused.status_code, refused.json()) == (422, {"problem": "A tag has 1 to 40 letters."})


async def test_without_a_script_the_form_leads_back_to_the_list(house: House) -> None:
    browser = await house.signed_in()
    number = (await house.ticket()).number
    form = {"tickets": [number], "do": "assign:me", "back": "/inbox?assignee=none"}
    answer = await browser.post("/inbox/many", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox?assignee=none")
    answer = await browser.post("/inbox/many", data={**form, "back": "https://evil.test/"})
    assert answer.headers["location"] == "/inbox"


@pytest.mark.parametrize(
    "form",
    [
        {"do": "status:merged"},
        {"do": "status:new"},
        {"do": "assign:9223372036854775808"},
        {"do": "assign:-1"},
        {"do": "delete"},
        {"do": ""},
        {"do": "assign:me", "tickets": ["1' OR 1=1"]},
        {"do": "assign:me", "tickets": ["1001"]},
        {"do": "assign:me", "is_admin": "1"},
    ],
)
async def test_a_form_that_no_page_of_ours_sends_is_refused(house: House, form: dict[str, object]) -> None:
    answer = await (await house.signed_in()).post("/inbox/many", data={"tickets": ["1001-7"], **form}, headers=SCRIPT)
    assert answer.status_code == 422


async def test_a_page_asks_for_the_rows_of_which_it_was_told(house: House) -> None:
    browser = await house.signed_in()
    ana = (await house.accounts.agents())[0]
    one, two, three = [(await house.ticket(f"kettle {number}")).number for number in range(3)]
    await house.tickets.change(two, TicketChange(status="solved"), actor=ana)
    assert shown((await browser.get("/inbox", params={"numbers": f"{one} {two}"})).text) == [one]
    assert shown((await browser.get("/inbox", params={"numbers": f"{three} {two}", "status": "solved"})).text) == [two]
    for numbers in ("x", "1001", f"{one}  {two}", f"{one} OR 1"):
        assert (await browser.get("/inbox", params={"numbers": numbers})).status_code == 400


async def test_the_views_that_stand_ready_count_what_they_show(house: House) -> None:
    browser = await house.signed_in()
    ana = (await house.accounts.agents())[0]
    numbers = [(await house.ticket(f"kettle {number}")).number for number in range(4)]
    await house.tickets.change(numbers[0], TicketChange(assignee=ana.id), actor=ana)
    await house.tickets.change(numbers[1], TicketChange(status="spam"), actor=ana)
    page = (await browser.get("/inbox?view=mine")).text
    assert shown(page) == [numbers[0]]
    assert {name: count for name, count in counted(page).items() if count} == {
        "All unsolved": "3",
        "Mine": "1",
        "Unassigned": "2",
    }
    assert shown((await browser.get("/inbox?view=spam")).text) == [numbers[1]]


async def test_ana_keeps_a_view_changes_it_and_deletes_it(house: House) -> None:
    browser = await house.signed_in()
    await house.ticket("The blue kettle leaks")
    await house.ticket("Where is my parcel?")
    kept = await browser.post("/inbox/views", data={"action": "save", "name": "Kettles", "back": "/inbox?q=kettle"})
    view = kept.headers["location"]
    text = (await browser.get(view)).text
    assert '<h1 dir="auto">Kettles</h1>' in text
    assert "parcel" not in text
    number = view.rpartition("=")[2]
    form = {"action": "replace", "view": number, "back": f"/inbox?view={number}&q=parcel"}
    assert (await browser.post("/inbox/views", data=form)).headers["location"] == view
    assert "Where is my parcel?" in (await browser.get(view)).text
    await browser.post("/inbox/views", data={"action": "rename", "view": number, "name": "Parcels", "back": view})
    assert "Parcels" in (await browser.get("/inbox")).text
    assert "Parcels" not in (await (await house.signed_in("ben", "Ben")).get("/inbox")).text
    await browser.post("/inbox/views", data={"action": "delete", "view": number, "back": view})
    assert (await browser.get(view)).status_code == 404
    assert (await browser.get("/inbox?view=nonsense")).status_code == 404


async def test_an_agent_cannot_change_what_a_supervisor_shares(house: House) -> None:
    eva = await house.signed_in("eva", "Eva", "supervisor")
    form = {"action": "save", "name": "Refunds", "back": "/inbox?tag=refund", "shared": "on"}
    view = (await eva.post("/inbox/views", data=form)).headers["location"].rpartition("=")[2]
    ana = await house.signed_in()
    assert "Refunds" in (await ana.get("/inbox")).text
    assert (await ana.post("/inbox/views", data={"action": "delete", "view": view})).status_code == 403
    assert (await ana.post("/inbox/views", data=form)).status_code == 403


async def test_ana_chooses_her_columns_and_ben_keeps_his(house: House) -> None:
    ana, ben = await house.signed_in(), await house.signed_in("ben", "Ben")
    await house.ticket()
    answer = await ana.post("/inbox/columns", data={"columns": ["priority"], "back": "/inbox?status=new"})
    assert answer.headers["location"] == "/inbox?status=new"
    assert '<td class="priority">' in (await ana.get("/inbox")).text
    assert '<td class="from">' not in (await ana.get("/inbox")).text
    assert '<td class="from">' in (await ben.get("/inbox")).text
    assert (await ana.post("/inbox/columns", data={"columns": ["password_hash"]})).status_code == 422


@pytest.mark.parametrize(("sort", "first"), [("updated", "1001-7"), ("created", "1002-5"), ("priority", "1001-7")])
async def test_the_list_is_sorted_and_turned_round(house: House, sort: str, first: str) -> None:
    browser = await house.signed_in()
    ana = (await house.accounts.agents())[0]
    one, two = (await house.ticket()).number, (await house.ticket()).number
    house.clock.forward(minutes=1)
    await house.tickets.change(one, TicketChange(priority="high"), actor=ana)
    assert shown((await browser.get(f"/inbox?sort={sort}")).text) == [first, ({one, two} - {first}).pop()]
    assert shown((await browser.get(f"/inbox?sort={sort}&reverse=1")).text)[1] == first


async def test_the_console_tells_ana_how_many_tickets_wait_for_her(house: House) -> None:
    browser = await house.signed_in()
    numbers = [(await house.ticket()).number for _ticket in range(3)]
    await many(browser, numbers[:2], "assign:me")
    assert (await browser.get("/inbox/waiting")).json() == {"count": "2"}
    assert 'id="my-turn" title="Tickets that wait for you">2</span>' in (await browser.get("/console")).text
    await many(browser, numbers[:2], "status:pending")
    assert (await browser.get("/inbox/waiting")).json() == {"count": ""}


async def test_nobody_else_does_anything_here(house: House) -> None:
    stranger = await house.browser()
    for address in ("/inbox/many", "/inbox/undo", "/inbox/views", "/inbox/columns"):
        assert (await stranger.post(address, data={"do": "assign:me"}, headers=SCRIPT)).status_code == 401
