"""The privacy page: the claim, its limits, the last self-check, and the operator's own words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from livesupport import lastcheck
from livesupport.config import Config
from livesupport.lastcheck import LastCheck
from tests.http.conftest import House

AT = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data_dir=str(tmp_path))


async def page(house: House, address: str = "/privacy") -> str:
    answer = await (await house.browser()).get(address)
    assert answer.status_code == 200
    return str(answer.text)


async def test_it_says_what_is_claimed_and_what_is_not(house: House) -> None:
    html = await page(house)

    for words in ("at the latest 3 minutes after you left", "you have 60 seconds to save it", "the chat is gone"):
        assert words in html
    for limit in ("end to end", "swaps its memory", "used again", "their own disks", "can copy what they read"):
        assert limit in html
    assert "This server has not been checked yet." in html


async def test_the_times_are_those_of_this_server(house: House) -> None:
    rules = Config(chat=type(house.config.chat)(visitor_grace_hidden=601.0, ended_keep=1.0))
    house.state["config"] = Config(data_dir=house.config.data_dir, chat=rules.chat)

    html = await page(house)

    assert "11 minutes after you left" in html
    assert "you have 1 second to save it" in html


async def test_it_tells_the_last_self_check_whatever_it_found(house: House, tmp_path: Path) -> None:
    lastcheck.write(tmp_path, LastCheck(at=AT, version="0.1.0", octets=1_000_000, hits=0))
    clean = await page(house)
    lastcheck.write(tmp_path, LastCheck(at=AT, version="0.1.0", octets=1_000_000, hits=2, running=True))
    dirty = await page(house)
    lastcheck.write(tmp_path, LastCheck(at=AT, version="0.1.0", octets=1_000_000, hits=0, is_proof=False))
    blind = await page(house)

    assert all(words in clean for words in ("22 Nov 2026, 09:05 UTC", "on a server of its own", "version 0.1.0"))
    assert "Nothing was found." in clean
    assert "Traces of a test chat were found" in dirty
    assert "on this server" in dirty
    assert "It proved nothing" in blind
    assert "Nothing was found." not in blind


async def test_the_operator_can_say_it_in_other_words(house: House, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/privacy.html").write_text("<p>{{ minutes_after_leaving }} minutes, says Kiln &amp; Leaf</p>")

    assert await page(house) == "<p>3 minutes, says Kiln &amp; Leaf</p>"


async def test_other_pages_lead_to_it(house: House) -> None:
    assert 'href="/privacy"' in await page(house, "/login")
