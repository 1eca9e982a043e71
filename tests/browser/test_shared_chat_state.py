"""The pure state of a chat, in the browser that runs it: what a page shows after each frame."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page

from tests.browser.lab import lab

Frames = list[dict[str, Any]]

PLAY = """async ({ me, frames }) => {
  const { newChat, reduce, shownLines, unread, nextTick, toResend, delivery } = await import("/shared/chat-state.js");
  let state = newChat(me), now = 0;
  for (const { wait = 0, ...frame } of frames) state = reduce(state, frame, now += wait);
  return { ...state, shown: shownLines(state).map((line) => line.seq),
           unread: unread(state), nextTick: nextTick(state), resend: toResend(state).map((mine) => mine.id),
           delivery: state.lines.map((line) => delivery(state, line)) };
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def page(profile: BrowserContext) -> Page:
    return await lab(profile)


async def play(page: Page, frames: Frames, me: str = "visitor") -> dict[str, Any]:
    """The state of a fresh chat after these frames; `wait` is the seconds before one."""
    state: dict[str, Any] = await page.evaluate(PLAY, {"me": me, "frames": frames})
    return state


def line(seq: int, by: str = "agent", *, epoch: int = 1, kind: str = "message", chat: str = "c", **more: Any) -> dict[str, Any]:
    return {
        "t": "line",
        "chat": chat,
        "epoch": epoch,
        "seq": seq,
        "at": 1000 + seq,
        "kind": kind,
        "by": by,
        "text": f"{seq}",
        **more,
    }


def own(id: str = "a" * 22, ref: int = 1) -> dict[str, Any]:
    return {"t": "own", "id": id, "text": "hello", "ref": ref}


async def test_lines_stand_in_order_of_epoch_and_number_each_once(page: Page) -> None:
    state = await play(page, [line(1), line(2), line(2), {"t": "lines", "chat": "c", "count": 2}, line(3, epoch=2), line(1)])

    assert [(each["epoch"], each["seq"]) for each in state["lines"]] == [(1, 1), (1, 2), (2, 3)]
    assert state["tip"] == {"epoch": 2, "seq": 3}
    assert state["gap"] is False


async def test_a_missing_line_is_noticed_and_the_tip_stays_before_it(page: Page) -> None:
    gap = [line(1), line(2), line(5), line(6)]

    state = await play(page, gap)
    assert (state["gap"], state["tip"]["seq"]) == (True, 2)

    state = await play(page, [*gap, {"t": "lines", "chat": "c", "count": 4}, line(3), line(4), line(5), line(6)])
    assert (state["gap"], state["tip"]["seq"]) == (False, 6)
    assert [each["seq"] for each in state["lines"]] == [1, 2, 3, 4, 5, 6]


async def test_a_line_that_was_found_later_takes_its_place_and_leaves_no_gap(page: Page) -> None:
    state = await play(page, [line(1), line(2), line(3, epoch=2), line(3)])

    assert [(each["epoch"], each["seq"]) for each in state["lines"]] == [(1, 1), (1, 2), (1, 3), (2, 3)]
    assert (state["gap"], state["tip"]) == (False, {"epoch": 2, "seq": 3})


async def test_a_message_that_was_sent_again_is_shown_once_and_given_back_twice(page: Page) -> None:
    twice = [line(1), line(2, "agent", id="m" * 22), line(2, "agent", id="m" * 22, epoch=2)]
    state = await play(page, twice)

    assert len(state["lines"]) == 3
    assert state["shown"] == [1, 2]
    assert state["unread"] == 2


async def test_a_reset_forgets_what_was_shown_and_keeps_what_is_not_sent(page: Page) -> None:
    state = await play(
        page, [line(1), line(2), own(), {"t": "lines", "chat": "c", "count": 1, "reset": True}, line(1, epoch=7)]
    )

    assert [(each["epoch"], each["seq"]) for each in state["lines"]] == [(7, 1)]
    assert [each["id"] for each in state["own"]] == ["a" * 22]


async def test_an_own_message_is_sending_until_its_line_comes_back(page: Page) -> None:
    state = await play(page, [line(1), own()])
    assert state["own"][0]["status"] == "sending"

    state = await play(page, [line(1), own(), line(2, "visitor", id="a" * 22)])
    assert state["own"] == []
    assert len(state["lines"]) == 2

    somebody_elses = await play(page, [line(1), own(), line(2, "agent", id="a" * 22)])
    assert len(somebody_elses["own"]) == 1


async def test_ten_seconds_without_an_answer_make_a_message_unsent_and_a_retry_keeps_its_id(page: Page) -> None:
    late = [line(1), own(), {"t": "tick", "wait": 10}]

    state = await play(page, late)
    assert state["own"][0]["status"] == "unsent"
    assert state["resend"] == ["a" * 22]

    state = await play(page, [*late, {"t": "resend", "id": "a" * 22}])
    assert state["own"][0]["status"] == "sending"
    assert state["own"][0]["id"] == "a" * 22
    assert state["nextTick"] == 20


async def test_a_refused_message_says_why_and_is_not_sent_again_by_itself(page: Page) -> None:
    state = await play(page, [line(1), own(ref=4), {"t": "refused", "ref": 4, "code": "chat_full"}])

    assert (state["own"][0]["status"], state["own"][0]["code"]) == ("refused", "chat_full")
    assert state["resend"] == []
    assert (await play(page, [line(1), own(), {"t": "discard", "id": "a" * 22}]))["own"] == []


async def test_receipts_turn_sent_into_delivered_and_seen(page: Page) -> None:
    lines = [line(seq, "visitor") for seq in (1, 2, 3)]
    state = await play(page, [*lines, {"t": "receipt", "chat": "c", "by": "agent", "received": 2, "seen": 1}])

    assert state["delivery"] == ["seen", "delivered", "sent"]


async def test_what_was_looked_at_is_not_unread_and_another_tab_of_mine_counts_too(page: Page) -> None:
    lines = [line(1, "visitor"), line(2), line(3, "server", kind="armed"), line(4)]

    assert (await play(page, lines))["unread"] == 2
    assert (await play(page, [*lines, {"t": "look"}]))["unread"] == 0
    assert (await play(page, [*lines, {"t": "receipt", "chat": "c", "by": "visitor", "received": 4, "seen": 2}]))["unread"] == 1


async def test_typing_ends_by_itself_by_a_message_and_when_the_agent_is_gone(page: Page) -> None:
    typing = [line(1), {"t": "typing", "chat": "c", "by": "agent"}]

    assert (await play(page, typing))["typingUntil"] == 6
    assert (await play(page, [*typing, {"t": "tick", "wait": 6}]))["typingUntil"] is None
    assert (await play(page, [*typing, line(2)]))["typingUntil"] is None
    assert (await play(page, [*typing, {"t": "typing", "chat": "c", "by": "agent", "on": False}]))["typingUntil"] is None
    gone = {"t": "chat", "chat": "c", "status": "active", "agent_gone": True}
    assert (await play(page, [*typing, gone]))["typingUntil"] is None
    assert (await play(page, [line(1), {"t": "typing", "chat": "c", "by": "visitor"}]))["typingUntil"] is None


async def test_frames_of_another_chat_and_unknown_frames_change_nothing(page: Page) -> None:
    before = await play(page, [line(1)])

    assert await play(page, [line(1), line(2, chat="other"), {"t": "horoscope", "chat": "c"}]) == before


async def test_notes_are_kept_apart_from_lines_and_answer_the_agents_own(page: Page) -> None:
    note = {"t": "note", "chat": "c", "seq": 1, "at": 1001, "name": "Ana", "text": "VIP", "id": "n" * 22}
    state = await play(page, [line(1), {**own("n" * 22), "kind": "note"}, note, note], me="agent")

    assert [each["text"] for each in state["notes"]] == ["VIP"]
    assert state["own"] == []
    assert state["tip"]["seq"] == 1


PAGES = """async (sizes) => {
  const { recordsOf } = await import("/shared/records.js");
  const quotes = 2; // around the text of each record on the wire
  const chat = { chat: "c", notes: [], lines: sizes.map((size) => ({ raw: "ж" + "x".repeat(size - quotes - 2) })) };
  const pages = [];
  for (let after = 0, last = false; !last; ) {
    const page = recordsOf(chat, after);
    pages.push(page.lines.length);
    after += page.lines.length;
    last = page.last;
  }
  return pages;
}"""


@pytest.mark.parametrize(("more", "pages"), [(-1, [2]), (0, [2]), (1, [1, 1])])
async def test_a_page_of_records_holds_24_kib_and_not_a_byte_more(page: Page, more: int, pages: list[int]) -> None:
    """Bytes of UTF-8, as the server counts them."""
    assert await page.evaluate(PAGES, [12 * 1024, 12 * 1024 + more]) == pages
