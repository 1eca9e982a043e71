"""What a customer's page gets: one small script, and a panel that only the registered origins may frame (T02, T63)."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx2
import msgspec
import pytest

from livesupport.model import Contact, Site
from tests.http.conftest import House

SHOP = "https://shop.example"


@pytest.fixture
async def shop(house: House) -> Site:
    """A customer's site with everything that can be said of it."""
    site = Site(
        id="shop",
        name="The shop </script><script>alert(1)</script>",
        origins=(SHOP, "http://localhost:8001"),
        accent="#ffd400",
        greeting="Good day",
        region="IR",
        contacts=(Contact(label="Phone", value="+995 32 2 00 00 00", hours="Mon–Fri 9–18"),),
    )
    await house.sites.add(site)
    await house.sites.add_topic("shop", "Orders")
    return site


def page_data(answer: httpx2.Response) -> dict[str, Any]:
    """What the page tells its modules."""
    raw = answer.text.split('<script type="application/json" id="page">')[1].split("</script>")[0]
    found: dict[str, Any] = json.loads(raw)
    return found


async def frame_ancestors(house: House, site: str) -> str:
    answer = await (await house.stranger()).get(f"/widget/panel?site={site}")
    return str(answer.headers["content-security-policy"].split("frame-ancestors ")[1])


async def test_the_panel_may_be_framed_by_its_own_site_and_by_us(house: House, shop: Site) -> None:
    assert await frame_ancestors(house, "shop") == "https://shop.example http://localhost:8001 http://127.0.0.1:8000"
    assert await frame_ancestors(house, "default") == "http://127.0.0.1:8000"


async def test_an_origin_that_is_none_does_not_get_into_the_policy(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    known = await house.sites.get("default")
    origins = ("*", "https://evil.test; script-src *", "'unsafe-inline'", "https://", "https://a.example/path", SHOP)

    async def stored(_id: str) -> Site:
        return msgspec.structs.replace(known, origins=origins)

    monkeypatch.setattr(house.sites, "get", stored)
    assert await frame_ancestors(house, "default") == f"{SHOP} http://127.0.0.1:8000"


@pytest.mark.parametrize("query", ["site=nobody", "site=", "site=..%2F..", "site=SHOP", "site=" + "x" * 5000])
async def test_an_unknown_site_has_no_panel(house: House, shop: Site, query: str) -> None:
    answer = await (await house.stranger()).get(f"/widget/panel?{query}")
    assert answer.status_code == 404
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("query", ["", "site=shop&site=default", "site=shop&next=/x"])
async def test_an_address_that_the_loader_does_not_make_is_refused(house: House, shop: Site, query: str) -> None:
    assert (await (await house.stranger()).get(f"/widget/panel?{query}")).status_code == 400


async def test_the_panel_knows_its_site_and_its_words_stay_words(house: House, shop: Site) -> None:
    answer = await (await house.stranger()).get("/widget/panel?site=shop&lang=fa")
    assert "<script>alert(1)" not in answer.text
    data = page_data(answer)
    assert (data["language"], data["dir"]) == ("fa", "rtl")
    assert data["origins"] == [SHOP, "http://localhost:8001", "http://127.0.0.1:8000"]
    assert data["socket"] == "/ws/visitor"
    assert data["site"] == {
        "id": "shop",
        "name": shop.name,
        "accent": "#ffd400",
        "accentInk": "#000000",
        "greeting": "Good day",
        "region": "IR",
        "contacts": [{"label": "Phone", "value": "+995 32 2 00 00 00", "hours": "Mon–Fri 9–18"}],
        "topics": [{"id": 1, "name": "Orders"}],
    }


async def test_without_a_wish_the_panel_speaks_the_sites_language(house: House) -> None:
    await house.sites.change("default", language="ka")
    browser = await house.stranger()
    assert page_data(await browser.get("/widget/panel?site=default"))["language"] == "ka"
    assert page_data(await browser.get("/widget/panel?site=default&lang=uk-UA"))["language"] == "uk"
    english = await browser.get("/widget/panel?site=default", headers={"Accept-Language": "en-GB,en;q=0.9,ka;q=0.5"})
    assert page_data(english)["language"] == "en"


async def test_the_panel_sets_no_cookie(house: House) -> None:
    for address in ("/widget.js", "/widget/panel?site=default"):
        assert "set-cookie" not in (await (await house.stranger()).get(address)).headers


async def test_the_loader_is_small_and_every_page_may_load_it(house: House) -> None:
    answer = await (await house.stranger()).get("/widget.js", headers={"Accept-Encoding": "gzip, br"})
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["content-encoding"] == "gzip"
    assert len(gzip.compress(answer.content)) <= 3 * 1024
    assert int(answer.headers["content-length"]) <= 3 * 1024
