"""A visitor in a real browser decides whether the chat is saved: as a request, as a copy of their own, or not at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.house import BrowserHouse
from tests.browser.visitor import NOT_SAVED, QUESTION, answer, talking, visitor


async def test_an_armed_saving_is_counted_down_and_then_true_in_the_data_line(house: BrowserHouse) -> None:
    nino, ana, chat = await talking(house)
    await ana.say("convert", chat=chat)

    await expect(nino.text("Ana is saving this chat as a request.")).to_be_visible()
    await expect(nino.panel.get_by_role("timer").first).to_have_text(re.compile(r"0:0[0-5]"))
    await expect(nino.data_line).to_have_text(NOT_SAVED)

    await nino.button("Save now").click()
    await expect(nino.data_line).to_have_text(re.compile(r"Saved as request #1001-7 at \d+:\d\d.*\."))

    answer_at = nino.panel.get_by_label("Where shall we send the answer?")  # the chat goes on
    await answer_at.fill("nino@example")
    await answer(ana, chat, "Saved.")
    await nino.said("Saved.").wait_for()
    await expect(answer_at).to_have_value("nino@example")
    await answer_at.fill("nino@example.org")
    await nino.button("Answer me by e-mail").click()
    await expect(nino.text("We have sent a link to nino@example.org.")).to_be_visible()
    await nino.button("Put away").click()
    await expect(answer_at).to_have_count(0)


async def test_a_refused_saving_is_not_done(house: BrowserHouse) -> None:
    nino, ana, chat = await talking(house)
    await ana.say("convert", chat=chat)

    await nino.button("Refuse").click()

    await expect(nino.text("You declined. The chat is not saved.")).to_be_visible()
    await expect(nino.data_line).to_have_text(NOT_SAVED)
    assert (await ana.hear("chat", chat=chat, refused=True))["refused"]


@pytest.mark.parametrize("settings", [{"chat__convert": "ask"}])
async def test_where_the_visitor_is_asked_nothing_is_saved_without_a_yes(house: BrowserHouse) -> None:
    nino, ana, chat = await talking(house)
    await ana.say("convert", chat=chat)
    await expect(nino.text("Ana would like to save this chat as a request.")).to_be_visible()

    await nino.button("Save as request").click()

    await expect(nino.data_line).to_contain_text("Saved as request #1001-7 at")


@pytest.mark.parametrize("settings", [{"chat__convert": "recorded"}])
async def test_where_chats_are_recorded_the_data_line_says_so_before_the_first_message(house: BrowserHouse) -> None:
    nino = await visitor(house)
    await house.agent("ana")
    await nino.open()

    await expect(nino.data_line).to_have_text("Erased within 3 minutes of leaving; our team may save it as a request.")


async def test_a_pasted_image_offers_a_request_to_attach_it_to(house: BrowserHouse) -> None:
    nino, _ana, _chat = await talking(house)
    await nino.message.evaluate("""(box) => {
      const data = new DataTransfer();
      data.items.add(new File(["x"], "shot.png", { type: "image/png" }));
      box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }""")

    await expect(nino.text("Chats carry text only.")).to_be_visible()
    await nino.button("Save as request").click()
    await expect(nino.data_line).to_contain_text("Saved as request #1001-7")


async def test_a_copy_is_saved_on_the_visitors_own_device(house: BrowserHouse, tmp_path: Path) -> None:
    nino, ana, chat = await talking(house)
    await answer(ana, chat, "გამარჯობა, سلام")
    await nino.said("გამარჯობა, سلام").wait_for()
    await nino.menu.click()
    async with nino.page.expect_download() as waiting:
        await nino.button("Save a copy").click()
    download = await waiting.value
    await download.save_as(tmp_path / "copy.txt")

    copy = (tmp_path / "copy.txt").read_text("utf-8-sig").splitlines()
    assert re.fullmatch(r"chat-\d{4}-\d\d-\d\d\.txt", download.suggested_filename)
    assert copy[:3] == ["Kiln & Leaf", NOT_SAVED, ""]
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d  "
    expected = [f"Nino: {QUESTION}", "Ana is here.", "Ana: Good day, Nino.", "Ana: გამარჯობა, سلام"]
    assert all(re.fullmatch(stamp + re.escape(words), line) for words, line in zip(expected, copy[3:], strict=True))
