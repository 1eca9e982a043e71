"""Files over the API: a program of Dato's uploads, sends and fetches them; so does Nino for what is her own (T25, T27)."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.http.asking import browser_of, person, request_of
from tests.http.conftest import House

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\1\0" * 2 + b"rest of a picture"
BYTES = {"Content-Type": "application/octet-stream"}


async def uploaded(client: httpx2.AsyncClient, where: str = "/files") -> dict[str, Any]:
    answer = await client.post(f"/api/v1{where}?name=screen.png", content=PNG, headers=BYTES)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_a_program_sends_a_file_with_a_reply_and_fetches_it_with_the_same_token(house: House) -> None:
    client, ticket = await house.program(["tickets:read", "tickets:write"]), await house.ticket()
    told = await uploaded(client)
    assert (told["name"], told["media_type"], told["size"]) == ("screen.png", "image/png", len(PNG))
    address = f"/api/v1/tickets/{ticket.number}"
    sent = await client.post(f"{address}/messages", json={"text": "See the picture", "files": [told["id"]]})
    assert sent.status_code == 201, sent.text
    [listed] = (await client.get(f"{address}/files")).json()["items"]
    assert (listed["id"], listed["message_id"]) == (told["id"], sent.json()["id"])
    fetched = await client.get(f"/files/{told['id']}/screen.png")
    assert (fetched.status_code, fetched.content) == (200, PNG)


async def test_a_password_that_a_proxy_asks_for_keeps_nobody_from_their_files(house: House) -> None:
    ana, ticket = await house.signed_in(), await house.ticket()
    file_id = (await uploaded(ana))["id"]
    await ana.post(f"/api/v1/tickets/{ticket.number}/messages", json={"text": "See", "files": [file_id]})
    ana.headers["Authorization"] = "Basic YTpi"
    assert (await ana.get(f"/files/{file_id}/screen.png")).content == PNG
    assert (await ana.get("/nowhere")).headers["content-type"].startswith("text/html")


async def test_a_token_that_may_not_read_tickets_or_is_wrong_fetches_no_file(house: House) -> None:
    client, ticket = await house.program(["tickets:read", "tickets:write"]), await house.ticket()
    file_id = (await uploaded(client))["id"]
    await client.post(f"/api/v1/tickets/{ticket.number}/messages", json={"text": "See", "files": [file_id]})
    address = f"/files/{file_id}/screen.png"
    for refused, status in ((await house.program(["tickets:write"]), 403), (await house.stranger(), 401)):
        refused.headers.setdefault("Authorization", "Bearer nonsense")
        answer = await refused.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_a_file_is_sent_only_by_who_uploaded_it_and_once(house: House) -> None:
    client, ana, ticket = await house.program(["tickets:write"]), await house.signed_in(), await house.ticket()
    file_id = (await uploaded(client))["id"]
    address = f"/api/v1/tickets/{ticket.number}/messages"
    note = {"text": "See", "kind": "note", "files": [file_id]}
    stolen = await ana.post(address, json=note)
    assert [one["pointer"] for one in stolen.json()["errors"]] == ["#/files"]
    assert (await ana.delete(f"/api/v1/files/{file_id}")).status_code == 404
    assert (await client.post(address, json=note)).status_code == 201
    assert (await client.post(address, json=note)).status_code == 422
    assert (await client.delete(f"/api/v1/files/{file_id}")).status_code == 404


async def test_what_is_not_wanted_any_more_is_removed_and_what_cannot_be_taken_is_refused(house: House) -> None:
    client = await house.program(["tickets:write"])
    file_id = (await uploaded(client))["id"]
    assert (await client.delete(f"/api/v1/files/{file_id}")).status_code == 204
    page = await client.post("/api/v1/files?name=a.html", content=b"<script>alert(1)</script>", headers=BYTES)
    assert [one["pointer"] for one in page.json()["errors"]] == ["#/files"]
    assert (await client.post("/api/v1/files?name=a.png", content=PNG)).status_code == 415
    assert (await client.post("/api/v1/files", content=PNG, headers=BYTES)).status_code == 400


async def test_nino_sends_a_file_with_her_reply_and_nobody_else_can_use_it(house: House) -> None:
    nino, gio = await browser_of(house), await browser_of(house, "gio@example.com")
    ticket = await request_of(house, await person(house))
    file_id = (await uploaded(nino, "/my/files"))["id"]
    assert (await gio.delete(f"/api/v1/my/files/{file_id}")).status_code == 404
    address = f"/api/v1/my/requests/{ticket.number}"
    sent = await nino.post(f"{address}/messages", json={"text": "See the picture", "files": [file_id]})
    assert sent.status_code == 201, sent.text
    assert [one["id"] for one in (await nino.get(address)).json()["files"]] == [file_id]
    assert (await nino.get(f"/files/{file_id}/screen.png")).content == PNG
    assert (await gio.get(f"/files/{file_id}/screen.png")).status_code == 404
    other = (await uploaded(nino, "/my/files"))["id"]
    assert (await nino.delete(f"/api/v1/my/files/{other}")).status_code == 204


async def test_a_secret_of_a_session_in_place_of_the_cookie_fetches_files_too(house: House) -> None:
    nino = await browser_of(house)
    ticket = await request_of(house, await person(house))
    file_id = (await uploaded(nino, "/my/files"))["id"]
    await nino.post(f"/api/v1/my/requests/{ticket.number}/messages", json={"text": "See", "files": [file_id]})
    panel = await house.stranger()
    panel.headers["Authorization"] = f"Bearer {nino.cookies['livesupport-requester']}"
    assert (await panel.get(f"/files/{file_id}/screen.png")).content == PNG
