"""The doors for sockets: who is let in, who is not, and what the refusal looks like (T01–T04, T13, T15)."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest
import structlog
from websockets.exceptions import InvalidStatus, NegotiationError

from livesupport.chat.protocol import SUBPROTOCOL
from livesupport.config import Limits
from livesupport.live import SignedIn, SocketProtocol
from tests.live.house import House, masked, open_house

ANA = {"cookie": "livesupport=secret-of-ana"}


async def refusal(house: House, path: str, **options: Any) -> int:
    """The HTTP status with which a handshake is refused."""
    with pytest.raises(InvalidStatus) as refused:
        async with house.knock(path, **options):
            pass
    return refused.value.response.status_code


@pytest.mark.parametrize("path", ["/ws/visitor", "/ws/agent", "/ws/news"])
async def test_the_right_origin_comes_in(house: House, path: str) -> None:
    async with house.knock(path, additional_headers=ANA) as page:
        assert page.connection.subprotocol == SUBPROTOCOL


@pytest.mark.parametrize("path", ["/ws/visitor", "/ws/agent", "/ws/news"])
@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://evil.test",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "https://{host}",
        "HTTP://{host}",
        "http://{host}/",
        "http://{host}.evil.test",
        "http://evil.test/{host}",
        "http://localhost:{port}",
        "http://evil-127.0.0.1:{port}",
        "http://{host}, https://evil.test",
    ],
)
async def test_every_other_origin_stays_out(house: House, path: str, origin: str | None) -> None:
    given = origin and origin.format(host=f"127.0.0.1:{house.port}", port=house.port)
    with structlog.testing.capture_logs() as lines:
        assert await refusal(house, path, origin=given, additional_headers=ANA) == 403
    assert [(line["event"], line["reason"]) for line in lines] == [("socket_denied", "origin")]


async def test_two_origins_are_none(house: House) -> None:
    twice = [("Origin", house.origin), ("Origin", "https://evil.test")]
    assert await refusal(house, "/ws/visitor", origin=None, additional_headers=twice) in (400, 403)


async def test_another_subprotocol_is_not_spoken(house: House) -> None:
    assert await refusal(house, "/ws/visitor", subprotocols=["livesupport.v0"]) == 400
    assert await refusal(house, "/ws/visitor", subprotocols=None) == 400


async def test_of_several_subprotocols_ours_is_chosen(house: House) -> None:
    try:
        async with house.knock("/ws/visitor", subprotocols=["other", SUBPROTOCOL]) as page:
            assert page.connection.subprotocol == SUBPROTOCOL
    except NegotiationError:  # pragma: no cover
        pytest.fail("the answer named a subprotocol that was not offered")


async def test_a_console_without_a_session_stays_out(house: House) -> None:
    assert await refusal(house, "/ws/agent") == 403
    assert await refusal(house, "/ws/agent", additional_headers={"cookie": "livesupport="}) == 403
    assert await refusal(house, "/ws/agent", additional_headers={"cookie": "other=secret-of-ana"}) == 403


async def test_a_visitors_token_opens_no_console(house: House) -> None:
    token = house.desk.ports.sign_token("visitor", "default", "chat", 1)
    assert await refusal(house, f"/ws/agent?token={token}", additional_headers={"authorization": f"Bearer {token}"}) == 403


async def test_a_console_whose_session_has_ended_is_told_so(house: House) -> None:
    async with house.knock("/ws/agent", additional_headers={"cookie": "livesupport=secret-of-yesterday"}) as page:
        assert await page.closed() == 4401


async def test_an_agents_cookie_makes_no_agent_of_a_visitor(house: House) -> None:
    async with house.knock("/ws/visitor", additional_headers=ANA) as page:
        await page.say("hello", site="default")
        assert "accept" not in (await page.hear("welcome"))["commands"]
        await page.say("intent", intent="available")
        assert (await page.hear("refused"))["code"] == "malformed"


async def test_whoever_says_no_hello_is_sent_away() -> None:
    async with open_house(Limits(hello_seconds=0.05)) as house, house.knock("/ws/visitor") as page:
        assert await page.closed() == 4401
        async with house.agent(hello=False) as ana:
            assert await ana.closed() == 4401


async def test_nothing_is_done_before_the_hello(house: House) -> None:
    async with house.agent() as ana, house.visitor(hello=False) as nino:
        await nino.say("start", id="start-of-nino-0001", name="Nino", phone="555123456", question="?")
        assert (await nino.next())["code"] == "hello_first"
        assert house.desk.stats().chats == 0
        await nino.say("hello", site="default")
        assert (await nino.next())["t"] == "welcome"
        await nino.say("start", id="start-of-nino-0001", name="Nino", phone="555123456", question="?")
        await ana.hear("offer")


async def test_whoever_was_greeted_may_be_silent() -> None:
    async with (
        open_house(Limits(hello_seconds=0.05)) as house,
        house.visitor() as nino,
        house.knock("/ws/visitor") as witness,
    ):
        assert await witness.closed() == 4401  # a hello's time has passed since Nino came, too
        await nino.say("rate", good=True)
        await nino.say("keep_waiting")
        assert nino.connection.close_code is None


async def test_a_site_that_does_not_exist_is_closed_for_good(house: House) -> None:
    async with house.visitor(hello=False) as nino:
        await nino.say("hello", site="elsewhere")
        assert (await nino.next())["code"] == "unknown_site"
        assert await nino.closed() == 4403


# ── addresses (T13) ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_one_address_opens_so_many_sockets_and_no_more() -> None:
    async with open_house(Limits(sockets_per_address=2)) as house:
        async with house.visitor(), house.visitor():
            forged = {"X-Forwarded-For": "198.51.100.77"}
            assert await refusal(house, "/ws/visitor", additional_headers=forged) == 429
            assert await refusal(house, "/ws/agent", additional_headers=ANA) == 429
        async with house.visitor(), house.agent():
            pass


async def test_behind_a_trusted_proxy_the_visitors_address_counts() -> None:
    async with (
        open_house(Limits(sockets_per_address=1), trusted_proxies=("127.0.0.1",)) as house,
        house.visitor(additional_headers={"X-Forwarded-For": "198.51.100.1"}),
    ):
        assert await refusal(house, "/ws/visitor", additional_headers={"X-Forwarded-For": "198.51.100.1"}) == 429
        async with house.visitor(additional_headers={"X-Forwarded-For": "198.51.100.2"}):
            pass


async def test_a_handshake_that_fails_keeps_no_seat() -> None:
    async with open_house(Limits(sockets_per_address=1)) as house:
        for _ in range(3):
            await refusal(house, "/ws/visitor", origin="https://evil.test")
            await refusal(house, "/ws/agent")
        async with house.visitor():
            pass


async def test_exempt_networks_are_not_counted() -> None:
    async with (
        open_house(Limits(sockets_per_address=1, sockets_per_visitor=1, exempt=("127.0.0.0/8",))) as house,
        house.visitor(),
        house.visitor(),
        house.visitor() as page,
    ):
        for _ in range(100):
            await page.say("typing")
        await page.say("rate", good=True)
        await page.say("hello", site="default")
        assert (await page.hear("refused"))["code"] == "not_allowed"


async def test_one_visitor_opens_so_many_tabs_and_no_more() -> None:
    async with open_house(Limits(sockets_per_visitor=2)) as house:
        token = house.desk.ports.sign_token("nino", "default", "chat-of-nino-0001", 1)
        async with house.visitor(token), house.visitor(token):
            async with house.visitor(token, hello=False) as third:
                await third.say("hello", site="default", token=token)
                assert await third.closed() == 4429
            async with house.visitor():
                pass
        async with house.visitor(token):
            pass


# ── sessions (T15) ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_end_of_a_session_is_the_end_of_its_consoles(house: House) -> None:
    async with house.agent("ana") as ana, house.agent("ana") as second, house.agent("ben") as ben:
        assert house.desk.sessions() == {"session-of-ana", "session-of-ben"}
        house.desk.close_sessions({"session-of-ana"})
        assert (await ana.closed(), await second.closed()) == (4401, 4401)
        await ben.say("intent", intent="away")
        await ben.hear("me", intent="away")
        assert house.desk.sessions() == {"session-of-ben"}


async def test_an_agent_who_is_disabled_loses_the_console(house: House) -> None:
    async with house.agent("ana") as ana:
        house.desk.set_directory([], [])
        assert await ana.closed() == 4403


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_database_that_fails_during_the_handshake_costs_the_handshake() -> None:
    async def broken(secret: str) -> SignedIn | None:
        raise OSError(f"no database for {secret}")

    with structlog.testing.capture_logs() as lines:
        async with open_house(authenticate=broken) as house:
            assert await refusal(house, "/ws/agent", additional_headers=ANA) == 500
            async with house.visitor():
                pass
    assert [line["event"] for line in lines] == ["handshake_failed"]


async def test_a_peer_that_speaks_before_the_answer_is_cut() -> None:
    asked, release = asyncio.Event(), asyncio.Event()

    async def slow(secret: str) -> SignedIn | None:
        asked.set()
        await release.wait()
        return None

    async with open_house(authenticate=slow) as house:
        reader, writer = await asyncio.open_connection(house.host, house.port)
        writer.write(
            f"GET /ws/agent HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: {house.origin}\r\n"
            f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nCookie: livesupport=x\r\n"
            f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n".encode()
        )
        await asked.wait()
        writer.write(masked(b"too early"))
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await reader.readexactly(1)
        release.set()
        writer.close()


async def test_after_the_handshake_nothing_of_it_is_kept(house: House) -> None:
    async with house.visitor():
        gc.collect()
        assert [each for each in gc.get_objects() if isinstance(each, SocketProtocol)] == []
        assert not house.state.tasks
        assert len(house.state.connections) == 1
