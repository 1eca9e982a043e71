"""GET /api/v1/service: the same truth that the widget is told."""

from __future__ import annotations

import pytest

from tests.http.conftest import House


async def test_says_that_nobody_is_there(house: House) -> None:
    answer = await (await house.stranger()).get("/api/v1/service?site=default")
    assert answer.json() == {"state": "no_agents", "topics": [], "opens_at": None}


async def test_says_when_the_site_opens_again(house: House) -> None:
    house.desk.set_hours("default", False, 1_795_424_400.0)
    answer = await (await house.stranger()).get("/api/v1/service?site=default")
    assert answer.json() == {"state": "closed_hours", "topics": [], "opens_at": "2026-11-23T09:00:00Z"}


@pytest.mark.parametrize(
    ("query", "status"), [("site=nobody", 404), ("site=", 404), ("site=" + "x" * 5000, 404), ("", 400), ("site=a&site=b", 400)]
)
async def test_problems_are_told_to_programs(house: House, query: str, status: int) -> None:
    answer = await (await house.stranger()).get(f"/api/v1/service?{query}")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code == status
