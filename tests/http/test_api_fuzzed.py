"""Random requests against the API, made by schemathesis from its own description, with ids of things that exist: no answer
that is not described, no 5xx, nothing heard that the description forbids, nothing done without a token.

FUZZ_TRIES: how many requests of each kind for each deed; `make soak` sends many.
"""

from __future__ import annotations

import asyncio
import os
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from livesupport.accounts import vouching
from livesupport.accounts.tokens import SCOPES
from livesupport.http.api import OPERATIONS
from livesupport.http.api.openapi import document
from livesupport.model import RequestType
from tests.serving import Running, running

PASSWORD = "a good long password"
TRIES = int(os.environ.get("FUZZ_TRIES", 2))

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what it imports
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.core.failures import FailureGroup
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        ignored_auth,
        negative_data_rejection,
        response_schema_conformance,
        status_code_conformance,
    )

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    ignored_auth,
)


class Seeded(NamedTuple):
    """What a caller shows, by the kind of deed; parts of addresses that name what exists, and ids by the noun before them."""

    headers: dict[str, dict[str, str]]
    named: dict[str, str]
    ids: dict[str, str]


async def seed(server: Running) -> Seeded:
    """Dato administers, Lia answers, Nino has asked twice."""
    accounts, sites = server.state["accounts"], server.state["sites"]
    dato = await accounts.create_agent(login="dato", name="Dato", password=PASSWORD, role="administrator")
    await accounts.create_agent(login="lia", name="Lia", password=PASSWORD)
    secret, _token = await server.state["tokens"].create(dato, "Fuzz", list(SCOPES))
    _secret, spare = await server.state["tokens"].create(dato, "Spare", list(SCOPES))
    topic = await sites.add_topic("default", "Orders")
    kind = await sites.add_type(RequestType(id=0, site="default", name="Refund", topic=topic.id))
    reply = await sites.add_canned("hello", "Good day")
    view = await server.state["views"].save("Mine", {}, shared=False, actor=dato)
    said = {"id": "7", "name": "Nino", "exp": str(int(time.time()) + 300)}
    shown, _nino = await server.state["requesters"].vouched(
        "default", said, vouching.signature(await sites.user_key("default"), said)
    )
    headers = {
        "token": {"Authorization": f"Bearer {secret}"},
        "own": {"Authorization": f"Bearer {shown}"},
        "browser": {"Cookie": await server.sign_in("dato", PASSWORD), "Origin": server.url, "Sec-Fetch-Site": "same-origin"},
        "": {},
    }
    async with server.browser() as nino:
        wish = {"subject": "The kettle", "text": "It leaks", "topic": topic.id}
        asked = [await nino.post("/api/v1/my/requests", json=wish, headers=headers["own"]) for _ in range(2)]
    number, other = [answer.json()["number"] for answer in asked]
    named = {"number": number, "other": other, "site": "default", "login": "lia", "kind": "note", "tag": "x"}
    ids = {"topics": topic.id, "types": kind.id, "replies": reply.id, "views": view, "me": spare.id}
    return Seeded(headers, named, {noun: str(row) for noun, row in ids.items()})


def with_real_ids(described: dict[str, Any], seeded: Seeded) -> dict[str, Any]:
    """The description, in which a part of a path that can name something real does."""
    for path, methods in described["paths"].items():
        noun = path.split("/")[3]
        for one in methods.values():
            for parameter in one["parameters"]:
                name = parameter["name"]
                real = seeded.ids.get(noun) if name == "id" else seeded.named.get(name)
                if parameter["in"] == "path" and real is not None:
                    parameter["schema"] = {"type": "string", "enum": [real]}
    return described


@pytest.mark.timeout(120 + 60 * TRIES)
async def test_whatever_is_sent_is_answered_as_described(tmp_path: Path) -> None:
    async with running(tmp_path, limits__exempt=("127.0.0.0/8",)) as server:
        seeded = await seed(server)
        described = with_real_ids(document(OPERATIONS, server.url), seeded)
        # schemathesis waits for each answer, so it needs a thread beside the server's loop.
        counted = await asyncio.to_thread(_try_everything, server.url, seeded.headers, described)
    assert {name for name, _status in counted} == {one.deed.__name__ for one in OPERATIONS}
    heard = {name for name, status in counted if status < 300}
    assert len(heard) > len(OPERATIONS) / 2, sorted({one.deed.__name__ for one in OPERATIONS} - heard)


async def test_the_check_can_fail(tmp_path: Path) -> None:
    described = document([one for one in OPERATIONS if one.deed.__name__ == "get_service"], "")
    del described["paths"]["/api/v1/service"]["get"]["responses"]["404"]
    async with running(tmp_path) as server:
        with pytest.raises(FailureGroup, match="Undocumented status code"):
            await asyncio.to_thread(_try_everything, server.url, {"": {}}, described)


def _try_everything(url: str, headers: dict[str, dict[str, str]], described: dict[str, Any]) -> Counter[tuple[str, int]]:
    schema = schemathesis.openapi.from_dict(described)
    counted: Counter[tuple[str, int]] = Counter()
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        told = operation.definition.raw
        [(scheme, scopes)] = told["security"][0].items() if told["security"] else [("", [])]
        shown = headers["own" if scopes == ["own"] else scheme]
        modes = [GenerationMode.POSITIVE]
        has_more = operation.body or any(parameter["in"] == "query" for parameter in told["parameters"])
        if has_more and scheme != "browser":  # there the cookie, which we send in any case, would be what is wrong
            modes.append(GenerationMode.NEGATIVE)
        for mode in modes:
            _try(operation.as_strategy(generation_mode=mode), told["operationId"], url, shown, counted)
    return counted


def _try(cases: Any, name: str, url: str, headers: dict[str, str], counted: Counter[tuple[str, int]]) -> None:
    @settings(
        max_examples=TRIES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def ask(case: Any) -> None:
        answer = case.call_and_validate(base_url=url, headers=headers, checks=CHECKS)
        counted[name, answer.status_code] += 1

    ask()
