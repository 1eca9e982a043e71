"""Administration over the API: the same deeds as on the pages, by the same services."""

from __future__ import annotations

import io
import zipfile

import httpx2
import pytest

from tests.http.conftest import PASSWORD, House
from tests.http.test_admin import PNG


async def dato(house: House) -> httpx2.AsyncClient:
    return await house.program(["admin:read", "admin:write", "tickets:read"])


async def test_a_site_is_added_changed_and_read(house: House) -> None:
    client = await dato(house)
    added = await client.post("/api/v1/sites", json={"id": "leaf", "name": "Leaf", "origins": ["https://leaf.example"]})
    assert (added.status_code, added.headers["location"]) == (201, "/api/v1/sites/leaf")
    hours = {"zone": "Asia/Tbilisi", "weekly": [[0, 540, 1080]], "exceptions": {"2026-12-25": []}}
    contacts = [{"label": "Phone", "value": "+995 32 220 00 00"}]
    changed = await client.patch("/api/v1/sites/leaf", json={"accent": "#a4492b", "hours": hours, "contacts": contacts})
    assert changed.status_code == 200, changed.text
    read = (await client.get("/api/v1/sites/leaf")).json()
    assert read == changed.json()
    assert (read["name"], read["accent"], read["hours"]) == ("Leaf", "#a4492b", hours)
    assert read["contacts"] == [{"label": "Phone", "value": "+995 32 220 00 00", "hours": ""}]
    assert (await client.post("/api/v1/sites", json={"id": "leaf", "name": "Leaf"})).status_code == 409
    wrong = await client.patch("/api/v1/sites/leaf", json={"accent": "red"})
    assert [one["pointer"] for one in wrong.json()["errors"]] == ["#/accent"]


async def test_topics_types_and_ready_answers(house: House) -> None:
    client = await dato(house)
    topic = (await client.post("/api/v1/sites/default/topics", json={"name": "Orders"})).json()
    assert (await client.patch(f"/api/v1/topics/{topic['id']}", json={"name": "Purchases"})).status_code == 204
    body = {"name": "Refund", "topic": topic["id"], "fields": [{"label": "Amount", "kind": "amount", "required": True}]}
    made = (await client.post("/api/v1/sites/default/types", json=body)).json()
    assert [field["id"] for field in made["fields"]] == ["q1"]
    body["fields"] = [*made["fields"], {"label": "When", "kind": "date"}]
    changed = (await client.put(f"/api/v1/types/{made['id']}", json=body)).json()
    assert [field["id"] for field in changed["fields"]] == ["q1", "q2"]
    assert (await client.delete(f"/api/v1/topics/{topic['id']}")).status_code == 409
    assert (await client.delete(f"/api/v1/types/{made['id']}")).status_code == 204
    assert [one["retired"] for one in (await client.get("/api/v1/sites/default/types")).json()["items"]] == [True]
    assert (await client.post(f"/api/v1/types/{made['id']}/offer")).status_code == 204
    assert [one["retired"] for one in (await client.get("/api/v1/sites/default/types")).json()["items"]] == [False]

    reply = (await client.post("/api/v1/replies", json={"shortcut": "hello", "text": "Good day."})).json()
    assert (await client.put(f"/api/v1/replies/{reply['id']}", json={"shortcut": "hi", "text": "Hello."})).status_code == 204
    assert [one["shortcut"] for one in (await client.get("/api/v1/replies")).json()["items"]] == ["hi"]
    assert (await client.delete(f"/api/v1/replies/{reply['id']}")).status_code == 204


async def test_a_site_promises_times_and_keeps_those_that_were_not_named(house: House) -> None:
    client = await dato(house)
    before = (await client.get("/api/v1/sites/default")).json()["sla"]
    urgent = {"first_reply_hours": 0.5, "next_reply_hours": 1.0, "resolution_days": 1.0}
    changed = await client.patch("/api/v1/sites/default", json={"sla": {"enabled": True, "targets": {"urgent": urgent}}})
    assert changed.status_code == 200, changed.text
    told = changed.json()["sla"]
    assert (told["enabled"], told["targets"]) == (True, before["targets"] | {"urgent": urgent})
    none = urgent | {"resolution_days": 0}
    refused = await client.patch("/api/v1/sites/default", json={"sla": {"enabled": True, "targets": {"urgent": none}}})
    assert refused.status_code == 422


async def test_a_logo_is_given_shown_and_taken_away(house: House) -> None:
    client, stranger = await dato(house), await house.stranger()
    headers = {"Content-Type": "application/octet-stream"}
    given = await client.put("/api/v1/sites/default/logo", content=PNG, headers=headers)
    assert (given.status_code, given.json()["logo"]) == (200, "/brand/default/logo")
    assert (await stranger.get("/brand/default/logo")).content == PNG
    text = await client.put("/api/v1/sites/default/logo", content=b"no picture", headers=headers)
    assert [one["pointer"] for one in text.json()["errors"]] == ["#/files"]
    assert (await client.delete("/api/v1/sites/default/logo")).status_code == 204
    assert (await stranger.get("/brand/default/logo")).status_code == 404
    assert (await client.get("/api/v1/sites/default")).json()["logo"] == ""


async def test_the_key_for_people_of_a_site_stays_until_it_is_renewed(house: House) -> None:
    client = await dato(house)
    keys = [
        (await client.post("/api/v1/sites/default/user-key", json={"renew": renew})).json()["key"]
        for renew in (False, False, True)
    ]
    assert keys[0] == keys[1] != keys[2]
    assert (await client.post("/api/v1/sites/nowhere/user-key", json={})).status_code == 404


async def test_what_is_held_about_a_person_is_told_exported_and_erased(house: House) -> None:
    client, ticket = await dato(house), await house.ticket(phone="+995555123456")
    whom = {"key": "+995 555 12 34 56"}
    assert (await client.post("/api/v1/persons/look", json=whom)).json()["tickets"] == [ticket.number]
    given = await client.post("/api/v1/persons/export", json=whom)
    assert given.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(given.content)) as archive:
        assert "The blue kettle leaks" in archive.read("person.json").decode()
    assert (await client.post("/api/v1/persons/erase", json=whom)).status_code == 422
    assert (await client.post("/api/v1/persons/erase", json=whom | {"sure": True})).json()["tickets"] == [ticket.number]
    assert (await client.post("/api/v1/persons/look", json=whom)).json() == {"people": [], "tickets": [], "unconfirmed": 0}
    assert (await client.post("/api/v1/persons/export", json=whom)).status_code == 404
    acts = [one["act"] for one in (await client.get("/api/v1/audit")).json()["items"]]
    assert acts[:2] == ["person.erased", "person.exported"]


async def test_a_person_is_added_changed_disabled_and_enabled(house: House) -> None:
    client = await dato(house)
    added = await client.post("/api/v1/people", json={"login": "ana", "name": "Ana", "password": PASSWORD})
    assert added.status_code == 201
    assert PASSWORD not in added.text
    changed = await client.patch("/api/v1/people/ana", json={"role": "supervisor", "languages": ["ka"]})
    assert (changed.json()["name"], changed.json()["role"], changed.json()["languages"]) == ("Ana", "supervisor", ["ka"])
    [act, *_before] = (await client.get("/api/v1/audit")).json()["items"]
    assert act["details"] == {"role": ["agent", "supervisor"], "languages": ["", "ka"]}
    assert changed.json()["unassigned"] == []
    assert (await client.post("/api/v1/people/ana/disable")).json() == {"unassigned": []}
    assert [one["name"] for one in (await client.get("/api/v1/agents")).json()["items"]] == ["Dato"]
    assert (await client.post("/api/v1/people/ana/enable")).status_code == 204
    assert (await client.put("/api/v1/people/ana/password", json={"password": "short"})).status_code == 422
    assert (await client.put("/api/v1/people/ana/password", json={"password": "another long one"})).status_code == 204
    browser = await house.browser()
    assert (await browser.post("/login", data={"login": "ana", "password": "another long one"})).status_code == 303
    assert (await client.post("/api/v1/people/dato/disable")).status_code == 409


async def test_what_programs_do_is_in_the_audit_log_page_by_page(house: House) -> None:
    client = await dato(house)
    for number in range(101):
        await client.post("/api/v1/replies", json={"shortcut": f"r{number}", "text": "Text"})
    first = await client.get("/api/v1/audit")
    assert [(one["act"], one["subject"], one["actor"]) for one in first.json()["items"][:1]] == [
        ("canned.created", "r100", "Dato")
    ]
    link = first.headers["link"]
    second = (await client.get(link[1 : link.index(">")])).json()
    assert second["next"] is None
    assert [one["act"] for one in second["items"]][-2:] == ["token.created", "agent.created"]


@pytest.mark.parametrize(
    "path", ["/topics/x", "/types/-1", "/replies/1e3", f"/topics/{2**63}", "/people/nobody", "/sites/nowhere/types"]
)
async def test_what_does_not_exist_is_not_found(house: House, path: str) -> None:
    client = await dato(house)
    method = "GET" if path.startswith(("/people", "/sites")) else "DELETE"
    assert (await client.request(method, f"/api/v1{path}")).status_code == 404
