"""One's own account: where one is signed in, the password, and the lock after a while of silence."""

from __future__ import annotations

import re

import pytest

from livesupport.config import Config, Desk
from livesupport.http.devices import device_words
from tests.http.conftest import PASSWORD, House

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"
FOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.mark.parametrize(
    ("header", "words"),
    [(PHONE, "Safari · iPhone"), (EDGE, "Edge · Windows"), (FOX, "Firefox · Linux"), ("curl/8", ""), ("", "")],
)
def test_a_browser_is_told_as_people_call_it(header: str, words: str) -> None:
    assert device_words(header) == words


async def test_ana_signs_her_lost_phone_out_from_her_desk(house: House) -> None:
    desk = await house.signed_in()
    phone = await house.browser(**{"User-Agent": PHONE})
    await phone.post("/login", data={"login": "ana", "password": PASSWORD})
    page = (await desk.get("/account")).text
    assert "Safari · iPhone" in page
    [session_id] = re.findall(r'name="id" value="([0-9a-f]+)"', page)
    assert (await desk.post("/account", data={"action": "end_session", "id": session_id})).status_code == 303
    assert (await phone.get("/inbox")).status_code == 401
    assert (await desk.get("/inbox")).status_code == 200


async def test_a_wrong_former_password_changes_nothing(house: House) -> None:
    ana = await house.signed_in()
    answer = await ana.post("/account", data={"action": "password", "former": "wrong", "password": "another long password"})
    assert answer.status_code == 422
    assert 'id="former-problem"' in answer.text
    changed = await ana.post("/account", data={"action": "password", "former": PASSWORD, "password": "another long password"})
    assert changed.headers["location"] == "/login"
    assert (await ana.get("/inbox")).status_code == 401


async def test_a_session_left_open_is_no_door_to_guess_the_password_at(house: House) -> None:
    ana, eve = await house.signed_in(), await house.browser(address="203.0.113.5")
    for _ in range(6):
        await eve.post("/login", data={"login": "ana", "password": "a guess"})
    short = [await ana.post("/account", data={"action": "password", "former": PASSWORD, "password": "x"}) for _ in range(6)]
    assert {answer.status_code for answer in short} == {422}  # neither the stranger's guesses count here, nor these
    form = {"action": "password", "former": "a guess", "password": "another long password"}
    answers = [await ana.post("/account", data=form) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert "Wait 1 second." in answers[-1].text
    assert (await ana.post("/account", data={**form, "former": PASSWORD})).status_code == 429
    await ana.post("/account", data={"action": "lock"})
    late = await ana.post("/unlock", data={"password": PASSWORD})
    assert [(one.status_code, one.headers["retry-after"]) for one in (answers[-1], late)] == [(429, "1")] * 2


async def test_a_locked_session_asks_for_the_password_on_every_page_and_opens_with_it(house: House) -> None:
    ana = await house.signed_in()
    locked = await ana.post("/account", data={"action": "lock", "next": "/inbox"})
    assert locked.headers["location"] == "/unlock?next=%2Finbox"
    unlock = "/unlock?next=%2Finbox%3Fstatus%3Dopen%26q%3Da%2Bb"
    assert (await ana.get("/inbox?status=open&q=a+b")).headers["location"] == unlock
    assert 'value="/inbox?status=open&amp;q=a+b"' in (await ana.get(unlock)).text
    assert (await ana.get("/api/v1/me")).status_code == 401
    assert "Ana Beridze" in (await ana.get("/unlock?next=/inbox")).text
    wrong = await ana.post("/unlock", data={"password": "wrong", "next": "/inbox"})
    assert wrong.status_code == 401
    assert (await ana.get("/inbox")).status_code == 303
    opened = await ana.post("/unlock", data={"password": PASSWORD, "next": "/inbox"})
    assert opened.headers["location"] == "/inbox"
    assert (await ana.get("/inbox")).status_code == 200


@pytest.mark.parametrize(
    "evil", ["//evil.example", "/\\evil.example", "https:evil.example", "/%2f%2fevil", "javascript:alert(1)"]
)
async def test_unlocking_leads_to_no_other_site(house: House, evil: str) -> None:
    ana = await house.signed_in()
    await ana.post("/account", data={"action": "lock"})
    answer = await ana.post("/unlock", data={"password": PASSWORD, "next": evil})
    assert answer.headers["location"].startswith("/")
    assert "evil" not in answer.headers["location"]


async def test_a_stranger_is_not_asked_for_anybodys_password(house: House) -> None:
    assert (await (await house.browser()).get("/unlock")).status_code == 303


class TestWithAnIdleLock:
    @pytest.fixture
    def config(self) -> Config:
        return Config(desk=Desk(idle_lock=900.0))

    async def test_the_pages_of_agents_know_after_how_long(self, house: House) -> None:
        page = (await (await house.signed_in()).get("/inbox")).text
        assert 'data-seconds="900.0"' in page
        assert "data-seconds" not in (await (await house.browser()).get("/login")).text
