"""Who may do what at which address: every route and method of pages and API, each with a row of its own (T26, T28, T31, T32).

The things are real and somebody's: a request of Nino's about Orders with its file, message and notice; a session, a token, a
view and an undo of Lia's. Whoever is refused here is refused although the thing exists.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

import httpx2
from sqlalchemy import select
from starlette.endpoints import HTTPEndpoint
from starlette.routing import Route

from livesupport.http import routes
from livesupport.http.api import OPERATIONS
from livesupport.storage.schema import metadata
from tests.http.conftest import House
from tests.http.matrix import MATRIX, Body
from tests.http.world import BYTES, QUESTION, ROLES, World, world

REFUSALS = (401, 403, 404, 405)
QUERIES = {
    "POST /api/v1/files": "?name=a.png",
    "POST /api/v1/my/files": "?name=a.png",
    "GET /api/v1/service": "?site=default",
    "GET /widget/panel": "?site=default",
}

FOREIGN = ("is_admin", "agent_id", "file_path", "created_at", "from", "__proto__")  # fields that nothing of ours has
STRANGERS = ("anonymous", "gio", "ben")  # to whom nothing here belongs
OWN_AFFAIRS = {"counter", "job", "session", "requester_session", "sign_in_code", "preference"}  # tables


def addresses() -> set[str]:
    """Every method of every route of ours."""
    found = {f"{one.method} /api/v1{one.path}" for one in OPERATIONS}
    for route in routes():
        if isinstance(route, Route) and not route.path.startswith("/api/v1/"):
            found |= {f"{method} {route.path}" for method in _methods(route)}
    return found


def _methods(route: Route) -> list[str]:
    if isinstance(route.endpoint, type) and issubclass(route.endpoint, HTTPEndpoint):
        return [method for method in ("GET", "POST", "PUT", "PATCH", "DELETE") if hasattr(route.endpoint, method.lower())]
    return sorted((route.methods or set()) - {"HEAD"})


async def ask(client: httpx2.AsyncClient, there: World, where: str, body: Body) -> httpx2.Response:
    """Does it, at the address of the real thing."""
    method, path = where.split(" ")
    path = path.replace(":int", "").replace(":path", "")
    parts = there.parts | {"id": there.ids.get(path, "")}
    address = re.sub(r"\{(\w+)\}", lambda part: parts[part[1]], path) + QUERIES.get(where, "")
    if isinstance(body, bytes):
        return await client.request(method, address, content=body, headers={"Content-Type": BYTES, "Upload-Key": "x" * 22})
    filled = {name: _filled(value, there, path) for name, value in body.items()}
    if method == "GET":
        return await client.get(address)
    if not path.startswith("/api/"):
        return await client.request(method, address, data=filled)
    takes_json = next(one for one in OPERATIONS if f"{one.method} /api/v1{one.path}" == where).body is not None
    return await client.request(method, address, json=filled if takes_json else None)


def _filled(value: Any, there: World, path: str) -> Any:
    """`$name` stands for a part of the world; where it is a number, JSON has it as one."""
    if isinstance(value, list):
        return [_filled(one, there, path) for one in value]
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    part = there.parts[value[1:]]
    return int(part) if path.startswith("/api/") and part.isdecimal() else part


def outcome(answer: httpx2.Response) -> str:
    """Refusals by their number; everything else was heard."""
    return str(answer.status_code) if answer.status_code in REFUSALS or answer.status_code >= 500 else "ok"


def cases() -> list[tuple[str, Body, dict[str, str]]]:
    """Address, body, and what each role hears."""
    found: list[tuple[str, Body, dict[str, str]]] = []
    for where, told in MATRIX.items():
        row, *bodies = (told,) if isinstance(told, str) else told
        for body in bodies or [{}]:
            if isinstance(body, str):
                row = body
            else:
                found.append((where, body, dict(zip(ROLES, str(row).split(), strict=True))))
    return found


async def test_a_field_that_is_not_asked_for_is_refused_with_all_the_others_right(house: House) -> None:
    """T31: what every act could be told, as its form or shape does not have it."""
    there = await world(house)
    before, foreign = await rows_of(house), itertools.cycle(FOREIGN)
    for role in ("nino", "dato"):
        for where, body, expected in cases():
            if body and isinstance(body, dict) and expected[role] == "ok":
                answer = await ask(there.people[role], there, where, body | {next(foreign): "1"})
                assert answer.status_code in (400, 422), (where, body, answer.status_code)
    assert await rows_of(house) == before


async def rows_of(house: House) -> dict[str, dict[object, tuple[object, ...]]]:
    """Everything that is written down, by table and key; but for what everybody does for themselves all the time."""
    found: dict[str, dict[object, tuple[object, ...]]] = {}
    async with house.database.read() as connection:
        for table in metadata.sorted_tables:
            if table.name not in OWN_AFFAIRS:
                keys = [column.name for column in table.primary_key]
                rows = (await connection.execute(select(table))).mappings().all()
                found[table.name] = {tuple(row[key] for key in keys): tuple(map(str, row.values())) for row in rows}
    return found


def test_every_method_of_every_route_has_a_row() -> None:
    assert set(MATRIX) == addresses()


async def test_everybody_may_what_the_matrix_says_and_who_may_not_sees_and_changes_nothing(house: House) -> None:
    there = await world(house)
    before, wrong = await rows_of(house), []
    for role in (*STRANGERS, *(role for role in ROLES if role not in STRANGERS)):
        for where, body, expected in cases():
            answer = await ask(there.people[role], there, where, body)
            if outcome(answer) != expected[role]:
                wrong.append((where, body, role, expected[role], answer.status_code))
            assert role not in STRANGERS or QUESTION not in answer.text, (where, role)
        if role == STRANGERS[-1]:
            after = await rows_of(house)
            changed = {name: {key for key in rows if after[name].get(key) != rows[key]} for name, rows in before.items()}
            assert not {name: keys for name, keys in changed.items() if keys}
    assert not wrong, "\n".join(map(str, wrong))
