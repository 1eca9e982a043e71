"""The first start: whoever holds the printed link becomes the administrator, once, and nobody else ever."""

from __future__ import annotations

import html
import re

from tests.http.conftest import PASSWORD, House

SALOME = {"name": "Salome", "login": "salome", "password": PASSWORD}


async def test_without_the_link_the_page_is_closed(house: House) -> None:
    await house.accounts.new_setup_secret()
    browser = await house.browser()
    for address in ("/setup", "/setup?token=", "/setup?token=wrong", "/setup?token=" + "x" * 5000):
        answer = await browser.get(address)
        assert answer.status_code == 404
        assert "one-time link" in answer.text
        assert "<form" not in answer.text
    assert (await browser.post("/setup", data={"token": "wrong", **SALOME})).status_code == 404
    assert await house.accounts.setup_needed()


async def test_the_link_makes_the_administrator_signs_in_and_shows_the_embed_line(house: House) -> None:
    secret = await house.accounts.new_setup_secret()
    browser = await house.browser()
    assert 'name="token"' in (await browser.get(f"/setup?token={secret}")).text
    answer = await browser.post("/setup", data={"token": secret, **SALOME})
    assert (answer.status_code, answer.headers["location"]) == (303, "/setup")
    shown = await browser.get("/setup")
    assert "&lt;script src=&#34;http://127.0.0.1:8000/widget.js&#34; data-site=&#34;default&#34; async&gt;" in shown.text
    assert [(agent.login, agent.role) for agent in await house.accounts.agents()] == [("salome", "administrator")]


async def test_the_link_works_once(house: House) -> None:
    secret = await house.accounts.new_setup_secret()
    assert (await (await house.browser()).post("/setup", data={"token": secret, **SALOME})).status_code == 303
    eve = await house.browser()
    assert (await eve.get(f"/setup?token={secret}")).status_code == 404
    answer = await eve.post("/setup", data={"token": secret, "name": "Eve", "login": "eve", "password": PASSWORD})
    assert answer.status_code == 404
    assert len(await house.accounts.agents()) == 1


async def test_the_link_ends_after_a_day(house: House) -> None:
    secret = await house.accounts.new_setup_secret()
    house.clock.forward(hours=24, seconds=1)
    assert (await (await house.browser()).get(f"/setup?token={secret}")).status_code == 404


async def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(house: House) -> None:
    secret = await house.accounts.new_setup_secret()
    browser = await house.browser()
    answer = await browser.post("/setup", data={"token": secret, "name": "Salome", "login": "two words", "password": "short"})
    assert answer.status_code == 422
    assert 'value="Salome"' in answer.text
    assert 'value="two words"' in answer.text
    assert 'id="login-problem"' in answer.text
    assert 'id="password-problem"' in answer.text
    assert 'id="name-problem"' not in answer.text
    assert "short" not in answer.text.replace("shortcut", "")  # a password never comes back
    assert (await browser.post("/setup", data={"token": secret, **SALOME})).status_code == 303


async def test_nobody_chooses_another_role(house: House) -> None:
    secret = await house.accounts.new_setup_secret()
    answer = await (await house.browser()).post("/setup", data={"token": secret, "role": "agent", **SALOME})
    assert answer.status_code == 422
    assert await house.accounts.setup_needed()


async def test_an_agent_who_is_no_administrator_finds_it_closed(house: House) -> None:
    assert (await (await house.signed_in()).get("/setup")).status_code == 404


async def test_after_the_account_come_the_site_the_line_to_embed_and_the_colleagues(house: House) -> None:
    dato = await house.signed_in("dato", "Dato", "administrator")
    site = {"name": "Kiln & Leaf", "accent": "#a4492b", "greeting": "Hello", "origins": "https://kiln.example"}
    saved = await dato.post("/setup/site", data=site)
    assert saved.headers["location"] == "/setup#embed-step"
    page = (await dato.get("/setup")).text
    assert 'value="Kiln &amp; Leaf"' in page
    assert "widget.js" in page
    assert 'href="/admin/people"' in page
    wrong = await dato.post("/setup/site", data={**site, "origins": "kiln"})
    assert wrong.status_code == 422
    assert 'id="origins-problem"' in wrong.text
    assert (await house.sites.get("default")).origins == ("https://kiln.example",)


async def test_the_first_colleague_signs_in_with_the_password_that_is_shown_once(house: House) -> None:
    dato = await house.signed_in("dato", "Dato", "administrator")
    made = await dato.post("/setup/person", data={"login": "ana", "colleague": "Ana"})
    password = re.search(r'<code id="password" dir="ltr">([^<]+)</code>', made.text)
    assert password is not None
    ana = await house.browser()
    assert (await ana.post("/login", data={"login": "ana", "password": html.unescape(password[1])})).status_code == 303
    assert password[1] not in (await dato.get("/setup")).text
    for data, field in (({"login": "ana", "colleague": "Eka"}, "login"), ({"login": "eka", "colleague": " "}, "colleague")):
        refused = await dato.post("/setup/person", data=data)
        assert refused.status_code == 422
        assert f'id="{field}-problem"' in refused.text
        assert f'value="{data["login"]}"' in refused.text


async def test_a_login_that_is_taken_loses_nothing_of_what_was_typed(house: House) -> None:
    await house.agent("salome", "An agent from the command line")
    secret = await house.accounts.new_setup_secret()
    browser = await house.browser()
    refused = await browser.post("/setup", data={"token": secret, **SALOME})
    assert refused.status_code == 422
    assert 'value="Salome"' in refused.text
    assert 'id="login-problem"' in refused.text
    assert (await browser.post("/setup", data={"token": secret, **SALOME, "login": "salome2"})).status_code == 303


async def test_only_an_administrator_sets_the_site_up(house: House) -> None:
    ana = await house.signed_in()
    assert (await ana.post("/setup/person", data={"login": "eka", "colleague": "Eka"})).status_code == 403
    assert (await ana.post("/setup/site", data={"name": "Ana's"})).status_code == 403
