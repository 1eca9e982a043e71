"""Hostile peers beside two who talk: what one of them says is written to the other within the very call that reads it, whatever
the others do, and no healthy connection is closed (G8). How long it takes is measured in bench/."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from livesupport.chat.protocol import CloseCode
from livesupport.live.receivers import VisitorReceiver
from livesupport.live.transport import Socket
from tests.live.house import House, Page
from tests.live.test_talk import match

WORDS = 10
BOTH = 2  # Nino, whose tick it is, and Ana; a second console of hers is one more


@pytest.fixture
def writings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """For each of Nino's words: to how many sockets they were written before the call returned that read them."""
    written: list[bytes] = []
    counts: list[int] = []
    flush, frame = Socket.flush, VisitorReceiver.frame

    def flush_and_count(socket: Socket) -> None:
        written.append(b"".join(socket.outbox))
        flush(socket)

    def frame_and_count(receiver: VisitorReceiver, payload: bytes) -> None:
        before = len(written)
        frame(receiver, payload)
        if b'"word ' in payload:
            counts.append(sum(b'"text":"word ' in each for each in written[before:]))

    monkeypatch.setattr(Socket, "flush", flush_and_count)
    monkeypatch.setattr(VisitorReceiver, "frame", frame_and_count)
    return counts


async def floods(peer: Page) -> None:
    """As many frames as it can send."""
    for _ in range(1000):
        await peer.say("typing", on=True)


async def throws_a_bomb(peer: Page) -> None:
    """A frame that is far too large."""
    await peer.send("x" * 2**20)


@pytest.mark.parametrize(("misdeed", "code"), [(floods, CloseCode.TOO_FAST), (throws_a_bomb, 1009)])
async def test_beside_a_hostile_visitor_every_word_is_passed_on_at_once(
    house: House, writings: list[int], misdeed: Callable[[Page], Coroutine[Any, Any, None]], code: int
) -> None:
    async with house.agent() as ana, house.visitor() as nino, house.visitor() as mallory:
        await match(nino, ana)
        misbehaving = asyncio.create_task(misdeed(mallory))
        await talk(nino, ana)
        await asyncio.gather(misbehaving, return_exceptions=True)  # it is cut in the middle of it
        assert await mallory.closed() == code

    assert writings == [BOTH] * WORDS


async def test_beside_a_console_that_reads_nothing_every_word_is_passed_on_at_once(house: House, writings: list[int]) -> None:
    console = {"cookie": "livesupport=secret-of-ana"}
    async with (
        house.agent() as ana,
        house.visitor() as nino,
        house.knock("/ws/agent", additional_headers=console, max_queue=1) as deaf,
    ):
        await deaf.say("hello")
        await match(nino, ana)
        await talk(nino, ana)
        deaf.connection.transport.abort()  # it would not hear a farewell

    assert writings == [BOTH + 1] * WORDS


async def talk(nino: Page, ana: Page) -> None:
    """Nino speaks, as fast as she may; both hear all of it, in order."""
    for number in range(WORDS):
        await nino.say("say", id=f"word-{number:020}", text=f"word {number}")
        for page in (nino, ana):
            assert (await page.hear("line", kind="message"))["text"] == f"word {number}"
