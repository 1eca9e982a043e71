"""What agents do around tickets over the API: many at once, views, drafts, what waits, follow-ups, what stands around one."""

from __future__ import annotations

from livesupport.tickets.mine import Asker
from tests.http.asking import answered
from tests.http.conftest import House


async def test_many_tickets_are_changed_at_once_and_put_back(house: House) -> None:
    ana = await house.signed_in()
    numbers = [(await house.ticket(f"Question {count}")).number for count in range(3)]
    body = {"tickets": [*numbers, "999999"], "priority": "urgent", "tag": "Kettle"}
    done = (await ana.post("/api/v1/bulk", json=body)).json()
    assert (done["changed"], done["refused"]) == (numbers, ["999999"])
    assert [one["priority"] for one in (await ana.get("/api/v1/tickets?tag=Kettle")).json()["items"]] == ["urgent"] * 3
    await ana.patch(f"/api/v1/tickets/{numbers[0]}", json={"priority": "low"})
    undone = await ana.delete(f"/api/v1/bulk/{done['undo']}")
    assert undone.json() == {"restored": numbers[1:], "kept": numbers[:1]}
    assert (await ana.delete(f"/api/v1/bulk/{done['undo']}")).status_code == 404


async def test_a_view_is_kept_changed_and_removed_and_one_for_everybody_needs_a_supervisor(house: House) -> None:
    ana = await house.signed_in()
    made = await ana.post("/api/v1/views", json={"name": "Kettles", "query": {"tag": "kettle", "status": "all"}})
    assert made.status_code == 201, made.text
    address = f"/api/v1/views/{made.json()['id']}"
    changed = await ana.patch(address, json={"name": "Pots", "query": {"tag": "pot"}})
    assert (changed.json()["name"], changed.json()["query"]) == ("Pots", {"tag": "pot"})
    assert (await ana.get(f"/inbox?view={made.json()['id']}")).status_code == 200
    wrong = await ana.post("/api/v1/views", json={"name": "Odd", "query": {"colour": "blue"}})
    assert [one["pointer"] for one in wrong.json()["errors"]] == ["#/query"]
    shared = {"name": "Ours", "query": {}, "shared": True}
    assert (await ana.post("/api/v1/views", json=shared)).status_code == 403
    sofia = await house.signed_in("sofia", "Sofia", "supervisor")
    assert (await sofia.post("/api/v1/views", json=shared)).status_code == 201
    assert (await sofia.patch(address, json={"name": "Mine now"})).status_code == 404
    assert [one["name"] for one in (await ana.get("/api/v1/views")).json()["items"]] == ["Pots", "Ours"]
    assert (await ana.delete(address)).status_code == 204
    assert [one["shared"] for one in (await ana.get("/api/v1/views")).json()["items"]] == [True]


async def test_how_many_tickets_wait_is_counted(house: House) -> None:
    ana = await house.signed_in()
    ticket, me = await house.ticket(), (await ana.get("/api/v1/me")).json()["id"]
    assert (await ana.get("/api/v1/waiting")).json() == {"count": 0, "more": False}
    await ana.patch(f"/api/v1/tickets/{ticket.number}", json={"assignee": me})
    assert (await ana.get("/api/v1/waiting")).json() == {"count": 1, "more": False}


async def test_a_draft_is_kept_for_its_writer_alone_and_a_text_is_previewed(house: House) -> None:
    ana, ben, ticket = await house.signed_in(), await house.signed_in("ben", "Ben"), await house.ticket()
    address = f"/api/v1/tickets/{ticket.number}/drafts"
    assert (await ana.put(f"{address}/note", json={"text": "Ask the bank"})).status_code == 204
    assert (await ana.get(address)).json()["items"] == [{"kind": "note", "text": "Ask the bank"}]
    assert (await ben.get(address)).json()["items"] == []
    assert (await ana.put(f"{address}/note", json={"text": ""})).status_code == 204
    assert (await ana.get(address)).json()["items"] == []
    assert (await ana.put(f"{address}/letter", json={"text": "x"})).status_code == 404
    html = (await ana.post("/api/v1/preview", json={"text": "**now** <b>"})).json()["html"]
    assert "<strong>now</strong> &lt;b&gt;" in html


async def test_a_draft_of_the_page_keeps_its_files_when_a_program_changes_its_text(house: House) -> None:
    ana, ticket = await house.signed_in(), await house.ticket()
    files = "k" * 22 + " " + "0" * 32
    await ana.post(f"/tickets/{ticket.number}/draft", data={"kind": "reply", "text": "See", "files": files})
    await ana.put(f"/api/v1/tickets/{ticket.number}/drafts/reply", json={"text": "See the picture"})
    page = (await ana.get(f"/tickets/{ticket.number}")).text
    assert "See the picture" in page
    assert files in page


async def test_a_follow_up_is_opened_once_for_each_key_and_found_around_the_ticket(house: House) -> None:
    ana, ticket, other = await house.signed_in(), await house.ticket(), await house.ticket("Another", name="Gio", phone="")
    address = f"/api/v1/tickets/{ticket.number}"
    key = {"Idempotency-Key": "f1"}
    first, again = [await ana.post(f"{address}/follow-ups", headers=key) for _ in range(2)]
    assert (first.status_code, first.json()["number"]) == (201, again.json()["number"])
    await ana.put(f"{address}/tags/kettle")
    await ana.put(f"{address}/links/{other.number}")
    await ana.put(f"{address}/watching")
    around = (await ana.get(f"{address}/around")).json()
    assert [one["name"] for one in around.pop("watchers")] == ["Ana Beridze"]
    assert around == {
        "tags": ["kettle"],
        "linked": [other.number],
        "merged_into": None,
        "follows": None,
        "followed_by": [first.json()["number"]],
        "earlier": [first.json()["number"]],
    }


async def test_tickets_that_were_answered_back_or_are_watched_are_found_and_an_order_is_turned_round(house: House) -> None:
    ana = await house.signed_in()
    tickets = [await house.ticket(f"Question {count}") for count in range(3)]
    numbers = [ticket.number for ticket in tickets]
    await answered(house, tickets[1])
    assert (await ana.get("/api/v1/tickets?answered=yes")).json()["items"] == []
    await house.mine.reply(numbers[1], Asker(link=numbers[1]), "It still leaks", once="a-form-of-this-test")
    await ana.put(f"/api/v1/tickets/{numbers[2]}/watching")
    for wanted, number in (("answered", numbers[1]), ("watched", numbers[2])):
        found = (await ana.get(f"/api/v1/tickets?{wanted}=yes")).json()["items"]
        assert [one["number"] for one in found] == [number]
    newest, oldest = (
        (await ana.get("/api/v1/tickets?order=created")),
        (await ana.get("/api/v1/tickets?order=created&reverse=yes")),
    )
    assert [one["number"] for one in newest.json()["items"]] == numbers[::-1]
    assert [one["number"] for one in oldest.json()["items"]] == numbers
