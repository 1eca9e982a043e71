"""The console's parts that decide without a server: which chats stand side by side, which ready answers fit, what is news."""

from __future__ import annotations

import math
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page

from tests.browser.lab import lab

ARRANGE = """async ({ shown, open, recent, places }) =>
  (await import("/console/conversations.js")).arrange(shown, open, recent, places)"""
MATCHING = """async ({ canned, typed }) =>
  (await import("/shared/canned.js")).matching(canned, typed).map(({ shortcut }) => shortcut)"""
DESK = """async (frames) => {
  const { Desk } = await import("/console/desk.js");
  const desk = new Desk();
  const news = frames.flatMap((frame, now) => desk.hear(frame, now)).map(({ what }) => what);
  return { news, chats: [...desk.chats.keys()], offers: [...desk.offers.keys()], unread: desk.unread, tips: desk.tips() };
}"""
ALONE = """async ([frames, seconds]) => {
  const { Desk } = await import("/console/desk.js");
  const desk = new Desk();
  for (const frame of frames) desk.hear(frame, 0);
  desk.alone(0);
  desk.alone(300);
  const news = desk.expire(seconds).map(({ what }) => what);
  return { news, due: desk.due, text: JSON.stringify([[...desk.chats.values()], desk.queue]) };
}"""
PENDING = """async ([command, [before, push]]) => {
  const [{ Desk }, { Pending }] = await Promise.all([import("/console/desk.js"), import("/console/pending.js")]);
  const [desk, pending, told] = [new Desk(), new Pending(), []];
  desk.hear(before, 0);
  pending.add(7, { chat: "c", ...command }, 0);
  desk.hear({ chat: "c", ...push }, 1);
  pending.settle(desk);
  pending.expire(9.9, () => told.push("too early"));
  pending.expire(10, (frame) => (told.push(frame.t), () => told.push("taken back")));
  pending.expire(11, () => told.push("twice"));
  desk.hear({ t: "released", chat: "c" }, 12);
  pending.settle(desk);
  return told;
}"""
INACTIVE = """async () => {
  window.inactive = 0;
  window.show = (on) => {
    Object.defineProperty(document, "hidden", { value: !on, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  };
  (await import("/console/inactivity.js")).watchInactivity(60, () => (inactive += 1));
}"""
CHAT = {"t": "chat", "chat": "c", "status": "active", "site": "Shop", "visitor": {"name": "Nino", "phone": "", "question": "?"}}
OFFER = {"t": "offer", "chat": "c", "question": "?", "waited": 3, "expires_in": 30}
WELCOME = {"t": "welcome", "name": "Ana"}


@pytest_asyncio.fixture(loop_scope="session")
async def page(profile: BrowserContext) -> Page:
    return await lab(profile)


def line(seq: int, by: str = "visitor") -> dict[str, Any]:
    return {"t": "line", "chat": "c", "epoch": 1, "seq": seq, "at": seq, "kind": "message", "by": by, "text": f"{seq}"}


async def hear(page: Page, *frames: dict[str, Any]) -> Any:
    """What a fresh desk makes of these pushes."""
    return await page.evaluate(DESK, frames)


@pytest.mark.parametrize(
    ("shown", "recent", "places", "expected"),
    [
        ([], ["b"], 1, ["b"]),
        (["a"], ["c", "a", "b"], 1, ["c"]),  # the selected one is always in sight
        (["a", "b"], ["b", "a"], 2, ["a", "b"]),  # selecting what is in sight moves nothing
        (["a", "b"], ["c", "b", "a"], 2, ["b", "c"]),  # the one looked at longest ago gives way
        (["a", "b"], ["b"], 4, ["a", "b", "c"]),  # room for all
        (["x", "b"], ["b"], 2, ["a", "b"]),  # one has ended
    ],
)
async def test_chats_keep_their_places_side_by_side(
    page: Page, shown: list[str], recent: list[str], places: int, expected: list[str]
) -> None:
    given = {"shown": shown, "open": ["a", "b", "c"], "recent": recent, "places": places}
    assert await page.evaluate(ARRANGE, given) == expected


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("/", ["hello", "number", "bye"]),
        ("/NU", ["number"]),
        ("/e", ["hello", "number", "bye"]),
        ("/order", ["number"]),  # by its text
        ("/b", ["bye", "number"]),  # what begins so comes first
        ("/hello there", []),
        ("see /hello", []),
        ("", []),
    ],
)
async def test_a_slash_finds_ready_answers_by_shortcut_and_by_text(page: Page, typed: str, found: list[str]) -> None:
    canned = [
        {"shortcut": "hello", "text": "Good day"},
        {"shortcut": "number", "text": "Your order number?"},
        {"shortcut": "bye", "text": "See you"},
    ]
    assert await page.evaluate(MATCHING, {"canned": canned, "typed": typed}) == found


async def test_an_offer_is_news_once_and_rings_no_longer_when_the_chat_comes(page: Page) -> None:
    desk = await hear(page, OFFER, OFFER, CHAT)
    assert desk["news"] == ["offered", "opened"]
    assert desk["offers"] == []
    assert desk["chats"] == ["c"]


async def test_a_new_welcome_forgets_offers_of_the_lost_connection(page: Page) -> None:
    assert (await hear(page, OFFER, WELCOME))["offers"] == []


async def test_messages_of_the_visitor_are_news_and_unread_until_seen(page: Page) -> None:
    desk = await hear(page, CHAT, line(1), line(2, "agent"), line(3))
    assert desk["news"] == ["opened", "message", "message"]
    assert desk["unread"] == 2
    assert desk["tips"] == {"c": {"epoch": 1, "seq": 3}}
    seen = {"t": "receipt", "chat": "c", "by": "agent", "received": 3, "seen": 3}
    assert (await hear(page, CHAT, line(1), seen))["unread"] == 0


async def test_a_hand_over_that_was_not_taken_is_news(page: Page) -> None:
    assert (await hear(page, CHAT, {**CHAT, "transfer_to": "Ben"}, CHAT))["news"] == ["opened", "kept"]


async def test_what_is_erased_or_released_is_forgotten(page: Page) -> None:
    for end in ({"t": "erased", "chat": "c", "reason": "visitor_left"}, {"t": "released", "chat": "c"}):
        desk = await hear(page, CHAT, line(1), end)
        assert desk["news"][-1] == end["t"]
        assert desk["chats"] == []
        assert desk["tips"] == {}


async def test_ten_minutes_without_a_connection_leave_nothing_of_what_visitors_said(page: Page) -> None:
    frames = [CHAT, line(1), {"t": "queue", "waiting": [{"chat": "w", "question": "a question"}]}]
    before = await page.evaluate(ALONE, [frames, 599])
    assert before["news"] == []
    assert before["due"] == 600
    assert "a question" in before["text"]

    assert await page.evaluate(ALONE, [frames, 600]) == {"news": ["outdated"], "due": math.inf, "text": "[[],[]]"}


EFFECTS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"t": "accept"}, CHAT),
    ({"t": "decline"}, {"t": "offer_closed", "reason": "declined"}),
    ({"t": "convert"}, {**CHAT, "armed_in": 5}),
    ({"t": "convert"}, {**CHAT, "saving": True}),
    ({"t": "end"}, {**CHAT, "ending_in": 10}),
    ({"t": "undo_end"}, CHAT),
    ({"t": "pin", "on": True}, {**CHAT, "pinned": True}),
    ({"t": "pin", "on": False}, CHAT),
    ({"t": "transfer", "agent": 2}, {**CHAT, "transfer_to": "Ben"}),
    ({"t": "transfer", "topic": 2}, {"t": "released"}),
    ({"t": "withdraw"}, CHAT),
    ({"t": "requeue"}, {"t": "released"}),
    ({"t": "block"}, {"t": "erased", "reason": "blocked"}),
    ({"t": "join"}, {**CHAT, "mine": False}),
    ({"t": "take_over"}, CHAT),
    ({"t": "leave"}, {"t": "released"}),
    ({"t": "intent", "intent": "away"}, {"t": "me", "intent": "away"}),
]
UNRELATED = {"t": "typing", "by": "visitor"}


async def test_a_command_is_done_when_its_effect_is_seen(page: Page) -> None:
    told = [await pending(page, command, effect) for command, effect in EFFECTS]
    assert told == [[]] * len(EFFECTS)


async def test_a_command_without_effect_is_told_once_after_ten_seconds_until_there_is_one(page: Page) -> None:
    for command in ({"t": "convert"}, {"t": "end"}, {"t": "pin", "on": True}, {"t": "requeue"}, {"t": "block"}):
        assert await pending(page, command, UNRELATED) == [command["t"], "taken back"]


async def pending(page: Page, command: dict[str, Any], push: dict[str, Any]) -> Any:
    """What a person is told of a command that this push follows."""
    return await page.evaluate(PENDING, [command, [CHAT, push]])


async def test_only_time_in_sight_without_a_touch_counts_as_inactivity(page: Page) -> None:
    await page.clock.install(time=0)
    await page.clock.pause_at(1)
    await page.evaluate(INACTIVE)
    await page.clock.run_for(50_000)
    await page.evaluate("dispatchEvent(new Event('pointermove'))")
    await page.clock.run_for(50_000)
    assert await page.evaluate("inactive") == 0

    await page.evaluate("show(false)")
    await page.clock.run_for(600_000)
    await page.evaluate("show(true)")
    await page.clock.run_for(58_000)
    assert await page.evaluate("inactive") == 0

    await page.clock.run_for(2000)
    assert await page.evaluate("inactive") == 1


async def test_pushes_that_nobody_knows_change_nothing(page: Page) -> None:
    desk = await hear(page, {"t": "weather", "chat": "c"}, line(1), {"t": "typing", "chat": "x", "by": "visitor"})
    assert desk["news"] == []
    assert desk["chats"] == []
