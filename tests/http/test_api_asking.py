"""Asking over the API: Nino, who is signed in, sees what can be asked, asks, proves an address, claims a chat."""

from __future__ import annotations

import httpx2
import pytest

from livesupport.config import Config, Limits
from livesupport.model import Field, RequestType
from livesupport.signing import origin_of_chat
from livesupport.storage import tickets
from tests.databases import SOFIA
from tests.http.asking import browser_of, texts
from tests.http.conftest import House
from tests.http.test_request_new import mailed_link

QUESTION = {"subject": "The kettle", "text": "It leaks", "name": "Nino"}
OTHER = "nino@work.example"


async def key_in_the_mail(house: House) -> str:
    return (await mailed_link(house)).rpartition("/")[2]


async def test_nino_sees_what_can_be_asked_and_asks_once_for_each_key(house: House) -> None:
    topic = await house.sites.add_topic("default", "Orders")
    amount = Field(id="", label="Amount", kind="amount", required=True)
    kind = await house.sites.add_type(RequestType(id=0, site="default", name="Refund", topic=topic.id, fields=(amount,)))
    nino = await browser_of(house)
    offered = (await nino.get("/api/v1/my/types")).json()
    assert ([one["name"] for one in offered["topics"]], offered["asked"]) == (["Orders"], [])
    assert [(one["name"], [field["id"] for field in one["fields"]]) for one in offered["types"]] == [("Refund", ["q1"])]

    asked = QUESTION | {"type": kind.id, "answers": {"q1": "12.50"}, "priority": "high"}
    missing = await nino.post("/api/v1/my/requests", json=asked | {"answers": {}})
    assert [one["pointer"] for one in missing.json()["errors"]] == ["#/answers/q1"]
    answers = [await nino.post("/api/v1/my/requests", json=asked, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    [number] = {answer.json()["number"] for answer in answers}
    assert answers[0].headers["location"] == f"/api/v1/my/requests/{number}"
    opened = (await house.tickets.get(number, actor=SOFIA)).ticket
    assert (opened.priority, opened.topic, opened.answers[0].value) == ("high", topic, "12.50")
    assert [one["name"] for one in (await nino.get("/api/v1/my/types")).json()["asked"]] == ["Orders"]
    for query, found in ((f"topic={topic.id}", 1), ("topic=999", 0), ("day=2026-11-22", 1), ("day=2026-11-21", 0)):
        assert len((await nino.get(f"/api/v1/my/requests?{query}")).json()["items"]) == found, query
    assert (await nino.get("/api/v1/my/requests?zone=Nowhere")).status_code == 422


class TestOneAnHour:
    """Where an address may leave no more requests."""

    @pytest.fixture
    def config(self) -> Config:
        return Config(limits=Limits(requests_per_address=1, proof_bits=0))

    async def test_who_asks_often_is_told_when_to_come_back(self, house: House) -> None:
        nino = await browser_of(house)
        assert (await nino.post("/api/v1/my/requests", json=QUESTION)).status_code == 201
        late = await nino.post("/api/v1/my/requests", json=QUESTION)
        assert (late.status_code, late.headers["content-type"]) == (429, "application/problem+json")
        assert int(late.headers["retry-after"]) > 3000


async def test_a_request_to_be_answered_elsewhere_waits_until_the_link_is_used(house: House) -> None:
    nino, program = await browser_of(house), await house.stranger()
    asked = await nino.post("/api/v1/my/requests", json=QUESTION | {"email": "typo@work.example"})
    assert (asked.status_code, asked.json()["number"]) == (201, None)
    waiting = f"/api/v1/my/waiting/{asked.json()['waiting']}"
    assert asked.headers["location"] == waiting
    assert (await program.get(waiting)).json()["mails"] == 2
    again = await program.post(waiting, json={"email": OTHER})
    assert (again.status_code, again.json()["mails"]) == (200, 1)
    key = await key_in_the_mail(house)
    assert (await program.post(f"/api/v1/my/confirmations/x{key}")).status_code == 404
    number = (await program.post(f"/api/v1/my/confirmations/{key}")).json()["number"]
    assert await texts(house, number) == ["It leaks"]
    assert (await program.get(waiting)).json()["number"] == number
    assert (await program.post(f"/api/v1/my/confirmations/{key}")).status_code == 409


async def test_whoever_did_not_ask_throws_it_away(house: House) -> None:
    nino, program = await browser_of(house), await house.stranger()
    asked = await nino.post("/api/v1/my/requests", json=QUESTION | {"email": OTHER})
    address = f"/api/v1/my/confirmations/{await key_in_the_mail(house)}"
    assert (await program.delete(address)).status_code == 204
    assert (await program.post(address)).status_code == 404
    assert (await program.get(f"/api/v1/my/waiting/{asked.json()['waiting']}")).status_code == 404


async def saved_chat(house: House) -> tuple[str, str]:
    """The number of a saved chat, and the token of whoever was in it."""
    ticket = await house.saved_chat()
    async with house.database.write() as connection:
        await tickets.change(connection, ticket.id, origin=origin_of_chat("the chat"))
    return ticket.number, house.visitor_tokens.sign("visitor", "default", "the chat", 1)


async def test_nino_claims_the_request_of_her_chat(house: House) -> None:
    nino = await browser_of(house)
    number, token = await saved_chat(house)
    assert (await nino.get(f"/api/v1/my/requests/{number}")).status_code == 404
    for shown in ("made up", token):
        assert (await nino.post("/api/v1/my/claims", json={"token": shown})).status_code == 204
    assert (await nino.get(f"/api/v1/my/requests/{number}")).status_code == 200


async def test_who_was_in_a_chat_says_where_to_answer(house: House) -> None:
    program: httpx2.AsyncClient = await house.stranger()
    number, token = await saved_chat(house)
    assert (await program.post("/api/v1/my/channel", json={"token": "x", "email": OTHER})).status_code == 404
    chosen = await program.post("/api/v1/my/channel", json={"token": token, "email": OTHER})
    assert (chosen.status_code, chosen.json()["number"]) == (201, None)
    await program.post(f"/api/v1/my/confirmations/{await key_in_the_mail(house)}")
    ticket = (await house.tickets.get(number, actor=SOFIA)).ticket
    assert (ticket.channel, ticket.email) == ("email", OTHER)
