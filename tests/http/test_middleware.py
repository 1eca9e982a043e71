"""What every request passes through: one host, one origin, one log line, limits, and words instead of stack traces (T24)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from livesupport.config import Config, Limits, Server
from livesupport.http.middleware import BodyLimit
from tests.http.conftest import House

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    "host",
    ["evil.test", "evil.test:8000", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:8000.evil.test", "127.0.0.1:8000@evil.test", "",
     "localhost:8000", "127.0.0.1:8000, evil.test", "[::1]:8000", "x" * 5000],
)  # fmt: skip
async def test_another_host_is_told_where_to_go_and_gets_nothing_else(house: House, host: str) -> None:
    browser = await house.signed_in()
    answer = await browser.get("/inbox", headers={"Host": host})
    assert answer.status_code == 421
    assert "http://127.0.0.1:8000" in answer.text
    assert "evil" not in answer.text
    assert "evil" not in str(answer.headers)


async def test_our_own_host_is_answered(house: House) -> None:
    browser = await house.signed_in()
    assert (await browser.get("/inbox", headers={"Host": "127.0.0.1:8000"})).status_code == 200


async def test_forwarded_names_reach_no_link(house: House) -> None:
    browser = await house.signed_in(role="administrator")
    answer = await browser.get("/setup", headers={"X-Forwarded-Host": "evil.test", "Forwarded": "host=evil.test"})
    assert "http://127.0.0.1:8000/widget.js" in answer.text
    assert "evil" not in answer.text


async def test_probes_come_under_any_name(house: House) -> None:
    browser = await house.browser()
    assert (await browser.get("/healthz", headers={"Host": "10.0.0.7"})).status_code == 200


class TestUsualPort:
    """A public address without a port."""

    @pytest.fixture
    def config(self) -> Config:
        return Config(server=Server(public_url="https://support.example"))

    @pytest.mark.parametrize(
        ("host", "status"), [("support.example", 200), ("Support.Example:443", 200), ("support.example:80", 421)]
    )
    async def test_the_usual_port_may_be_named(self, house: House, host: str, status: int) -> None:
        browser = await house.browser()
        assert (await browser.get("/login", headers={"Host": host})).status_code == status


async def test_a_browser_that_only_sends_origin_is_understood(house: House) -> None:
    stranger = await house.stranger()
    assert (await stranger.post("/login", data={"x": "y"}, headers={"Origin": "http://127.0.0.1:8000"})).status_code == 422
    assert (await stranger.post("/login", data={"x": "y"}, headers={"Origin": "http://127.0.0.1:8001"})).status_code == 403


async def test_each_answer_has_a_number_of_its_own_that_the_error_page_quotes(house: House) -> None:
    browser = await house.browser()
    answers = [await browser.get("/nowhere", headers={"X-Request-ID": "mine"}) for _ in range(2)]
    numbers = {answer.headers["x-request-id"] for answer in answers}
    assert len(numbers) == 2
    assert "mine" not in numbers
    assert answers[0].headers["x-request-id"] in answers[0].text


async def test_the_log_line_names_the_route_and_nobody(house: House) -> None:
    ticket = await house.ticket("a secret question", "Nino")
    browser = await house.signed_in()
    with capture_logs() as lines:
        await browser.get(f"/tickets/{ticket.number}?lang=en")
        await browser.post(f"/tickets/{ticket.number}", data={"action": "note", "text": "a secret note"})
        await browser.get("/inbox?q=Nino")
        await browser.get("/a/secret/path?token=secret")
    assert [(line["event"], line["method"], line["route"], line["status"]) for line in lines] == [
        ("http_request", "GET", "/tickets/{number}", 200),
        ("http_request", "POST", "/tickets/{number}", 303),
        ("http_request", "GET", "/inbox", 200),
        ("http_request", "GET", "none", 404),
    ]
    written = json.dumps(lines)
    assert not any(word in written for word in ("secret", "Nino", "192.0.2", ticket.number))


async def test_requests_are_counted_by_route(house: House) -> None:
    browser = await house.browser()
    await browser.request("INVENTED", "/login")
    await browser.get("/login?lang=en")
    counted = house.state["metrics"].render().decode()
    assert 'seconds_count{method="GET",route="/login",status="200"} 1.0' in counted
    assert 'method="other",route="/login",status="405"' in counted
    assert "INVENTED" not in counted


async def test_what_nobody_expected_is_told_in_words_and_logged_without_its_text(house: House) -> None:
    async def broken(_request: Request) -> Response:
        raise RuntimeError("the visitor said: my secret")

    house.starlette.router.routes.append(Route("/broken", broken))
    with capture_logs() as lines:
        answer = await (await house.browser()).get("/broken")
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert not any(word in answer.text for word in ("RuntimeError", "Traceback", "secret", ".py"))
    failed = next(line for line in lines if line["event"] == "http_failed")
    assert isinstance(failed["exc_info"], RuntimeError)  # logs.py draws its type and places only


async def test_under_api_errors_are_problem_details(house: House) -> None:
    answer = await (await house.browser()).get("/api/v1/nothing")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["status"] == 404
    assert answer.json()["title"] == "Not Found"


async def test_pages_speak_the_language_that_is_asked_for(house: House) -> None:
    browser = await house.browser()
    assert '<html lang="en" dir="ltr">' in (await browser.get("/login")).text
    assert '<html lang="fa" dir="rtl">' in (await browser.get("/login?lang=fa-IR")).text
    assert '<html lang="en" dir="ltr">' in (await browser.get("/login?lang=../../etc/passwd")).text


class TestSmallBodies:
    """A server that takes 100 bytes."""

    @pytest.fixture
    def config(self) -> Config:
        return Config(limits=Limits(body_bytes=100))

    async def test_a_longer_body_is_refused_by_its_announced_length(self, house: House) -> None:
        browser = await house.browser()
        assert (await browser.post("/login", content=b"x" * 100, headers=FORM)).status_code == 422
        assert (await browser.post("/login", content=b"x" * 101, headers=FORM)).status_code == 413

    async def test_and_while_it_comes_in_when_nothing_was_announced(self, house: House) -> None:
        async def endless() -> Any:
            while True:
                yield b"x" * 60

        answer = await (await house.browser()).post("/login", content=endless(), headers=FORM)
        assert answer.status_code == 413


async def test_a_body_that_does_not_come_is_not_waited_for(house: House) -> None:
    house.starlette.user_middleware[-1] = Middleware(BodyLimit, size=1000, seconds=0.05)

    async def never() -> Any:
        yield b"login=ana"
        await asyncio.Event().wait()

    answer = await (await house.browser()).post("/login", content=never(), headers=FORM)
    assert answer.status_code == 408
