"""What machines ask: alive, ready, how much; and who may hear the numbers."""

from __future__ import annotations

import jsonschema
import pytest

from livesupport.config import Config, Metrics
from tests.http.conftest import House


async def test_alive(house: House) -> None:
    assert (await (await house.stranger()).get("/healthz")).text == "ok\n"


async def test_ready_while_the_database_answers(house: House) -> None:
    browser = await house.stranger()
    assert (await browser.get("/readyz")).status_code == 200
    house.ready = False
    answer = await browser.get("/readyz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_not_ready_once_the_server_is_about_to_stop(house: House) -> None:
    await house.desk.drain()
    assert (await (await house.stranger()).get("/readyz")).status_code == 503
    assert (await (await house.stranger()).get("/healthz")).status_code == 200


GIGABYTE = 1024 * 1024 * 1024


@pytest.mark.parametrize(
    ("free", "told", "warning"),
    [(3 * GIGABYTE, "ready\n", None), (GIGABYTE, "ready, disk low\n", "is getting full"), (0, "ready, disk full\n", "is full")],
)
async def test_a_disk_that_gets_full_is_told_to_machines_and_to_administrators_alone(
    house: House, monkeypatch: pytest.MonkeyPatch, free: int, told: str, warning: str | None
) -> None:
    monkeypatch.setattr(house.files.store, "free", lambda: free)
    dato, ana = await house.signed_in("dato", "Dato", "administrator"), await house.signed_in()

    pages = [(await browser.get("/inbox")).text for browser in (dato, ana)]

    assert (await (await house.stranger()).get("/readyz")).text == told
    assert ["The disk of this server" in page for page in pages] == [warning is not None, False]
    assert (warning or "") in pages[0]


async def test_this_machine_reads_the_numbers(house: House) -> None:
    answer = await (await house.browser(address="127.0.0.1")).get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "livesupport_build_info" in answer.text
    assert (await (await house.browser(address="::1")).get("/metrics")).status_code == 200


@pytest.mark.parametrize("headers", [{"X-Forwarded-For": "203.0.113.5"}, {"Forwarded": "for=203.0.113.5"}])
async def test_a_proxy_on_this_machine_does_not_lend_its_address(house: House, headers: dict[str, str]) -> None:
    browser = await house.browser(address="127.0.0.1")
    assert (await browser.get("/metrics", headers=headers)).status_code == 404


async def test_others_do_not(house: House) -> None:
    browser = await house.browser(address="203.0.113.5")
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer None"}, {"Authorization": ""}):
        assert (await browser.get("/metrics", headers=headers)).status_code == 404


class TestWithToken:
    """A server that names a token."""

    @pytest.fixture
    def config(self) -> Config:
        return Config(metrics=Metrics(token="a token for Prometheus"))

    async def test_whoever_shows_the_token_reads_them(self, house: House) -> None:
        browser = await house.browser(address="203.0.113.5")
        right = {"Authorization": "Bearer a token for Prometheus"}
        assert (await browser.get("/metrics", headers=right)).status_code == 200
        for wrong in ("a token", "a token for Prometheus ", "ü"):
            headers = {b"Authorization": f"Bearer {wrong}x".encode()}
            assert (await browser.get("/metrics", headers=headers)).status_code == 404


async def test_the_protocol_is_a_json_schema(house: House) -> None:
    answer = await (await house.stranger()).get("/protocol.json")
    schema = answer.json()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert {"VisitorCommand", "AgentCommand", "VisitorPush", "AgentPush"} <= set(schema["$defs"])
    assert schema["closeCodes"]["slow_reader"] == 4508
