"""The lease: a token brings a chat back for ten minutes after it was signed, and not a second longer."""

from __future__ import annotations

import asyncio

import pytest

from livesupport.chat.events import Draining
from livesupport.client import Client, VisitorSession
from livesupport.live.receivers import LEASE_SECONDS
from tests.live.house import PATIENCE, open_house


@pytest.mark.parametrize(
    ("age", "restoring"),
    [(0.0, True), (LEASE_SECONDS - 1, True), (LEASE_SECONDS, True), (LEASE_SECONDS + 1, False)],
)
async def test_only_a_fresh_token_brings_a_chat_back(age: float, restoring: bool) -> None:
    async with open_house() as house:
        token = house.desk.ports.sign_token("vera", "default", "chat-lost-00000001", 1)
        house.clock.advance(age)

        async with house.visitor(hello=False) as vera:
            await vera.say("hello", site="default", token=token)
            welcome = await vera.hear("welcome")

        assert welcome.get("restoring", False) is restoring


async def test_a_token_of_another_site_brings_nothing_back() -> None:
    async with open_house() as house:
        token = house.desk.ports.sign_token("vera", "another", "chat-lost-00000001", 1)

        async with house.visitor(hello=False) as vera:
            await vera.say("hello", site="default", token=token)
            welcome = await vera.hear("welcome")

        assert "restoring" not in welcome


async def test_a_server_that_stops_sends_a_lost_chat_on_to_the_next_one_and_calls_it_over_for_nobody() -> None:
    async with open_house() as house:
        token = house.desk.ports.sign_token("vera", "default", "chat-lost-00000001", 1)
        house.desk.handle(Draining())

        async with Client(VisitorSession("default", token=token), house.origin, chance=lambda: 0.0) as vera:
            await asyncio.wait_for(vera.until(lambda: vera.code or vera.session.is_welcome), PATIENCE)

            assert vera.code == 1012
            assert (vera.session.token, vera.session.chat.over) == (token, "")
