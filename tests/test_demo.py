"""The demo: people whose passwords are printed, a shop of another origin, and the same again at the next start."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from livesupport.accounts.service import Accounts
from livesupport.config import Config
from livesupport.demo import CANNED, PEOPLE, TOPICS, Shop, announce, fill
from livesupport.sites.service import Sites
from livesupport.storage.database import Database
from tests.databases import Clock, only_sqlite

SHOP = "http://localhost:8001"
PASSWORDS = {login: f"password of {login}" for login, _name, _role in PEOPLE}


@only_sqlite
async def test_each_start_renews_the_passwords_and_doubles_nothing(database: Database, clock: Clock) -> None:
    accounts, sites = Accounts(database, clock), Sites(database, clock)
    await fill(accounts, sites, dict.fromkeys(PASSWORDS, "an older password"), SHOP)

    await fill(accounts, sites, PASSWORDS, SHOP)

    for login, name, role in PEOPLE:
        _secret, session = await accounts.sign_in(login, PASSWORDS[login])
        assert (session.agent.name, session.agent.role) == (name, role)
    site = await sites.get("default")
    assert site.origins == (SHOP,)
    assert sorted(topic.name for topic in site.topics) == sorted(TOPICS)
    assert {reply.shortcut: reply.text for reply in await sites.canned()} == CANNED


def test_whoever_starts_it_reads_where_to_look_and_who_may_sign_in(capsys: pytest.CaptureFixture[str]) -> None:
    announce(Config(), PASSWORDS, SHOP)

    printed = capsys.readouterr()
    assert printed.out == ""
    for word in (SHOP, "http://127.0.0.1:8000/console", *PASSWORDS, *PASSWORDS.values()):
        assert word in printed.err


def test_the_shop_embeds_the_widget_of_the_server() -> None:
    with TestClient(Shop(Config()).config.app, base_url=SHOP) as browser:  # type: ignore[arg-type]
        page = browser.get("/")

    assert page.status_code == 200
    assert 'src="http://127.0.0.1:8000/widget.js"' in page.text
    assert 'data-site="default"' in page.text
