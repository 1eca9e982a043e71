"""The files of web/ over HTTP: kept for ever under a name that changes with them, and nothing but these files."""

from __future__ import annotations

import pytest

from tests.http.conftest import House


async def test_a_file_is_kept_for_ever(house: House) -> None:
    answer = await (await house.stranger()).get(house.state["assets"].url("shared/tokens.css"))
    assert answer.content == house.state["assets"].files["shared/tokens.css"].body
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip", "gzip"), ("br;q=1.0, gzip;q=0.8", "gzip"), ("*", "gzip"), ("", None), ("identity", None), ("gzip;q=0", None)],
)
async def test_it_is_compressed_for_those_who_take_that(house: House, accepted: str, encoding: str | None) -> None:
    browser = await house.stranger()
    answer = await browser.get(house.state["assets"].url("shared/tokens.css"), headers={"Accept-Encoding": accepted})
    assert answer.headers.get("content-encoding") == encoding
    assert answer.content == house.state["assets"].files["shared/tokens.css"].body


async def test_under_the_hash_of_another_version_nothing_is_found(house: House) -> None:
    assert (await (await house.stranger()).get("/assets/0123456789abcdef/shared/tokens.css")).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["../pyproject.toml", "%2e%2e/pyproject.toml", "..%2fpyproject.toml", "/etc/passwd", "", "shared", "shared/",
     "shared//tokens.css", "shared/tokens.css%00", ".git/config"],
)  # fmt: skip
async def test_nothing_else_can_be_reached(house: House, path: str) -> None:
    answer = await (await house.stranger()).get(f"/assets/{house.state['assets'].hash}/{path}")
    assert answer.status_code == 404
