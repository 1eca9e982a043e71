"""How a chat ends in the panel, by whom, and what is left of it there."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.house import BrowserHouse
from tests.browser.network import Network
from tests.browser.visitor import QUESTION, answered, panel_of, talking

EVERYTHING = "document.documentElement.outerHTML + [...document.querySelectorAll('input, textarea')].map((box) => box.value)"


async def test_an_ending_is_announced_and_who_is_not_finished_stops_it(house: BrowserHouse) -> None:
    nino, ana, chat = await talking(house)
    await ana.say("end", chat=chat)
    await expect(nino.text("Ana is ending the chat.")).to_be_visible()

    await nino.button("I am not finished").click()

    await expect(nino.panel.locator(".notice")).to_have_count(0)
    while "ending_in" in await ana.hear("chat", chat=chat, status="active"):
        pass


@pytest.mark.parametrize("settings", [{"chat__ending_seconds": 0.1}])
async def test_an_ended_chat_can_be_rated_and_saved_for_a_while(house: BrowserHouse) -> None:
    nino, ana, chat = await talking(house)
    await ana.say("end", chat=chat)
    await expect(nino.text("Ana ended the chat.")).to_be_visible()
    await expect(nino.said("Good day, Nino.")).to_be_visible()
    await expect(nino.data_line).to_have_text("Not saved – erased within 1 minute, unless saved as a request.")

    await nino.button("Good").click()
    await expect(nino.text("Thank you. It is counted, and tied to nobody.")).to_be_visible()

    await nino.button("Save as request").click()
    await expect(nino.text("Your request #1001-7 is kept; we will answer it.")).to_be_visible()
    answer_at = nino.panel.get_by_label("Where shall we send the answer?")
    await answer_at.fill("nino")
    await nino.button("Answer me by e-mail").click()
    await expect(answer_at).to_have_accessible_description("Enter an e-mail address such as ana@example.com.")
    await answer_at.fill("nino@example.org")
    await nino.button("Answer me by e-mail").click()
    await expect(nino.text("We have sent a link to nino@example.org.")).to_be_visible()


@pytest.mark.parametrize("settings", [{"chat__ending_seconds": 0.1, "chat__ended_keep": 0.2}])
async def test_once_it_is_erased_a_request_can_still_be_left_with_ones_own_words(house: BrowserHouse) -> None:
    nino, ana, chat = await talking(house)
    await nino.say("The number is 17")
    await ana.hear("line", chat=chat, text="The number is 17")
    await nino.message.fill("and one more thing")
    await ana.say("end", chat=chat)
    await expect(nino.data_line).to_have_text("Erased. Only this screen still shows it.")

    await nino.button("Leave a request").click()

    words = f"{QUESTION}\nThe number is 17\nand one more thing"
    await expect(nino.panel.get_by_label("Your question")).to_have_value(words)
    await expect(nino.panel.get_by_label("Your name")).to_have_value("Nino")
    await nino.button("Send request").click()
    await expect(nino.text("Your request is saved")).to_be_visible()


@pytest.mark.parametrize("settings", [{"chat__ending_seconds": 0.1, "chat__ended_keep": 0.2}])
async def test_ones_own_words_are_not_cut_however_many_they_are_and_the_next_chat_does_not_get_them(
    house: BrowserHouse,
) -> None:
    nino, ana, chat = await talking(house)
    long = "all that happened " * 60 + "at last"
    await nino.say(long)
    await ana.hear("line", chat=chat, text=long)
    await ana.say("end", chat=chat)
    await expect(nino.data_line).to_have_text("Erased. Only this screen still shows it.")

    await nino.button("Leave a request").click()
    await expect(nino.text("This is too long.")).to_be_visible()
    await nino.button("Answer by e-mail, add files").click()
    message = nino.panel.get_by_label("What happened")
    await expect(message).to_have_value(f"{QUESTION}\n{long}")
    await nino.button("Back").click()

    await nino.panel.get_by_label("Your question").fill("And the kettle?")
    await nino.button("Chat instead").click()
    await nino.button("Start chat").click()
    chat = await answered(ana)
    await ana.say("end", chat=chat)
    await expect(nino.data_line).to_have_text("Erased. Only this screen still shows it.")
    await nino.button("Leave a request").click()
    await nino.button("Answer by e-mail, add files").click()
    await expect(message).to_have_value("And the kettle?")


async def test_end_and_erase_leaves_nothing_on_the_page_either(house: BrowserHouse) -> None:
    nino, ana, chat = await talking(house)
    await nino.menu.click()
    await nino.button("End and erase").click()
    await nino.button("Go back").click()
    await expect(nino.said("Good day, Nino.")).to_be_visible()

    await nino.menu.click()
    await nino.button("End and erase").click()
    await nino.panel.locator(".notice").get_by_role("button", name="End and erase").click()

    await ana.hear("erased", chat=chat, reason="visitor_erased")
    await expect(nino.data_line).to_have_text("Erased.")
    await expect(nino.panel.locator(".bubble")).to_have_count(0)
    assert await panel_of(nino).evaluate("sessionStorage.length") == 0
    left = await panel_of(nino).evaluate(EVERYTHING)
    assert "Good day" not in left
    assert "Nino" not in left

    await nino.button("New chat").click()
    await expect(nino.panel.get_by_label("Your question")).to_have_value("")
    await nino.start("Another one")
    assert await answered(ana) != chat


async def test_what_was_erased_does_not_stay_though_the_word_of_it_was_lost_on_the_way(house: BrowserHouse) -> None:
    context = await house.browser()
    network = await Network.of(context, "**/ws/visitor")
    nino, ana, chat = await talking(house, context)
    network.loses = {"erased"}
    await nino.menu.click()
    await nino.button("End and erase").click()
    await nino.panel.locator(".notice").get_by_role("button", name="End and erase").click()
    await ana.hear("erased", chat=chat, reason="visitor_erased")
    await expect(nino.said("Good day, Nino.")).to_be_visible()

    await network.cut()
    network.mend()
    await expect(nino.data_line).to_have_text("Erased.")
    assert "Good day" not in await panel_of(nino).evaluate(EVERYTHING)


async def test_what_was_to_be_erased_is_erased_when_the_wish_itself_was_lost(house: BrowserHouse) -> None:
    context = await house.browser()
    network = await Network.of(context, "**/ws/visitor")
    nino, ana, chat = await talking(house, context)
    network.loses = {"end"}
    await nino.menu.click()
    await nino.button("End and erase").click()
    await nino.panel.locator(".notice").get_by_role("button", name="End and erase").click()
    await network.cut()
    network.mend()

    await ana.hear("erased", chat=chat, reason="visitor_erased")
    await expect(nino.data_line).to_have_text("Erased.")


async def test_after_saving_end_and_erase_keeps_the_request_and_says_so(house: BrowserHouse) -> None:
    nino, _ana, _chat = await talking(house)
    await nino.menu.click()
    await nino.button("Save as request").click()
    await expect(nino.data_line).to_contain_text("Saved as request")

    await nino.menu.click()
    await nino.button("End and erase").click()
    await expect(nino.text("End the chat and erase it? Request #1001-7 is kept.")).to_be_visible()
    await nino.panel.locator(".notice").get_by_role("button", name="End and erase").click()

    await expect(nino.data_line).to_have_text("The chat is erased. Request #1001-7 is kept.")


@pytest.mark.parametrize("settings", [{"chat__idle_warning_after": 0.5, "chat__idle_end_after": 30.0}])
async def test_a_silent_chat_is_warned_and_a_message_wakes_it(house: BrowserHouse) -> None:
    nino, ana, chat = await talking(house)
    await expect(nino.text("Still there? Without a new message the chat ends.")).to_be_visible()

    await nino.say("I am here")

    await ana.hear("line", chat=chat, text="I am here")
    await nino.panel.locator(".meta.sent").wait_for()


async def test_the_host_page_may_end_the_chat(house: BrowserHouse) -> None:
    nino, ana, chat = await talking(house)
    await nino.page.evaluate("void LiveSupport.on('end', (end) => (window.ended = end))")

    await nino.page.evaluate("LiveSupport.end()")

    await ana.hear("erased", chat=chat, reason="visitor_erased")
    await nino.page.wait_for_function("window.ended")
    ended: Any = await nino.page.evaluate("ended")
    assert ended == {"reason": "visitor_erased"}


async def test_by_keyboard_the_question_before_erasing_begins_at_the_harmless_answer(house: BrowserHouse) -> None:
    nino, _ana, _chat = await talking(house)
    await nino.menu.focus()
    await nino.page.keyboard.press("Enter")
    await nino.button("End and erase").focus()
    await nino.page.keyboard.press("Enter")

    await expect(nino.button("Go back")).to_be_focused()
    await nino.page.keyboard.press("Enter")
    await expect(nino.said("Good day, Nino.")).to_be_visible()
    await expect(nino.panel.locator(".notice")).to_have_count(0)
