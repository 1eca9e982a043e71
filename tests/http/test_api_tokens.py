"""Tokens over the API: Ana makes one while she is signed in, a program uses it, she takes it back."""

from __future__ import annotations

import re

from tests.http.conftest import House


async def test_ana_makes_a_token_a_program_uses_it_and_she_revokes_it(house: House) -> None:
    ana = await house.signed_in()
    made = await ana.post("/api/v1/me/tokens", json={"name": "Nightly report", "scopes": ["tickets:read"], "days": 30})
    assert made.status_code == 201
    program = await house.stranger()
    program.headers["Authorization"] = f"Bearer {made.json()['secret']}"
    me = await program.get("/api/v1/me")
    assert (me.status_code, me.json()["name"]) == (200, "Ana Beridze")

    listed = (await ana.get("/api/v1/me/tokens")).json()["items"]
    assert [(one["name"], one["scopes"]) for one in listed] == [("Nightly report", ["tickets:read"])]
    assert made.json()["secret"] not in str(listed)

    assert (await ana.delete(f"/api/v1/me/tokens/{made.json()['id']}")).status_code == 204
    assert (await program.get("/api/v1/me")).status_code == 401


async def test_an_administrator_sees_a_persons_tokens_and_revokes_one(house: House) -> None:
    ana, dato = await house.signed_in(), await house.signed_in("dato", "Dato", "administrator")
    made = (await ana.post("/api/v1/me/tokens", json={"name": "Report", "scopes": ["tickets:read"]})).json()
    listed = (await dato.get("/api/v1/people/ana/tokens")).json()["items"]
    assert [(one["id"], one["name"]) for one in listed] == [(made["id"], "Report")]
    assert (await dato.delete(f"/api/v1/people/dato/tokens/{made['id']}")).status_code == 404
    assert (await dato.delete(f"/api/v1/people/ana/tokens/{made['id']}")).status_code == 204
    assert (await ana.get("/api/v1/me/tokens")).json()["items"] == []


async def test_a_token_in_an_address_is_refused_whatever_it_may(house: House) -> None:
    ana, program = await house.signed_in(), await house.program(["tickets:read"])
    secret = program.headers["Authorization"].removeprefix("Bearer ")
    for client in (ana, program, await house.browser()):
        for name in ("access_token", "token", "authorization"):
            for path in ("/api/v1/tickets", "/api/v1/me", "/api/v1/service"):
                answer = await client.get(f"{path}?{name}={secret}")
                assert answer.status_code in (400, 401), path
                assert secret not in answer.text
    assert (await ana.get(f"/api/v1/tickets?access_token={secret}")).status_code == 400


async def test_a_token_cannot_beget_another_one(house: House) -> None:
    program = await house.program(["tickets:read", "tickets:write"])
    answer = await program.post("/api/v1/me/tokens", json={"name": "Child", "scopes": ["tickets:read"]})
    assert answer.status_code == 403


async def test_a_token_that_nobody_has_is_not_found(house: House) -> None:
    ana = await house.signed_in()
    for token_id in ("999", "0", "-1", "1e3", str(2**63), "x"):
        assert (await ana.delete(f"/api/v1/me/tokens/{token_id}")).status_code == 404


async def test_ana_makes_a_token_on_her_page_sees_it_once_and_revokes_it(house: House) -> None:
    ana = await house.signed_in()
    form = {"action": "create", "name": "<b>Report</b>", "days": "30", "tickets_read": "on"}
    made = await ana.post("/account/tokens", data=form)
    secret = re.search(r'value="(livesupport_pat_[^"]+)"', made.text)
    assert secret is not None
    program = await house.stranger()
    assert (await program.get("/api/v1/me", headers={"Authorization": f"Bearer {secret[1]}"})).status_code == 200

    page = (await ana.get("/account/tokens")).text
    assert secret[1] not in page
    assert "&lt;b&gt;Report&lt;/b&gt;" in page
    token_id = re.search(r'name="id" value="(\d+)"', page)
    assert token_id is not None
    assert (await ana.post("/account/tokens", data={"action": "revoke", "id": token_id[1]})).status_code == 303
    assert (await program.get("/api/v1/me", headers={"Authorization": f"Bearer {secret[1]}"})).status_code == 401


async def test_what_she_typed_is_kept_when_she_forgot_to_choose(house: House) -> None:
    ana = await house.signed_in()
    refused = await ana.post("/account/tokens", data={"action": "create", "name": "Nightly report", "days": "7"})
    assert refused.status_code == 422
    assert 'value="Nightly report"' in refused.text
    assert "Choose what the token may do" in refused.text


async def test_an_agent_is_not_offered_what_only_administrators_may(house: House) -> None:
    assert "admin_write" not in (await (await house.signed_in()).get("/account/tokens")).text
    assert "admin_write" in (await (await house.signed_in("dato", "Dato", "administrator")).get("/account/tokens")).text
