"""The box one writes in and the list of what was said."""

from __future__ import annotations

from typing import Any

import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.lab import lab

COMPOSER = """async () => {
  const { Composer } = await import("/shared/composer.js");
  window.sent = []; window.typing = []; window.images = 0;
  window.composer = new Composer({ label: "Write", limit: 20, onSend: (text) => sent.push(text),
                                   onTyping: (on) => typing.push(on), onImage: () => images++ });
  document.body.append(composer.element);
}"""
LIST = """async () => {
  const { MessageList } = await import("/shared/message-list.js");
  const { newChat, reduce } = await import("/shared/chat-state.js");
  window.list = new MessageList({ describe: (line) => line.kind === "left" ? null : line.kind, label: "Conversation",
                                  onRetry: (id) => (window.retried = id), onDiscard() {}, refusal: (code) => code });
  list.element.style.blockSize = "400px";
  document.body.append(list.element);
  window.chat = newChat("visitor");
  window.show = (...frames) => { for (const frame of frames) chat = reduce(chat, frame, 0); list.update(chat); };
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def page(profile: BrowserContext) -> Page:
    return await lab(profile)


@pytest_asyncio.fixture(loop_scope="session")
async def box(page: Page) -> Page:
    await page.evaluate(COMPOSER)
    return page


@pytest_asyncio.fixture(loop_scope="session")
async def log(page: Page) -> Page:
    await page.evaluate(LIST)
    return page


# ── the box ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_enter_sends_and_shift_enter_breaks_the_line(box: Page) -> None:
    await box.get_by_label("Write").press_sequentially("one")
    await box.keyboard.press("Shift+Enter")
    await box.keyboard.type("two ")
    await box.keyboard.press("Enter")

    assert await box.evaluate("sent") == ["one\ntwo"]
    await expect(box.get_by_label("Write")).to_have_value("")


async def test_enter_belongs_to_the_input_method_while_it_composes(box: Page) -> None:
    await box.get_by_label("Write").fill("かな")
    for details in ({"isComposing": True}, {"keyCode": 229}):
        await box.get_by_label("Write").dispatch_event("keydown", {"key": "Enter", **details})

    assert await box.evaluate("sent") == []


async def test_nothing_empty_and_nothing_too_long_is_sent_and_length_is_counted_in_code_points(box: Page) -> None:
    write = box.get_by_label("Write")
    await write.fill("   ")
    await write.press("Enter")
    await write.fill("👍" * 21)
    await write.press("Enter")
    await expect(box.get_by_role("status")).to_have_text("1 character too many")
    assert await box.evaluate("sent") == []

    await write.fill("👍" * 20)
    await expect(box.get_by_role("status")).to_have_text("0 characters left")
    await write.press("Enter")
    assert await box.evaluate("sent") == ["👍" * 20]


async def test_what_may_not_be_sent_stays_in_the_box(box: Page) -> None:
    await box.get_by_label("Write").fill("later")
    await box.evaluate("composer.enable(false)")
    await box.get_by_label("Write").press("Enter")

    await expect(box.get_by_label("Write")).to_have_value("later")
    await expect(box.get_by_role("button", name="Send")).to_be_disabled()


async def test_typing_is_told_at_most_every_three_seconds_and_once_when_it_stops(profile: BrowserContext) -> None:
    page = await lab(profile)
    await page.clock.install(time=0)
    await page.clock.pause_at(100_000)
    await page.evaluate(COMPOSER)
    write = page.get_by_label("Write")

    await write.press_sequentially("abc")
    assert await page.evaluate("typing") == [True]
    await page.clock.run_for(3000)
    await write.press_sequentially("d")
    assert await page.evaluate("typing") == [True, True]
    await write.fill("")
    assert await page.evaluate("typing") == [True, True, False]


async def test_a_pasted_image_is_noticed_and_pasted_text_is_just_text(box: Page) -> None:
    paste = """(withText) => {
      const data = new DataTransfer();
      data.items.add(new File(["x"], "shot.png", { type: "image/png" }));
      if (withText) data.setData("text/plain", "words");
      composer.input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }"""
    await box.evaluate(paste, True)
    assert await box.evaluate("images") == 0

    await box.evaluate(paste, False)
    assert await box.evaluate("images") == 1


async def test_the_box_grows_to_five_lines_and_no_further(box: Page) -> None:
    write = box.get_by_label("Write")
    heights = []
    for lines in (1, 3, 5, 9):
        await write.fill("x\n" * (lines - 1) + "x")
        heights.append(await write.evaluate("(box) => box.offsetHeight"))

    one, three, five, nine = heights
    assert one < three < five == nine


# ── the list ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def line(seq: int, by: str, text: str = "", *, at: float | None = None, kind: str = "message", **more: Any) -> dict[str, Any]:
    return {
        "t": "line",
        "chat": "c",
        "epoch": 1,
        "seq": seq,
        "at": at or 1000 + seq,
        "kind": kind,
        "by": by,
        "text": text,
        **more,
    }


async def show(page: Page, *frames: dict[str, Any]) -> None:
    await page.evaluate("(frames) => show(...frames)", list(frames))


async def test_messages_of_one_author_within_three_minutes_stand_together(log: Page) -> None:
    await show(
        log,
        *(line(1, "agent", "a", name="Ana"), line(2, "agent", "b", name="Ana"), line(3, "agent", "c", name="Ben")),
        *(line(4, "agent", "d", name="Ben", at=2000), line(5, "visitor", "e", at=2001)),
    )

    assert await log.locator(".entry.first .bubble").all_inner_texts() == ["a", "c", "d", "e"]
    assert await log.locator(".author:visible").all_inner_texts() == ["Ana", "Ben", "Ben"]
    assert await log.locator("time").count() == 4


async def test_ticks_stand_under_the_last_own_message_only(log: Page) -> None:
    await show(log, line(1, "visitor", "a"), line(2, "visitor", "b"), line(3, "agent", "c"))

    assert await log.locator(".meta.sent").count() == 1
    await show(log, {"t": "receipt", "chat": "c", "by": "agent", "received": 3, "seen": 2})
    assert await log.locator(".entry:has(.meta.seen) .bubble").all_inner_texts() == ["b"]


async def test_a_message_keeps_its_place_and_its_node_when_it_is_acknowledged(log: Page) -> None:
    await show(log, line(1, "agent", "a"), {"t": "own", "id": "i" * 22, "text": "mine", "ref": 1})
    await log.evaluate("window.node = document.querySelector('.mine')")
    await expect(log.locator(".meta.sending")).to_be_visible()

    await show(log, line(2, "visitor", "mine", id="i" * 22))

    assert await log.evaluate("node === document.querySelector('.mine') && node.isConnected")
    await expect(log.locator(".meta.sent")).to_be_visible()


async def test_a_message_that_was_not_sent_can_be_tried_again(log: Page) -> None:
    await show(log, line(1, "agent", "a"), {"t": "own", "id": "i" * 22, "text": "mine", "ref": 1})
    await log.evaluate("chat = { ...chat, own: chat.own.map((mine) => ({ ...mine, status: 'unsent' })) }; list.update(chat)")

    await expect(log.get_by_text("Not sent")).to_be_visible()
    await log.get_by_role("button", name="Try again").click()

    assert await log.evaluate("retried") == "i" * 22


async def test_the_newest_line_stays_in_sight_unless_one_reads_back(log: Page) -> None:
    await show(log, *(line(seq, "agent", f"line {seq}") for seq in range(1, 60)))
    await expect(log.get_by_text("line 59", exact=True)).to_be_in_viewport()

    await log.evaluate("list.log.scrollTop = 0")
    await log.wait_for_function("!list.stuck")
    await show(log, line(60, "agent", "line 60"))
    await expect(log.get_by_text("line 60", exact=True)).not_to_be_in_viewport()
    await log.get_by_role("button", name="New messages").click()
    await expect(log.get_by_text("line 60", exact=True)).to_be_in_viewport()

    await log.evaluate("list.element.style.blockSize = '200px'")
    await expect(log.get_by_text("line 60", exact=True)).to_be_in_viewport()


async def test_it_is_a_log_and_what_happened_has_words(log: Page) -> None:
    await show(log, line(1, "server", kind="assigned"), line(2, "server", kind="left"))

    await expect(log.get_by_role("log", name="Conversation")).to_be_visible()
    assert await log.locator(".event span").all_inner_texts() == ["assigned"]


async def test_five_hundred_lines_are_drawn_once_each(log: Page) -> None:
    await show(log, *(line(seq, "agent", f"{seq}") for seq in range(1, 501)))
    await log.evaluate("""() => {
      window.changed = 0;
      new MutationObserver((records) => (changed += records.length)).observe(list.log, { childList: true, subtree: true });
    }""")

    await show(log, line(501, "visitor", "the last"))
    await log.wait_for_function("changed > 0")

    assert await log.locator(".entry").count() == 501
    assert await log.evaluate("changed") < 5
