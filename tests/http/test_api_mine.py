"""One's own requests over the API: Nino lists, reads, answers and thanks; nobody else can."""

from __future__ import annotations

from tests.http.asking import answered, browser_of, person, request_of
from tests.http.conftest import House


async def test_nino_sees_the_answer_unread_puts_the_notice_off_and_away_and_reads_it(house: House) -> None:
    nino = await browser_of(house)
    ticket = await request_of(house, await person(house))
    await answered(house, ticket)
    [listed] = (await nino.get("/api/v1/my/requests")).json()["items"]
    assert (listed["number"], listed["step"], listed["unread"]) == (ticket.number, "answered", True)

    told = (await nino.get("/api/v1/my/notices")).json()
    [notice] = told["items"]
    assert (notice["excerpt"], notice["later"], told["unread"]) == ("It is on its way.", False, 1)
    address = f"/api/v1/my/notices/{notice['id']}"
    assert (await nino.post(f"{address}/later", json={"delay": "hour"})).status_code == 204
    assert [one["later"] for one in (await nino.get("/api/v1/my/notices")).json()["items"]] == [True]
    assert (await nino.delete(address)).status_code == 204
    told = (await nino.get("/api/v1/my/notices")).json()
    assert (told["items"], told["unread"]) == ([], 1)

    read = (await nino.get(f"/api/v1/my/requests/{ticket.number}")).json()
    assert [one["text"] for one in read["messages"]] == ["The blue kettle leaks", "It is on its way."]
    assert (await nino.get("/api/v1/my/notices")).json()["unread"] == 0


async def test_she_writes_once_for_each_key_and_thanks(house: House) -> None:
    nino = await browser_of(house)
    ticket = await request_of(house, await person(house))
    address = f"/api/v1/my/requests/{ticket.number}"
    key = {"Idempotency-Key": "a-key-of-her-program"}
    answers = [await nino.post(f"{address}/messages", json={"text": "When?"}, headers=key) for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(201, {"number": ticket.number})] * 2
    read = (await nino.get(address)).json()
    assert [one["text"] for one in read["messages"]] == ["The blue kettle leaks", "When?"]
    assert (await nino.post(f"{address}/thanks")).status_code == 204
    assert (await nino.get(address)).json()["thanked"] is True


async def test_no_odd_number_finds_a_notice(house: House) -> None:
    gio = await browser_of(house, "gio@example.com")
    for notice in ("0", "-1", "1e3", str(2**63)):
        assert (await gio.delete(f"/api/v1/my/notices/{notice}")).status_code == 404
        assert (await gio.post(f"/api/v1/my/notices/{notice}/later", json={"delay": "hour"})).status_code == 404
