"""The reference client on a real server: it comes back by itself, loses nothing, and gives back what a dead server has lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from livesupport.client import AgentSession, ChatCopy, Client, VisitorSession, backoff, may_return
from livesupport.client.copy import RECORD_BYTES
from tests.mortal import mortal
from tests.serving import running


def line(seq: int, epoch: int = 1, **more: object) -> dict[str, object]:
    frame = {"t": "line", "chat": "c", "epoch": epoch, "seq": seq, "at": 1.0, "kind": "message", "by": "agent", "seal": "k.x"}
    return frame | more


def copy_of(*frames: dict[str, object]) -> ChatCopy:
    copy = ChatCopy("visitor", "c")
    for frame in frames:
        copy.hear(frame, json.dumps(frame))
    return copy


def no_wait() -> float:
    return 0.0


def test_it_waits_longer_from_try_to_try_and_never_gives_up() -> None:
    assert [backoff(tries, 0.5) for tries in (0, 1, 2, 3, 4, 5, 99)] == [0.5, 1, 2, 4, 8, 15, 15]
    assert [backoff(0, 0.0), backoff(0, 1.0)] == pytest.approx([0.35, 0.65])


def test_only_44xx_is_an_end() -> None:
    assert [may_return(code) for code in (None, 1001, 1006, 1013, 4399, 4400, 4499, 4508)] == [True] * 5 + [False] * 2 + [True]


def test_a_copy_knows_how_far_it_is_whole() -> None:
    assert copy_of().tip is None
    assert copy_of(line(1), line(2), line(5)).tip == {"epoch": 1, "seq": 2}
    assert copy_of(line(1), line(2), line(5)).has_gap
    assert copy_of(line(1), line(2), line(3, epoch=2)).tip == {"epoch": 2, "seq": 3}
    assert not copy_of(line(1), line(2), line(3, epoch=2)).has_gap


def test_a_copy_gives_back_the_very_texts_in_pages() -> None:
    copy = copy_of(*(line(seq, text="x" * 2000) for seq in range(1, 31)))

    first = copy.give_back(0)
    rest = copy.give_back(len(first["lines"]))
    assert (first["last"], len(first["lines"])) == (False, 11)
    assert [json.loads(raw)["seq"] for raw in first["lines"] + rest["lines"]] == list(range(1, 23))
    assert copy_of(line(1)).give_back(0)["last"]


@pytest.mark.parametrize(("more", "pages"), [(-1, [2]), (0, [2]), (1, [1, 1])])
def test_a_page_of_records_holds_24_kib_and_not_a_byte_more(more: int, pages: list[int]) -> None:
    copy = ChatCopy("visitor", "c")
    quotes = 2  # around the text of each record on the wire
    sizes = (RECORD_BYTES // 2, RECORD_BYTES - RECORD_BYTES // 2 + more)
    for seq, size in enumerate(sizes, start=1):
        copy.hear(line(seq), "x" * (size - quotes))

    first = copy.give_back(0)
    frames = [first] if first["last"] else [first, copy.give_back(len(first["lines"]))]
    assert [len(frame["lines"]) for frame in frames] == pages
    assert frames[-1]["last"]


def test_a_message_with_two_lines_is_shown_once() -> None:
    copy = copy_of(line(1, id="a"), line(2, id="b"), line(3, epoch=2, id="b"))

    assert [each["seq"] for each in copy.view] == [1, 2]
    assert len(copy.give_back(0)["lines"]) == 3


@pytest.mark.parametrize("taken_away", [{"t": "released"}, {"t": "erased", "reason": "visitor_erased"}])
def test_what_an_agent_said_too_late_is_handed_back(taken_away: dict[str, str]) -> None:
    ana = AgentSession()
    for frame in ({"t": "welcome"}, {"t": "chat", "chat": "c", "status": "active", "mine": True}, line(1)):
        ana.hear(json.dumps(frame))
    ana.say("c", "It was sent yesterday.")
    ana.say("c", "She is angry", kind="note")

    ana.hear(json.dumps({"chat": "c", **taken_away}))

    assert [(each["t"], each["chat"], each["text"]) for each in ana.unsent] == [
        ("say", "c", "It was sent yesterday."),
        ("note", "c", "She is angry"),
    ]
    assert not ana.chats


async def test_two_people_talk_and_both_see_the_same(tmp_path: Path) -> None:
    async with mortal(tmp_path / "data") as server:
        ana = Client(AgentSession(), server.url, server.cookies["ana"], no_wait)
        nino = Client(VisitorSession("default"), server.url, chance=no_wait)
        async with ana, nino:
            await talk(nino, ana)
            chat = nino.session.chat.id
            nino.send(*nino.session.say("One"))
            await ana.until(has(ana.session.chats[chat], "One"))
            ana.send(*ana.session.say(chat, "Two"))
            ana.send(*ana.session.say(chat, "Nobody else", kind="note"))

            for client, copy in ((nino, nino.session.chat), (ana, ana.session.chats[chat])):
                await client.until(has(copy, "One", "Two"))
            await ana.until(lambda: ana.session.chats[chat].notes)
            await nino.until(lambda: nino.session.chat.peer["received"] == max(nino.session.chat.lines)[1])
            assert nino.session.chat.view == ana.session.chats[chat].view
            assert not nino.session.chat.unsent
            assert not nino.session.chat.notes


async def test_the_server_dies_and_nothing_that_was_acknowledged_is_lost(tmp_path: Path) -> None:
    async with mortal(tmp_path / "data") as server:
        ana = Client(AgentSession(), server.url, server.cookies["ana"], no_wait)
        nino = Client(VisitorSession("default"), server.url, chance=no_wait)
        async with ana, nino:
            await talk(nino, ana)
            chat = nino.session.chat.id
            nino.send(*nino.session.say("Before"))
            await nino.until(has(nino.session.chat, "Before"))
            await ana.until(has(ana.session.chats[chat], "Before"))
            await server.stop()
            await nino.until(lambda: not nino.session.is_welcome)
            nino.send(*nino.session.say("Into the void"))
            await server.start()

            for client, copy in ((nino, nino.session.chat), (ana, ana.session.chats[chat])):
                await client.until(has(copy, "Before", "Into the void"))
            ana.send(*ana.session.say(chat, "After"))
            for client, copy in ((nino, nino.session.chat), (ana, ana.session.chats[chat])):
                await client.until(has(copy, "Before", "Into the void", "After"))
            assert len({epoch for epoch, _ in nino.session.chat.lines}) == 2
            assert nino.session.chat.state["agent"] == "Ana"
            assert nino.session.chat.view == ana.session.chats[chat].view


async def test_a_client_that_is_told_to_stay_away_does_not_come_back(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as server:
        eve = Client(VisitorSession("no such site"), server.url, chance=no_wait)
        await eve.run()

    assert eve.code == 4403


async def talk(nino: Client[VisitorSession], ana: Client[AgentSession]) -> None:
    """Nino asks, and Ana takes the chat."""
    await ana.until(lambda: ana.session.is_welcome)
    await nino.until(lambda: nino.session.is_welcome)
    await nino.until(lambda: nino.session.service.get("state") == "open")
    nino.send(nino.session.start("Nino", "+995555123456", "Where is my order?"))
    await ana.until(lambda: ana.session.offers)
    ana.send(ana.session.accept(next(iter(ana.session.offers))))
    await nino.until(lambda: nino.session.chat.state.get("status") == "active")
    await ana.until(lambda: ana.session.chats)


def has(copy: ChatCopy, *texts: str) -> Callable[[], bool]:
    """Whether all this was said, in this order, after the question."""
    return lambda: [line["text"] for line in copy.view if line["kind"] == "message"] == list(texts)
