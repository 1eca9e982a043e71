"""No name that a request makes up for this server gets into a mail, a link or a page (T24)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2

from livesupport.signing import origin_of_chat
from livesupport.storage import tickets
from tests.http.asking import browser_of
from tests.http.conftest import House
from tests.serving import PATIENCE, running

EVIL = {
    "X-Forwarded-Host": "evil.test",
    "X-Forwarded-Server": "evil.test",
    "X-Host": "evil.test",
    "X-Original-URL": "https://evil.test/",
    "Forwarded": "host=evil.test;proto=https",
}


async def test_mails_name_only_the_address_that_was_set(house: House) -> None:
    nino: httpx2.AsyncClient = await browser_of(house)
    nino.headers.update(EVIL)
    asked = await nino.post("/requests/sign-in", data={"email": "gio@example.com"})
    assert asked.status_code == 303
    wish = {"subject": "The kettle", "text": "It leaks", "name": "Nino", "email": "nino@work.example"}
    waiting = await nino.post("/api/v1/my/requests", json=wish)
    assert waiting.status_code == 201, waiting.text
    again = await nino.post(f"/api/v1/my/waiting/{waiting.json()['waiting']}", json={"email": "nino@work.example"})
    assert again.status_code == 200
    ticket = await house.saved_chat()
    async with house.database.write() as connection:
        await tickets.change(connection, ticket.id, origin=origin_of_chat("the chat"))
    token = house.visitor_tokens.sign("visitor", "default", "the chat", 1)
    chosen = await nino.post("/requests/channel", data={"token": token, "email": "third@example.com"})
    assert chosen.status_code == 201

    mails = [await house.state["mail"].written(row.id) for row in await house.state["mail"].latest()]
    written = [mail for mail in mails if mail is not None]
    assert len(written) == 4  # the code that was used is in none
    for mail in written:
        assert "evil" not in mail.as_string()
        assert all("evil" not in part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")
    for answer in (asked, waiting, again, chosen):
        assert "evil" not in answer.text + str(answer.headers)


async def test_a_request_line_with_another_address_leads_nowhere_else(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        host = server.url.removeprefix("http://")
        whole = "http://evil.test/login"
        for target, name in ((whole, host), (whole, "evil.test"), ("//evil.test/login", host)):
            reader, writer = await asyncio.open_connection(*host.split(":"))
            writer.write(f"GET {target} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
            answer = (await asyncio.wait_for(reader.read(), PATIENCE)).decode()
            writer.close()
            assert answer.startswith("HTTP/1.1 ")
            assert "evil" not in answer, target
