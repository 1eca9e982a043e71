"""/openapi.json and /api: what programs and people are told of the API is what it does."""

from __future__ import annotations

import re

from openapi_spec_validator import validate

from livesupport.http.api import OPERATIONS
from livesupport.http.api.openapi import document
from livesupport.http.api.operations import parameters
from tests.http.conftest import House

SERVER = "https://support.example"


def test_the_description_is_openapi_3_1() -> None:
    validate(document(OPERATIONS, SERVER))


def test_every_deed_is_described_with_its_scope_and_its_words() -> None:
    described = document(OPERATIONS, SERVER)
    for one in OPERATIONS:
        told = described["paths"]["/api/v1" + one.path][one.method.lower()]
        assert told["summary"]
        assert told["description"].endswith((".", "?")), one.deed.__name__
        by_token = [{"token": [one.scope]}] if one.scope else []
        assert told["security"] == ([{"browser": []}] if one.in_person else by_token)
        assert {each["name"] for each in told["parameters"] if each["in"] == "path"} == set(parameters(one.path))


def test_names_of_deeds_are_unique() -> None:
    names = [one.deed.__name__ for one in OPERATIONS]
    assert len(names) == len(set(names))


async def test_a_person_reads_every_deed_on_the_page_and_is_told_to_sign_in_to_try(house: House) -> None:
    page = (await (await house.browser()).get("/api")).text
    assert set(re.findall(r'<details class="operation" id="(\w+)"', page)) >= {one.deed.__name__ for one in OPERATIONS}
    assert "Sign in to try it here" in page
    assert "with your rights" in (await (await house.signed_in()).get("/api")).text


async def test_the_description_names_this_server(house: House) -> None:
    described = (await (await house.browser()).get("/openapi.json")).json()
    assert described["servers"] == [{"url": house.config.server.public_url}]


async def test_the_type_of_an_error_leads_to_its_words_on_the_page(house: House) -> None:
    browser = await house.browser()
    page = (await browser.get("/api")).text
    address = (await browser.get("/api/v1/me")).json()["type"]
    assert address == f"{house.config.server.public_url}/api#error-401"
    described = document(OPERATIONS, SERVER)["paths"].values()
    statuses = {status for methods in described for one in methods.values() for status in one["responses"]}
    assert set(re.findall(r'id="error-(\d+)"', page)) >= {status for status in statuses if status >= "400"}
    assert 'id="error-401"' in page


def test_headers_and_answers_are_described_where_they_are_heeded_and_nowhere_else() -> None:
    described = document(OPERATIONS, SERVER)["paths"]

    def heeding(header: str) -> set[str]:
        return {
            one["operationId"]
            for methods in described.values()
            for one in methods.values()
            if header in {each["name"] for each in one["parameters"]}
        }

    def answering(status: str) -> set[str]:
        every = (one for methods in described.values() for one in methods.values())
        return {one["operationId"] for one in every if status in one["responses"]}

    once = {"open_ticket", "write_message", "follow_up_ticket", "ask", "reply_to_my_request"}
    assert heeding("Idempotency-Key") == once
    assert heeding("If-Match") == answering("412") == {"change_ticket"}
    assert heeding("If-None-Match") == answering("304") == {"get_ticket"}
