"""Whatever fails on the desk: no log, error page or metric tells a secret or a word of a request (guarantees.md, T70)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
import structlog

from livesupport import logs
from livesupport.config import Log
from livesupport.http.templating import Templates
from livesupport.storage.database import Database
from tests.http.conftest import PASSWORD, House
from tests.http.test_routes import ROUTES


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


class Fault(Exception):
    """What is raised holds the secrets, and so do the locals of the frames that it passes."""


class Canaries:
    """What nobody may hear of: each a word that stands nowhere else."""

    def __init__(self) -> None:
        self.words = {name: f"canary{secrets.token_hex(8)}" for name in ("text", "name", "query", "password")}
        self.words["phone"] = "+9955" + str(secrets.randbelow(10**8)).zfill(8)

    def broken(self, *_arguments: Any, **_named: Any) -> NoReturn:
        overheard = list(self.words.values())
        raise Fault(*overheard)

    def heard_in(self, text: str) -> set[str]:
        return {name for name, word in self.words.items() if word in text}


async def test_no_fault_of_the_desk_tells_a_secret(
    house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    canaries = Canaries()
    dato = await house.signed_in("dato", "Dato", "administrator")
    program = await house.program(["tickets:read", "tickets:write", "admin:read", "admin:write"])
    canaries.words |= {"cookie": dato.cookies["livesupport"], "token": program.headers["Authorization"].removeprefix("Bearer ")}
    ticket = await house.ticket(canaries.words["text"], canaries.words["name"], phone=canaries.words["phone"])
    logs.configure(Log(level="debug", format="json"))
    form = {"action": "note", "login": canaries.words["name"], "key": canaries.words["phone"], "text": canaries.words["text"]}
    form |= {"password": canaries.words["password"], "former": PASSWORD, "token": canaries.words["password"]}

    statuses = set()
    for place, name in ((Database, "read"), (Database, "write"), (Templates, "page")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, canaries.broken)
            for path in (*ROUTES, "/api/v1/tickets", "/api/v1/people"):
                address = re.sub(r"\{.*?\}", ticket.number, path) + f"?q={canaries.words['query']}"
                for browser in (dato, program):
                    for answer in (await browser.get(address), await browser.post(address, data=form)):
                        statuses.add(answer.status_code)
                        if answer.status_code >= 500:
                            assert canaries.heard_in(answer.text) == set(), path

    said = capsys.readouterr()
    assert 500 in statuses
    assert "http_failed" in said.out
    assert "Fault" in said.out
    assert canaries.heard_in(said.out + said.err) == set()
    metrics = await (await house.browser(address="127.0.0.1")).get("/metrics")
    assert metrics.status_code == 200
    assert canaries.heard_in(metrics.text) == set()
