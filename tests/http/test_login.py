"""Signing in and out: who gets in, what a wrong password learns, and what an old cookie is worth (T15–T17, T20, T56)."""

from __future__ import annotations

import httpx2
import pytest

from livesupport.config import Config, Server
from livesupport.http.auth import own_path
from tests.http.conftest import PASSWORD, House


async def sign_in(browser: httpx2.AsyncClient, login: str, password: str, **more: str) -> httpx2.Response:
    return await browser.post("/login", data={"login": login, "password": password, **more})


async def test_ana_signs_in_and_is_sent_to_the_console(house: House) -> None:
    await house.agent("ana", "Ana")
    browser = await house.browser()
    answer = await sign_in(browser, "ana", PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    assert (await browser.get("/inbox")).status_code == 200
    assert (await browser.get("/login")).headers["location"] == "/console"


async def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(house: House) -> None:
    await house.agent("ana", "Ana")
    answers = [await sign_in(await house.browser(), login, "not the password") for login in ("ana", "eve")]
    assert [answer.status_code for answer in answers] == [401, 401]
    known, unknown = (answer.text.replace("ana", "X").replace("eve", "X") for answer in answers)
    assert known == unknown
    assert PASSWORD not in known
    assert not any("set-cookie" in answer.headers for answer in answers)


@pytest.mark.parametrize("password", ["", " ", "null", "[]", '{"$ne":null}', "x" * 5000, PASSWORD + "\0", PASSWORD + " "])
async def test_whatever_is_not_the_password_is_wrong(house: House, password: str) -> None:
    await house.agent("ana", "Ana")
    assert (await sign_in(await house.browser(), "ana", PASSWORD)).status_code == 303  # it can succeed
    assert (await sign_in(await house.browser(), "ana", password)).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"login=ana", 422),
        (b"login=ana&password=%FF", 400),
        (b"login=ana&password=a&password=b", 400),
        (b"login=ana&password[]=a&password[]=b", 400),
        (b"login=ana&password=a&role=administrator", 422),
        (b"&".join(b"field%d=x" % number for number in range(5000)), 400),
        (b"login=ana&password=" + b"x" * 2_000_000, 413),
    ],
)
async def test_forms_that_no_page_of_ours_sends_are_refused(house: House, body: bytes, status: int) -> None:
    browser = await house.browser()
    answer = await browser.post("/login", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == status
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
async def test_only_a_form_is_read(house: House, media_type: str) -> None:
    await house.agent("ana", "Ana")
    body = f"login=ana&password={PASSWORD.replace(' ', '+')}".encode()
    browser = await house.browser()
    assert (await browser.post("/login", content=body, headers={"Content-Type": media_type})).status_code == 415


async def test_after_some_wrong_passwords_even_the_right_one_has_to_wait(house: House) -> None:
    await house.agent("ana", "Ana")
    eve, ana = await house.browser(address="203.0.113.5"), await house.browser(address="192.0.2.1")
    guesses = [(await sign_in(eve, "ana", f"guess {number}")).status_code for number in range(8)]
    assert guesses == [401] * 5 + [429] * 3
    answer = await sign_in(ana, "ana", PASSWORD)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "1"
    assert "Wait 1 second." in answer.text
    assert 'value="ana"' in answer.text  # what was typed is kept, except the password
    assert PASSWORD not in answer.text


async def test_whoever_guesses_keeps_nobody_out_of_a_browser_in_which_they_have_signed_in_before(house: House) -> None:
    await house.agent("ben", "Ben")
    ana, eve = await house.signed_in(), await house.browser(address="203.0.113.5")
    await ana.post("/logout")
    guesses = [(await sign_in(eve, login, f"guess {number}")).status_code for login in ("ana", "ben") for number in range(6)]
    assert guesses == [401, 401, 401, 401, 401, 429] * 2
    assert (await sign_in(ana, " ANA", PASSWORD)).status_code == 303
    assert (await sign_in(ana, "ben", PASSWORD)).status_code == 429  # the mark is Ana's
    marks = await house.browser(Cookie=f"livesupport-device=A{ana.cookies['livesupport-device'][1:]}")
    assert (await sign_in(marks, "ana", PASSWORD)).status_code == 429  # and cannot be made


async def test_a_cookie_copied_before_signing_out_opens_nothing_afterwards(house: House) -> None:
    browser = await house.signed_in()
    thief = await house.browser(Cookie=f"livesupport={browser.cookies['livesupport']}")
    assert (await thief.get("/inbox")).status_code == 200  # the copy works while Ana is signed in
    left = await browser.post("/logout")
    assert (left.status_code, left.headers["location"]) == (303, "/login")
    assert "livesupport" not in browser.cookies
    assert (await thief.get("/inbox")).status_code == 401


async def test_a_session_planted_before_signing_in_is_neither_used_nor_left_alive(house: House) -> None:
    eve = await house.signed_in("eve", "Eve")
    planted = eve.cookies["livesupport"]
    await house.agent("ana", "Ana")
    ana = await house.browser(Cookie=f"livesupport={planted}")
    fresh = (await sign_in(ana, "ana", PASSWORD)).cookies["livesupport"]
    assert fresh != planted
    assert (await eve.get("/inbox")).status_code == 401
    invented = await house.browser(Cookie="livesupport=chosen-by-somebody-else")
    assert (await sign_in(invented, "ana", PASSWORD)).cookies["livesupport"] != "chosen-by-somebody-else"


async def test_each_sign_in_makes_a_new_secret(house: House) -> None:
    await house.agent("ana", "Ana")
    secrets = {(await sign_in(await house.browser(), "ana", PASSWORD)).cookies["livesupport"] for _ in range(3)}
    assert len(secrets) == 3
    assert all(len(secret) >= 43 for secret in secrets)  # 256 bits


async def test_a_new_password_ends_every_session(house: House) -> None:
    browser = await house.signed_in()
    await house.accounts.set_password("ana", "another long password")
    assert (await browser.get("/inbox")).status_code == 401


class TestOverHttps:
    """The cookie where people reach us over HTTPS."""

    @pytest.fixture
    def config(self) -> Config:
        return Config(server=Server(public_url="https://support.example"))

    async def test_the_cookie_cannot_be_read_by_scripts_sent_in_clear_or_set_by_a_subdomain(self, house: House) -> None:
        await house.agent("ana", "Ana")
        answer = await sign_in(await house.browser(), "ana", PASSWORD)
        session, device = answer.headers.get_list("set-cookie")
        for cookie, name in ((session, "__Host-livesupport="), (device, "__Host-livesupport-device=")):
            assert cookie.startswith(name)
            attributes = {attribute.lower() for attribute in cookie.split("; ")[1:]} - {"max-age=15552000"}
            assert attributes == {"httponly", "path=/", "samesite=lax", "secure"}
        assert "max-age" not in session.lower()

    async def test_the_plain_name_is_not_taken_there(self, house: House) -> None:
        browser = await house.signed_in()
        secret = browser.cookies["__Host-livesupport"]
        other = await house.browser(Cookie=f"livesupport={secret}")
        assert (await other.get("/inbox")).status_code == 401
        same = await house.browser(Cookie=f"__Host-livesupport={secret}")
        assert (await same.get("/inbox")).status_code == 200


async def test_without_https_the_cookie_is_still_kept_from_scripts(house: House) -> None:
    await house.agent("ana", "Ana")
    cookie = (await sign_in(await house.browser(), "ana", PASSWORD)).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_after_signing_in_one_comes_to_the_page_that_was_asked_for(house: House) -> None:
    await house.agent("ana", "Ana")
    browser = await house.browser()
    shown = await browser.get("/inbox?status=open&q=kettle")
    assert shown.status_code == 401
    assert 'name="next" value="/inbox?status=open&amp;q=kettle"' in shown.text
    answer = await sign_in(browser, "ana", PASSWORD, next="/inbox?status=open&q=kettle")
    assert answer.headers["location"] == "/inbox?status=open&q=kettle"


@pytest.mark.parametrize(
    "path",
    ["//evil.test", "/\\evil.test", "https:evil.test", "https://evil.test", "/%2f%2fevil.test", "javascript:alert(1)", "/\tx",
     "/x\r\nSet-Cookie: a=b", "evil.test", "\\\\evil.test", "/.//evil.test", " //evil.test"],
)  # fmt: skip
async def test_nobody_is_sent_to_another_site_after_signing_in(house: House, path: str) -> None:
    await house.agent("ana", "Ana")
    answer = await sign_in(await house.browser(), "ana", PASSWORD, next=path)
    assert answer.headers["location"] == "/console"


@pytest.mark.parametrize("path", ["/", "/inbox", "/tickets/1001-7", "/inbox?status=open&q=%D8%B3+x"])
def test_our_own_paths_are_kept(path: str) -> None:
    assert own_path(path) == path


async def test_before_there_are_accounts_the_page_says_where_to_begin(house: House) -> None:
    browser = await house.browser()
    assert "one-time link" in (await browser.get("/login")).text
    await house.agent("ana", "Ana")
    assert "one-time link" not in (await browser.get("/login")).text


async def test_the_start_page_leads_to_the_sign_in_page_or_to_the_console(house: House) -> None:
    assert (await (await house.browser()).get("/")).headers["location"] == "/login"
    assert (await (await house.signed_in()).get("/")).headers["location"] == "/console"
