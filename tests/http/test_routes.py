"""Promises that every address keeps, made from the route table, so that a new address cannot be forgotten (T28, T62, T63)."""

from __future__ import annotations

import re

import httpx2
import pytest
from starlette.endpoints import HTTPEndpoint
from starlette.routing import Route

from livesupport.config import Config, Server
from livesupport.http import routes
from tests.databases import SOFIA
from tests.http.conftest import House

# Who may do what at them: tests/http/matrix.py.
ROUTES = {route.path: route for route in routes() if isinstance(route, Route) and not route.path.startswith("/api/v1/")}
READING = {  # addresses, and what somebody who is not signed in hears
    "/": 303,
    "/setup": 404,
    "/setup/site": 405,
    "/setup/person": 405,
    "/login": 200,
    "/logout": 405,
    "/console": 401,
    "/inbox": 401,
    "/inbox/waiting": 401,
    "/inbox/many": 405,
    "/inbox/undo": 405,
    "/inbox/views": 405,
    "/inbox/columns": 405,
    "/tickets/preview": 405,
    "/tickets/1001-7": 401,
    "/tickets/1001-7/draft": 405,
    "/files": 405,
    "/files/1": 405,
    "/files/1/x": 401,
    "/requests/new?site=default": 200,
    "/requests/waiting/x": 404,
    "/requests/confirm/x": 404,
    "/requests/channel": 405,
    "/demo/mail": 404,
    "/demo/mail/1": 404,
    "/demo/mail/1/html": 404,
    "/requests": 200,
    "/requests/1001-7": 401,
    "/requests/sign-in": 200,
    "/requests/code": 303,
    "/requests/sign-out": 405,
    "/requests/session": 405,
    "/requests/enter": 405,
    "/requests/claim": 405,
    "/requests/notices": 401,
    "/requests/notices/1": 405,
    "/privacy": 200,
    "/brand/default.css": 200,
    "/brand/default/logo": 404,
    "/widget.js": 200,
    "/widget/panel?site=default": 200,
    "/assets/{hash}/shared/tokens.css": 200,
    "/account": 401,
    "/admin": 401,
    "/admin/sites": 401,
    "/admin/sites/default": 401,
    "/admin/sites/default/promises": 401,
    "/admin/sites/default/logo": 405,
    "/admin/types": 401,
    "/admin/types/new": 401,
    "/admin/types/1": 401,
    "/admin/replies": 401,
    "/admin/people": 401,
    "/admin/people/dato": 401,
    "/admin/audit": 401,
    "/admin/persons": 401,
    "/unlock": 303,
    "/account/tokens": 401,
    "/api": 200,
    "/openapi.json": 200,
    "/protocol.json": 200,
    "/healthz": 200,
    "/readyz": 200,
    "/metrics": 404,
}
# They check a secret of their own, or take one away. What people who ask may do is judged in their own tests.
PUBLIC_WRITES = {"/setup", "/login", "/logout", "/unlock", "/files"} | {path for path in ROUTES if path.startswith("/requests")}
PARTS = {"site": "default", "login": "ana", "id": "1", "name": "x", "token": "x", "key": "x"}  # of paths, where any will do


def pattern(address: str) -> str:
    """The route that an address of READING stands for."""
    path = address.partition("?")[0]
    return next(route.path for route in ROUTES.values() if route.path_regex.match(path))


def writing() -> list[str]:
    """Addresses at which something can be changed."""
    classes = {path: route.endpoint for path, route in ROUTES.items() if isinstance(route.endpoint, type)}
    return [path for path, endpoint in classes.items() if issubclass(endpoint, HTTPEndpoint) and hasattr(endpoint, "post")]


def test_this_file_knows_every_address() -> None:
    assert sorted(pattern(address) for address in READING) == sorted(ROUTES)


def test_no_path_has_two_routes() -> None:
    assert len({route.path for route in routes() if isinstance(route, Route)}) == len(routes())


@pytest.mark.parametrize("address", READING)
async def test_every_answer_carries_the_security_headers(house: House, address: str) -> None:
    browser = await house.browser()
    answer = await browser.get(address.replace("{hash}", house.state["assets"].hash))
    assert answer.status_code == READING[address]
    check_headers(answer, address)


@pytest.mark.parametrize("address", ["/inbox", "/console", "/tickets/1001-7", "/setup"])
async def test_the_pages_behind_the_door_carry_them_too(house: House, address: str) -> None:
    await house.ticket()
    browser = await house.signed_in(role="administrator")
    answer = await browser.get(address)
    assert answer.status_code == 200
    check_headers(answer, address)
    assert answer.headers["cache-control"] == "no-store"


def check_headers(answer: httpx2.Response, address: str) -> None:
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == ("http://127.0.0.1:8000" if "/panel" in address else "'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store" or address.startswith(("/assets/", "/brand/", "/widget.js"))
    assert not any(name.startswith("access-control-") for name in answer.headers)
    assert "server" not in answer.headers


def test_the_check_of_the_headers_can_fail() -> None:
    with pytest.raises(KeyError):
        check_headers(httpx2.Response(200), "/")


async def test_no_page_has_script_or_style_in_its_text(house: House) -> None:
    await house.saved_chat()
    browser = await house.signed_in(role="administrator")
    agents, others = ("/setup", "/console", "/inbox", "/tickets/1001-7"), ("/nowhere", "/privacy", "/widget/panel?site=default")
    for address in (*agents, *others, "/requests/new"):
        html = (await browser.get(address)).text
        scripts = re.findall(r"<script(?![^>]*(?:src=|type=\"application/json\"))", html)
        assert (scripts, re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)) == ([], []), address


async def test_no_other_site_can_change_anything_or_read_an_answer(house: House) -> None:
    ticket = await house.ticket()
    for path in writing():
        browser = await house.signed_in(role="administrator")
        address = path.format(number=ticket.number, **PARTS)
        answer = await browser.post(address, data={"x": "y"})  # from our own pages it would be heard
        assert answer.status_code not in (403, 405), path
        browser = await house.signed_in(role="administrator")
        for headers in (
            {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"},
            {"Origin": "https://evil.test"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "http://127.0.0.1:8001", "Sec-Fetch-Site": "same-site"},
            {"Origin": "https://127.0.0.1:8000"},
            {"Origin": "http://127.0.0.1:8000.evil.test"},
            {},
        ):
            stranger = await house.stranger()
            stranger.cookies = browser.cookies
            answer = await stranger.post(address, data={"action": "note", "text": "planted"}, headers=headers)
            assert answer.status_code == 403, (path, headers)
            check_headers(answer, address)
        assert (await browser.get("/inbox")).status_code == 200  # still signed in
    assert len((await house.tickets.get(ticket.number, actor=SOFIA)).messages) == 1


async def test_no_page_is_given_to_a_page_of_another_site(house: House) -> None:
    browser = await house.signed_in(role="administrator")
    for address in READING:
        where = address.replace("{hash}", house.state["assets"].hash)
        answer = await browser.get(where, headers={"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"})
        assert not any(name.startswith("access-control-") for name in answer.headers), address


async def test_a_cookie_that_means_nothing_is_none(house: House) -> None:
    ticket = await house.ticket()
    for cookie in ("livesupport=", "livesupport=wrong", "livesupport=" + "x" * 5000):
        browser = await house.browser(Cookie=cookie)
        for path in sorted(set(writing()) - PUBLIC_WRITES):
            answer = await browser.post(path.format(number=ticket.number, **PARTS), data={"action": "note", "text": "planted"})
            assert answer.status_code == 401
    thread = await house.tickets.get(ticket.number, actor=SOFIA)
    assert (thread.ticket.status, len(thread.messages)) == ("new", 1)


SCANNED = (
    *("/docs", "/redoc", "/cron", "/.git", "/.git/config", "/.env", "/debug", "/server-status", "/admin.php", "/assets/"),
    *("/livesupport.db", "/backup.json", "/keys/signing.key", "/templates/base.html"),
)


async def test_what_scanners_look_for_is_not_there(house: House) -> None:
    for browser in (await house.browser(), await house.stranger()):
        for path in SCANNED:
            for method in ("GET", "HEAD", "TRACE"):
                answer = await browser.request(method, path, headers={"X-Canary": "a canary"})
                assert answer.status_code in (403, 404, 405), path
                assert "canary" not in answer.text  # TRACE gives nothing back


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
async def test_other_methods_are_answered_with_what_is_allowed(house: House, method: str) -> None:
    browser = await house.signed_in()
    for path in ROUTES:
        answer = await browser.request(method, re.sub(r"\{.*?\}", "1", path))
        if (path, method) == ("/files/{id}", "DELETE"):
            assert answer.status_code == 422  # it wants a secret
            continue
        assert answer.status_code == 405, path
        assert set(answer.headers["allow"].split(", ")) <= {"GET", "HEAD", "POST", "DELETE"}


class TestOverHttps:
    """Where people reach us over HTTPS."""

    @pytest.fixture
    def config(self) -> Config:
        return Config(server=Server(public_url="https://support.example"))

    async def test_browsers_are_told_to_stay_on_https(self, house: House) -> None:
        answer = await (await house.browser()).get("/login")
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert "connect-src 'self' wss://support.example;" in answer.headers["content-security-policy"]


async def test_without_https_they_are_not(house: House) -> None:
    assert "strict-transport-security" not in (await (await house.browser()).get("/login")).headers
