"""What is an agent's own, over the API: sessions and password, in person only; and how often anybody may ask."""

from __future__ import annotations

import pytest

from livesupport.config import Config, Limits
from tests.http.conftest import PASSWORD, House


async def test_ana_sees_where_she_is_signed_in_and_ends_the_other_session(house: House) -> None:
    ana, other = await house.signed_in(), await house.signed_in()
    items = (await ana.get("/api/v1/me/sessions")).json()["items"]
    assert sorted(one["current"] for one in items) == [False, True]
    [there] = [one["id"] for one in items if not one["current"]]
    assert (await ana.delete(f"/api/v1/me/sessions/{there}")).status_code == 204
    assert (await other.get("/api/v1/me")).status_code == 401
    assert (await ana.delete(f"/api/v1/me/sessions/{there}")).status_code == 404


async def test_she_changes_her_password_with_the_former_one(house: House) -> None:
    ana = await house.signed_in()
    new = {"former": PASSWORD, "password": "another long one"}
    assert (await ana.put("/api/v1/me/password", json=new | {"former": "wrong"})).status_code == 403
    assert (await ana.put("/api/v1/me/password", json=new | {"password": "short"})).status_code == 422
    assert (await ana.put("/api/v1/me/password", json=new)).status_code == 204
    assert (await ana.get("/api/v1/me")).status_code == 401
    browser = await house.browser()
    assert (await browser.post("/login", data={"login": "ana", "password": "another long one"})).status_code == 303


async def test_whoever_guesses_the_password_from_an_open_session_is_slowed_down(house: House) -> None:
    ana = await house.signed_in()
    guess = {"former": "wrong", "password": "another long one"}
    answers = [await ana.put("/api/v1/me/password", json=guess) for _ in range(7)]
    assert {answer.status_code for answer in answers[:5]} == {403}
    assert answers[-1].status_code == 429
    assert answers[-1].headers["retry-after"]


async def test_a_token_has_no_hand_in_it(house: House) -> None:
    program = await house.program(["tickets:read", "tickets:write"])
    assert (await program.get("/api/v1/me/sessions")).status_code == 403
    assert (await program.delete("/api/v1/me/sessions/x")).status_code == 403
    assert (await program.put("/api/v1/me/password", json={"former": PASSWORD, "password": "x" * 10})).status_code == 403


class TestThreeInAMinute:
    """Where nobody may ask more often."""

    @pytest.fixture
    def config(self) -> Config:
        return Config(limits=Limits(api_requests=3))

    async def test_everybody_is_told_how_much_is_left_and_when_to_come_back(self, house: House) -> None:
        ana, ben = await house.signed_in(), await house.signed_in("ben", "Ben")
        told = [(await ana.get("/api/v1/me")).headers["ratelimit"] for _ in range(3)]
        assert told == ['"api";r=2;t=20', '"api";r=1;t=40', '"api";r=0;t=60']
        refused = await ana.get("/api/v1/me")
        assert (refused.status_code, refused.headers["content-type"]) == (429, "application/problem+json")
        assert (refused.headers["retry-after"], refused.headers["ratelimit-policy"]) == ("20", '"api";q=3;w=60')
        assert (await ben.get("/api/v1/me")).status_code == 200
