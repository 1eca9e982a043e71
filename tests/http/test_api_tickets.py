"""Tickets over the API: a program of Dato's lists, opens, reads, answers and changes them."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from tests.http.conftest import House


async def program(house: House) -> httpx2.AsyncClient:
    return await house.program(["tickets:read", "tickets:write"])


async def test_a_ticket_is_listed_read_and_found_by_what_was_said(house: House) -> None:
    client, ticket = await program(house), await house.ticket("The blue kettle leaks")
    await house.ticket("Where is my parcel?", name="Gio")
    listed = (await client.get("/api/v1/tickets?q=kettle")).json()
    assert [one["number"] for one in listed["items"]] == [ticket.number]
    assert listed["next"] is None
    read = await client.get(f"/api/v1/tickets/{ticket.number}")
    assert (read.json()["name"], read.json()["status"], read.headers["etag"]) == ("Nino", "new", f'"{ticket.version}"')
    without_digit = ticket.number.partition("-")[0]
    assert (await client.get(f"/api/v1/tickets/{without_digit}")).json() == read.json()


async def test_what_is_not_new_is_not_sent_again(house: House) -> None:
    client, ticket = await program(house), await house.ticket()
    first = await client.get(f"/api/v1/tickets/{ticket.number}")
    again = await client.get(f"/api/v1/tickets/{ticket.number}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_pages_follow_each_other_by_their_cursor(house: House) -> None:
    client = await program(house)
    for count in range(51):
        await house.ticket(f"Question {count}")
    first = await client.get("/api/v1/tickets")
    assert len(first.json()["items"]) == 50
    link = first.headers["link"]
    assert link.endswith('; rel="next"')
    second = await client.get(link[1 : link.index(">")])
    numbers = [one["number"] for page in (first, second) for one in page.json()["items"]]
    assert len(set(numbers)) == 51
    assert second.json()["next"] is None


async def test_a_ticket_is_opened_once_for_each_key(house: House) -> None:
    client = await program(house)
    new = {"site": "default", "name": "Nino", "phone": "+995555123456", "text": "She called: the kettle leaks"}
    answers = await asyncio.gather(
        *(client.post("/api/v1/tickets", json=new, headers={"Idempotency-Key": "call-17"}) for _ in range(3))
    )
    assert {answer.status_code for answer in answers} == {201}
    [number] = {answer.json()["number"] for answer in answers}
    assert answers[0].headers["location"] == f"/api/v1/tickets/{number}"
    other = await client.post("/api/v1/tickets", json=new, headers={"Idempotency-Key": "call-18"})
    assert other.json()["number"] != number


async def test_two_agents_with_the_same_key_open_two_tickets(house: House) -> None:
    client, ana = await program(house), await house.signed_in()
    new = {"site": "default", "name": "Nino", "text": "The kettle leaks"}
    key = {"Idempotency-Key": "1"}
    one, two = [await who.post("/api/v1/tickets", json=new, headers=key) for who in (client, ana)]
    assert one.json()["number"] != two.json()["number"]


async def test_a_reply_is_written_once_and_can_be_taken_back(house: House) -> None:
    client, ticket = await program(house), await house.ticket()
    address = f"/api/v1/tickets/{ticket.number}/messages"
    reply = {"text": "We send a **new one**.", "status": "solved"}
    first, second = [await client.post(address, json=reply, headers={"Idempotency-Key": "r1"}) for _ in range(2)]
    assert (first.status_code, first.json()) == (201, second.json())
    assert [one["kind"] for one in (await client.get(address)).json()["items"]] == ["request", "reply"]
    assert (await client.get(f"/api/v1/tickets/{ticket.number}")).json()["status"] == "solved"
    assert (await client.delete(f"{address}/{first.json()['id']}")).status_code == 204
    assert (await client.get(f"/api/v1/tickets/{ticket.number}")).json()["status"] == "open"
    house.clock.forward(seconds=1)
    late = await client.post(address, json=reply)
    house.clock.forward(seconds=10)
    assert (await client.delete(f"{address}/{late.json()['id']}")).status_code == 409


async def test_an_answer_that_was_lost_is_given_again_although_another_reply_was_written_since(house: House) -> None:
    client, ticket = await program(house), await house.ticket()
    address = f"/api/v1/tickets/{ticket.number}/messages"

    async def write(text: str, kind: str, key: str) -> str:
        sent = await client.post(address, json={"text": text, "kind": kind}, headers={"Idempotency-Key": key})
        assert sent.status_code == 201
        return str(sent.json()["text"])

    for kind in ("reply", "note"):
        assert await write("One", kind, f"{kind} 1") == "One"
        assert await write("Two", kind, f"{kind} 2") == "Two"
        assert await write("One", kind, f"{kind} 1") == "One"
    assert len((await client.get(address)).json()["items"]) == 5


async def test_who_opens_a_ticket_says_what_kind_it_is_how_urgent_and_whose(house: House) -> None:
    client = await house.program(["tickets:read", "tickets:write", "admin:write"])
    topic = (await client.post("/api/v1/sites/default/topics", json={"name": "Orders"})).json()
    fields = [{"label": "Amount", "kind": "amount", "required": True}, {"label": "When", "kind": "date", "required": True}]
    kind = (await client.post("/api/v1/sites/default/types", json={"name": "Refund", "fields": fields})).json()
    me = (await client.get("/api/v1/me")).json()
    new = {"site": "default", "name": "Nino", "text": "She wants it back"}
    sorted_ = {"topic": topic["id"], "type": kind["id"], "priority": "high", "assignee": me["id"], "answers": {"q1": "12,50"}}
    opened = await client.post("/api/v1/tickets", json=new | sorted_, headers={"Idempotency-Key": "1"})
    assert opened.status_code == 201, opened.text
    told = opened.json()
    assert (told["topic"]["name"], told["type"], told["priority"]) == ("Orders", kind["id"], "high")
    assert (told["assignee"]["id"], [one["value"] for one in told["answers"]]) == (me["id"], ["12.50"])
    again = await client.post("/api/v1/tickets", json=new | sorted_, headers={"Idempotency-Key": "1"})
    assert again.json()["number"] == told["number"]
    for wrong, pointer in (
        ({"type": 999}, "#/type"),
        ({"topic": 999}, "#/topic"),
        ({"assignee": 999}, "#/assignee"),
        ({"answers": {"q1": "12"}}, "#/answers"),
        ({"type": kind["id"], "answers": {"q1": "much"}}, "#/answers/q1"),
    ):
        refused = await client.post("/api/v1/tickets", json=new | wrong)
        assert [one["pointer"] for one in refused.json()["errors"]] == [pointer]
    assert len((await client.get("/api/v1/tickets")).json()["items"]) == 1


async def test_a_reply_to_what_the_writer_has_not_read_is_refused(house: House) -> None:
    client, ticket = await program(house), await house.ticket()
    answer = await client.post(f"/api/v1/tickets/{ticket.number}/messages", json={"text": "Yes", "seen": 0})
    assert answer.status_code == 409


async def test_a_change_is_made_only_to_the_version_that_was_read(house: House) -> None:
    client, ticket = await program(house), await house.ticket()
    address = f"/api/v1/tickets/{ticket.number}"
    etag = (await client.get(address)).headers["etag"]
    changed = await client.patch(address, json={"priority": "urgent"}, headers={"If-Match": etag})
    assert (changed.json()["priority"], changed.json()["status"]) == ("urgent", "open")
    late = await client.patch(address, json={"priority": "low"}, headers={"If-Match": etag})
    assert late.status_code == 412
    assert (await client.patch(address, json={"priority": "low"}, headers={"If-Match": "nonsense"})).status_code == 412
    assert (await client.patch(address, json={"priority": "low"})).json()["priority"] == "low"
    events = (await client.get(f"{address}/events")).json()["items"]
    assert [(one["what"], one["new"]) for one in events if one["what"] == "priority"] == [
        ("priority", "urgent"),
        ("priority", "low"),
    ]


async def test_of_two_changes_to_one_version_the_second_is_told_that_somebody_was_faster(house: House) -> None:
    client, ticket = await program(house), await house.ticket()
    address = f"/api/v1/tickets/{ticket.number}"
    etag = {"If-Match": (await client.get(address)).headers["etag"]}
    answers = await asyncio.gather(*(client.patch(address, json={"priority": "high"}, headers=etag) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]


async def test_an_illegal_move_is_a_conflict_and_an_unknown_person_a_field(house: House) -> None:
    client, ticket = await program(house), await house.ticket()
    address = f"/api/v1/tickets/{ticket.number}"
    assert (await client.patch(address, json={"status": "closed"})).status_code == 409
    nobody = await client.patch(address, json={"assignee": 999})
    assert [one["pointer"] for one in nobody.json()["errors"]] == ["#/assignee"]


async def test_tags_links_and_watching(house: House) -> None:
    client, one, two = await program(house), await house.ticket(), await house.ticket("Another")
    for path in ("tags/kettle", f"links/{two.number}", "watching"):
        for method in ("PUT", "PUT", "DELETE", "DELETE"):
            answer = await client.request(method, f"/api/v1/tickets/{one.number}/{path}")
            assert answer.status_code == 204, (method, path, answer.text)
    merged = await client.post(f"/api/v1/tickets/{one.number}/merge", json={"into": two.number})
    assert merged.json()["number"] == two.number
    assert (await client.get(f"/api/v1/tickets/{one.number}")).json()["status"] == "merged"


@pytest.mark.parametrize("number", ["0", "-1", "1e3", "null", "[]", str(2**63), "9" * 10_000, "1001-8", "1001-", "%2e%2e"])
async def test_no_odd_number_finds_anything(house: House, number: str) -> None:
    await house.ticket()
    assert (await (await program(house)).get(f"/api/v1/tickets/{number}")).status_code in (404, 405)


@pytest.mark.parametrize(
    "query", ["status=odd", "assignee=1e3", "topic=-1", "cursor=zzz", "cursor=" + "x" * 201, "wrong=1", "order=name"]
)
async def test_a_query_that_cannot_be_is_refused(house: House, query: str) -> None:
    answer = await (await program(house)).get(f"/api/v1/tickets?{query}")
    assert answer.status_code in (400, 404)
    assert answer.headers["content-type"] == "application/problem+json"
