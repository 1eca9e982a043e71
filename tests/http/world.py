"""A house in which everybody is at home, and things of each that others should have no hand in: for the matrix of rights."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx2

from livesupport.model import RequestType
from livesupport.tickets.files import Chosen, owner_of
from livesupport.tickets.requests import TicketChange
from tests.http.asking import answered, browser_of, person, request_of
from tests.http.conftest import PASSWORD, House

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\1\0" * 2 + b"rest of a picture"
QUESTION = "The blue kettle leaks"
BYTES = "application/octet-stream"
KEY = "k" * 22  # under which Nino's page has uploaded
ROLES = ("anonymous", "gio", "nino", "ben", "ana", "sofia", "dato")
"""Nobody; two who ask, of whom the second owns what it is about; an agent of another topic; one of this topic; a supervisor; an
administrator."""


class World(NamedTuple):
    """`people`: a browser for each of `ROLES`. `parts`: of addresses and bodies, by name; "id" differs from place to place."""

    people: dict[str, httpx2.AsyncClient]
    parts: dict[str, str]
    ids: dict[str, str]


async def _bytes() -> AsyncIterator[bytes]:
    yield PNG


async def world(house: House) -> World:
    """Nino has asked about Orders, was answered, and was sent a file. Lia, an agent, has a session, tokens, a view, an undo."""
    orders = await house.sites.add_topic("default", "Orders")
    delivery = await house.sites.add_topic("default", "Delivery")
    kind = await house.sites.add_type(RequestType(id=0, site="default", name="Refund"))
    ready, another = [await house.sites.add_canned(shortcut, "Good day") for shortcut in ("hello", "hi")]
    for login, name, topics in (("ana", "Ana", {orders.id}), ("ben", "Ben", {delivery.id}), ("lia", "Lia", {orders.id})):
        await house.accounts.create_agent(login=login, name=name, password=PASSWORD, topics=topics)
    sofia = await house.agent("sofia", "Sofia", "supervisor")
    await house.agent("dato", "Dato", "administrator")
    people = {"anonymous": await house.browser()}
    for name in ("gio", "nino"):
        people[name] = await browser_of(house, f"{name}@example.com")
    for name in ("ben", "ana", "sofia", "dato"):
        people[name] = await house.signed_in(name)

    nino = await person(house)
    one, other = await request_of(house, nino, QUESTION), await request_of(house, nino, "Where is my parcel?")
    for ticket in (one, other):
        await house.tickets.change(ticket.number, TicketChange(topic=orders.id), actor=sofia)
    file = await house.files.stage(owner_of(KEY), "screen.png", _bytes())
    lia = next(agent for agent in await house.accounts.agents() if agent.login == "lia")
    await house.tickets.reply(one.number, "See", actor=lia, files=Chosen(owner_of(KEY), (file.id,)))
    await answered(house, one)
    [reply] = [one for one in (await house.tickets.get(one.number, actor=lia)).messages if one.agent == lia.id]
    waiting = await house.files.stage(owner_of(KEY), "other.png", _bytes())

    hers = await house.signed_in("lia")
    [session] = await house.accounts.sessions_of(lia)
    _secret, token = await house.tokens.create(lia, "Report", ["tickets:read"])
    _secret, other_token = await house.tokens.create(lia, "Another", ["tickets:read"])
    view = await hers.post("/api/v1/views", json={"name": "Hers", "query": {}})
    done = await hers.post("/api/v1/bulk", json={"tickets": [one.number], "priority": "high"})
    mine = await people["nino"].post("/api/v1/my/files?name=a.png", content=PNG, headers={"Content-Type": BYTES})
    [notice] = (await people["nino"].get("/api/v1/my/notices")).json()["items"]
    parts = {
        "number": one.number,
        "other": other.number,
        "site": "default",
        "login": "lia",
        "tag": "x",
        "kind": "note",
        "name": "x",
        "undo": done.json()["undo"],
        "token": "x",
        "key": "x",
        "hash": house.state["assets"].hash,
        "path": "shared/tokens.css",
        "topic": str(orders.id),
        "message": str(reply.id),
        "view": str(view.json()["id"]),
        "reply": str(another.id),
        "other_token": str(other_token.id),
        "session": session.id,
        "version": str(one.version),
    }
    ids = {
        "/files/{id}": waiting.id,
        "/files/{id}/{name}": file.id,
        "/api/v1/my/files/{id}": mine.json()["id"],
        "/api/v1/files/{id}": waiting.id,
        "/api/v1/me/sessions/{id}": session.id,
        "/api/v1/me/tokens/{id}": str(token.id),
        "/api/v1/people/{login}/tokens/{id}": str(token.id),
        "/api/v1/views/{id}": str(view.json()["id"]),
        "/api/v1/topics/{id}": str(orders.id),
        "/api/v1/types/{id}": str(kind.id),
        "/api/v1/types/{id}/offer": str(kind.id),
        "/admin/types/{id}": str(kind.id),
        "/api/v1/replies/{id}": str(ready.id),
        "/api/v1/my/notices/{id}": str(notice["id"]),
        "/api/v1/my/notices/{id}/later": str(notice["id"]),
        "/requests/notices/{id}": str(notice["id"]),
        "/api/v1/tickets/{number}/messages/{id}": str(reply.id),
        "/demo/mail/{id}": "1",
        "/demo/mail/{id}/html": "1",
    }
    return World(people, parts, ids)
