"""Who may do which deed of the API, made from the deeds themselves, so that none can be forgotten (T26, T28, T62, T64)."""

from __future__ import annotations

import json
import re

import httpx2
import pytest

from livesupport.accounts.tokens import SCOPES
from livesupport.http.api import OPERATIONS
from livesupport.http.api.call import PREFIX
from livesupport.http.api.operations import Operation
from livesupport.model import Scope
from tests.http.conftest import House

GUARDED = [one for one in OPERATIONS if one.scope not in (None, "own")]
OWN = [one for one in OPERATIONS if one.scope == "own"]
OPEN = {  # deeds that anybody may do, each for a reason
    "get_service": "what the widget shows everybody",
    "get_waiting": "the signed token in the path is the right",
    "send_again": "the signed token in the path is the right",
    "confirm_request": "the key from the mail is the right",
    "discard_request": "the key from the mail is the right",
    "choose_channel": "the token of the chat is the right",
}
EVIL = "https://evil.example"
PARTS = {"number": "1001-7", "other": "1002-5", "id": "999"}


def address(one: Operation) -> str:
    """Where the deed is asked for, with parts of the path that nothing has."""
    return PREFIX + re.sub(r"\{(\w+)\}", lambda part: PARTS.get(part[1], "nothing"), one.path)


async def ask(client: httpx2.AsyncClient, one: Operation, **headers: str) -> httpx2.Response:
    """The deed, with numbers and ids that nothing has."""
    path = address(one)
    content = b"{}" if one.body is not None else None
    kind = {"Content-Type": "application/json"} if content else {}
    return await client.request(one.method, path, content=content, headers={**kind, **headers})


def test_only_these_deeds_need_nobody_to_be_signed_in() -> None:
    assert {one.deed.__name__ for one in OPERATIONS if one.scope is None} == set(OPEN)


async def test_a_wrong_token_opens_nothing_even_beside_a_good_cookie(house: House) -> None:
    browser = await house.signed_in(role="administrator")
    for one in GUARDED:
        for shown in ("Bearer nonsense", "Basic YTpi", "Bearer "):
            assert (await ask(browser, one, Authorization=shown)).status_code == 401, one.path


@pytest.mark.parametrize("scope", SCOPES)
async def test_a_token_may_only_what_its_scopes_say(house: House, scope: Scope) -> None:
    program = await house.program([scope])
    for one in GUARDED:
        refused = (await ask(program, one)).status_code == 403
        assert refused == (one.scope != scope or one.in_person), one.path


async def test_what_is_ones_own_is_for_those_who_asked_and_not_even_for_administrators(house: House) -> None:
    dato, program, stranger = await house.signed_in(role="administrator"), await house.program(SCOPES), await house.stranger()
    for one in OWN:
        for client in (dato, program, stranger):
            assert (await ask(client, one)).status_code in (401, 403), one.path


async def test_no_other_site_can_have_it_done_with_somebodys_cookie(house: House) -> None:
    browser = await house.signed_in(role="administrator")
    for one in GUARDED + OWN:
        answer = await ask(browser, one, **{"Origin": EVIL, "Sec-Fetch-Site": "cross-site"})
        assert "access-control-allow-origin" not in answer.headers
        if one.method != "GET":
            assert answer.status_code == 403, one.path


async def test_a_body_that_is_no_json_or_of_another_shape_is_refused_in_words(house: House) -> None:
    browser = await house.signed_in(role="administrator")
    for one in GUARDED:
        if one.body is None:
            continue

        async def status(content: bytes, kind: str = "application/json", one: Operation = one) -> int:
            answer = await browser.request(one.method, address(one), content=content, headers={"Content-Type": kind})
            return answer.status_code

        assert await status(b"{}", "text/plain") == 415
        for content in (b"", b"{", b"\xff\xfe{\x00}\x00", b"[" * 100_000, b'{"a": NaN}', b'{"a": 1e999}'):
            assert await status(content) in (400, 422), (one.path, content[:20])
        assert await status(json.dumps({"is_admin": True, "agent_id": 1, "file_path": "/etc"}).encode()) == 422
        for content in (b"[]", b"null", b"1", b'"x"'):
            assert await status(content) == 422, one.path


async def test_a_key_that_is_said_twice_is_refused(house: House) -> None:
    browser = await house.signed_in()
    twice = b'{"name": "a", "name": "b", "scopes": ["tickets:read"]}'
    answer = await browser.post("/api/v1/me/tokens", content=twice, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


async def test_a_wrong_field_is_told_by_its_place(house: House) -> None:
    browser = await house.signed_in()
    answer = await browser.post("/api/v1/me/tokens", json={"name": "Report", "scopes": ["everything"]})
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == ["#/scopes/0"]


async def test_other_methods_are_answered_with_what_is_allowed(house: House) -> None:
    answer = await (await house.signed_in()).put("/api/v1/me/tokens", json={})
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
