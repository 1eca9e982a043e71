"""A visitor in a real browser asks, is answered, comes back after a loss, and waits in line (T36)."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import WebSocketRoute, expect

from livesupport.chat import tokens
from tests.browser.hostile import HOSTILE, VECTORS, is_harmless
from tests.browser.house import BrowserHouse
from tests.browser.test_new_request import as_in_the_demo
from tests.browser.visitor import NOT_SAVED, QUESTION, Visitor, answer, answered, panel_of, talking, visitor
from tests.databases import SOFIA

# ── talking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nino_asks_and_talks_with_ana(house: BrowserHouse) -> None:
    ana = await house.agent("ana")
    nino = await visitor(house)
    await nino.open()
    await expect(nino.data_line).to_have_text(NOT_SAVED)
    await nino.start()
    await expect(nino.text("Ringing somebody for you.")).to_be_visible()
    chat = await answered(ana)
    await expect(nino.text("You are talking with Ana")).to_be_visible()

    await nino.say("The number is 17")
    line = await ana.hear("line", chat=chat, text="The number is 17")
    await expect(nino.panel.locator(".meta.sent")).to_contain_text("Sent")

    await ana.say("receipt", chat=chat, received=line["seq"])
    await expect(nino.panel.locator(".meta.delivered")).to_contain_text("Delivered")
    await ana.say("receipt", chat=chat, received=line["seq"], seen=line["seq"])
    await expect(nino.panel.locator(".meta.seen")).to_contain_text("Seen")


async def test_typing_is_shown_both_ways_and_goes_with_the_message(house: BrowserHouse) -> None:
    nino, ana, chat = await talking(house)

    await ana.say("typing", chat=chat)
    await expect(nino.text("Ana is typing")).to_be_visible()
    await answer(ana, chat, "One moment.")
    await expect(nino.panel.locator(".typing-line")).to_be_hidden()

    await nino.message.press_sequentially("hm")
    assert "on" not in await ana.hear("typing", by="visitor")
    await nino.message.fill("")
    assert (await ana.hear("typing", by="visitor"))["on"] is False


async def test_a_transfer_and_a_supervisor_are_announced(house: BrowserHouse) -> None:
    nino, ana, chat = await talking(house)
    ben, sofia = await house.agent("ben"), await house.agent("sofia")
    agents = await house.server.state["accounts"].agents()
    bens_id = next(agent.id for agent in agents if agent.login == "ben")

    await ana.say("transfer", chat=chat, agent=bens_id)
    await ben.hear("offer", chat=chat)
    await ben.say("accept", chat=chat)
    await sofia.say("join", chat=chat)

    await expect(nino.text("Ana transferred you to Ben.")).to_be_visible()
    await expect(nino.text("Sofia, a supervisor, joined and reads along.")).to_be_visible()
    await expect(nino.text("You are talking with Ben · Sofia reads along")).to_be_visible()


async def test_hostile_words_stay_words(house: BrowserHouse) -> None:
    """That these texts do harm where nobody escapes them is proven in test_pages.py."""
    nino, ana, chat = await talking(house)

    for text in HOSTILE:
        await answer(ana, chat, text.strip())
    for text in VECTORS[:5]:
        await nino.say(text)
        await ana.hear("line", chat=chat, by="visitor", text=text)

    said = [QUESTION, "Good day, Nino.", *(text.strip() for text in HOSTILE), *VECTORS[:5]]
    await expect(nino.panel.locator(".bubble .text")).to_have_text(said)
    assert await nino.panel.locator(".bubble :is(img, script, svg, iframe, form)").count() == 0
    assert await is_harmless(panel_of(nino))
    assert await is_harmless(nino.page)


# ── coming back ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_reload_in_mid_chat_loses_nothing_and_only_the_token_was_kept(house: BrowserHouse) -> None:
    nino, ana, chat = await talking(house)
    storage = "JSON.stringify([{ ...sessionStorage }, { ...localStorage }])"
    kept = json.loads(await panel_of(nino).evaluate(storage))
    assert sorted(kept[0]) == ["livesupport:default", "livesupport:default:tip"]
    assert kept[1] == {}
    assert not any(word in json.dumps(kept) for word in ("Nino", "order", "Good day"))

    await nino.page.reload()
    await answer(ana, chat, "Are you still there?")

    await expect(nino.said(QUESTION)).to_be_visible()
    await expect(nino.said("Good day, Nino.")).to_be_visible()
    await expect(nino.said("Are you still there?")).to_be_visible()
    await nino.say("Yes")
    await ana.hear("line", chat=chat, text="Yes")


async def test_a_second_tab_of_the_shop_shows_the_same_chat(house: BrowserHouse) -> None:
    nino, ana, chat = await talking(house)
    second = await visitor(house, nino.page.context)
    await second.launcher.click()

    await expect(second.said("Good day, Nino.")).to_be_visible()
    await second.say("From the other tab")
    await ana.hear("line", chat=chat, text="From the other tab")
    await expect(nino.said("From the other tab")).to_be_visible()


async def test_a_tab_that_was_open_before_joins_a_chat_begun_in_another(house: BrowserHouse) -> None:
    await house.agent("ana")
    nino = await visitor(house)
    await nino.open()
    second = await visitor(house, nino.page.context)
    await second.open()
    await second.button("Start chat").wait_for()

    await nino.start()

    await expect(second.said(QUESTION)).to_be_visible()


async def test_an_old_token_opens_the_chat_for_a_tab_that_others_help_and_for_nobody_else(
    house: BrowserHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a tab that the browser had put to sleep, and as whoever has copied the token from a duplicate of it."""
    monkeypatch.setattr(tokens, "OUTLIVES", 0.0)
    nino, _ana, _chat = await talking(house)
    old = await token_in(nino)
    second = await visitor(house, nino.page.context)
    await second.launcher.click()
    await expect(second.said("Good day, Nino.")).to_be_visible()
    await second.say("From the other tab")
    await expect(nino.said("From the other tab")).to_be_visible()

    await keep_token(second, old)
    await second.page.reload()
    await expect(second.said("Good day, Nino.")).to_be_visible()

    stranger = await visitor(house, await house.browser())
    await stranger.open()
    await keep_token(stranger, old)
    await stranger.page.reload()
    await expect(stranger.text("Your last chat is over and was erased.")).to_be_visible()


async def token_in(nino: Visitor) -> str:
    """What the panel keeps in its sessionStorage."""
    return str(await nino.panel.locator("html").evaluate("() => sessionStorage['livesupport:default']"))


async def keep_token(nino: Visitor, token: str) -> None:
    """As if the panel had kept this one."""
    await nino.panel.locator("html").evaluate("(_, token) => { sessionStorage['livesupport:default'] = token; }", token)


async def test_what_is_written_without_a_connection_is_kept_and_arrives_once(house: BrowserHouse) -> None:
    ana = await house.agent("ana")
    context = await house.browser()
    sockets: list[WebSocketRoute] = []
    is_down = False

    def pass_on(socket: WebSocketRoute) -> None:
        if is_down:
            return  # a socket that is never answered
        socket.connect_to_server()
        sockets.append(socket)

    await context.route_web_socket("**/ws/visitor", pass_on)
    nino = await visitor(house, context)
    await nino.open()
    await nino.start()
    chat = await answered(ana)
    is_down = True
    await sockets[-1].close(code=1012)

    await expect(nino.text("Connection lost. Your text is kept; we are trying again.")).to_be_visible()
    await nino.say("written in a tunnel")
    await nino.message.fill("half a sent")
    await expect(nino.panel.locator(".meta.sending")).to_be_visible()

    is_down = False
    await nino.page.evaluate("1")
    await panel_of(nino).evaluate("dispatchEvent(new Event('online'))")
    await ana.hear("line", chat=chat, text="written in a tunnel")
    await expect(nino.panel.locator(".meta.sent")).to_be_visible()
    await expect(nino.message).to_have_value("half a sent")
    await expect(nino.said("written in a tunnel")).to_have_count(1)
    await expect(nino.panel.locator(".notice")).to_have_count(0)


async def test_a_browser_that_keeps_nothing_says_that_a_reload_ends_the_chat(house: BrowserHouse) -> None:
    ana = await house.agent("ana")
    context = await house.browser()
    await context.add_init_script("Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('denied'); } })")
    nino = await visitor(house, context)
    await nino.open()
    await nino.start()
    await answered(ana)

    await expect(nino.text("Your browser keeps nothing for us: a reload ends this chat.")).to_be_visible()
    await nino.button("Put away").click()
    await expect(nino.panel.locator(".notice")).to_have_count(0)


async def test_a_chat_that_is_gone_after_a_reload_says_so(house: BrowserHouse) -> None:
    nino, _ana, _chat = await talking(house)
    await panel_of(nino).evaluate("sessionStorage.setItem('livesupport:default', 'not a token of this server')")

    await nino.page.reload()

    await expect(nino.text("Your last chat is over and was erased.")).to_be_visible()
    assert await panel_of(nino).evaluate("sessionStorage.length") == 0


# ── waiting ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "settings", [{"chat__show_queue_after": 0.1, "chat__wait_prompt_after": 0.3, "chat__default_capacity": 1}]
)
async def test_who_waits_sees_the_place_in_line_and_may_turn_the_question_into_a_request(house: BrowserHouse) -> None:
    nino, _ana, _chat = await talking(house)
    levan = await visitor(house)
    await levan.open()
    await levan.start("And mine?")

    await expect(levan.text("You are next.")).to_be_visible()
    await levan.say("It is the blue one")
    await expect(levan.panel.locator(".meta.sent")).to_be_visible()
    await levan.button("Keep waiting").click()
    await expect(levan.button("Keep waiting")).to_be_hidden()

    await levan.menu.click()
    await levan.button("Save as request").click()
    await expect(levan.text("Your request #1001-7 is kept; we will answer it.")).to_be_visible()
    thread = await house.server.state["tickets"].get("1001-7", actor=SOFIA)
    assert any("blue one" in message.text for message in thread.messages)
    await expect(nino.said("Good day, Nino.")).to_be_visible()


@pytest.mark.parametrize(
    "settings", [{"chat__show_queue_after": 0.1, "chat__wait_prompt_after": 0.2, "chat__default_capacity": 1}]
)
async def test_who_would_rather_try_later_leaves_the_line_and_keeps_what_was_typed(house: BrowserHouse) -> None:
    await talking(house)
    levan = await visitor(house)
    await levan.open()
    await levan.start("And mine?")

    await levan.button("Try later").click()

    await expect(levan.panel.get_by_label("Your question")).to_have_value("And mine?")
    await expect(levan.button("Start chat")).to_be_enabled()


@pytest.mark.parametrize(
    "settings", [{"chat__show_queue_after": 0.1, "chat__wait_prompt_after": 0.3, "chat__default_capacity": 1}]
)
async def test_who_waits_may_write_a_whole_request_and_keeps_the_place_until_it_is_sent(house: BrowserHouse) -> None:
    as_in_the_demo(house)
    _nino, ana, _chat = await talking(house)
    levan = await visitor(house)
    await levan.open()
    await levan.start("And mine?")
    await levan.say("It is the blue one")
    await levan.panel.locator(".notice").get_by_role("button", name="Answer by e-mail, add files").click()

    message = levan.panel.get_by_label("What happened")
    await expect(message).to_have_value("And mine?\nIt is the blue one")
    await expect(levan.panel.get_by_label("Your name")).to_have_value("Nino")
    await expect(levan.text("You are next.")).to_be_visible()
    await expect(levan.data_line).to_have_text("Saved only when you send it.")
    await levan.panel.get_by_label("Subject").fill("My order")
    await levan.button("Back").click()
    await expect(levan.said("It is the blue one")).to_be_visible()

    await levan.menu.click()
    await levan.panel.locator(".choices").get_by_role("button", name="Answer by e-mail, add files").click()
    await expect(levan.panel.get_by_label("Subject")).to_have_value("My order")
    await levan.panel.get_by_label("E-mail").fill("levan@example.org")
    await levan.button("Send request").click()
    await expect(levan.panel.get_by_role("heading", name="check your mail")).to_be_visible()
    while (await ana.hear("queue"))["waiting"]:
        pass
    await expect(levan.panel.get_by_role("heading", name="check your mail")).to_be_visible()
    await levan.button("Back").click()
    await expect(levan.panel.get_by_label("Your question")).to_have_value("")


@pytest.mark.parametrize("settings", [{"chat__agent_notice_after": 0.1, "chat__agent_reclaim": 3.0}])
async def test_a_lost_agent_is_announced_and_the_visitor_chooses(house: BrowserHouse) -> None:
    nino, ana, _chat = await talking(house)

    await ana.leave()

    await expect(nino.text("Ana is reconnecting. Please hold on.")).to_be_visible()
    await expect(nino.text("Our agent lost the connection and nobody else is free.")).to_be_visible()
    await expect(nino.text("Ana had to leave.")).to_be_visible()
    await nino.button("Keep waiting").click()
    await expect(nino.text("Our agent lost the connection")).to_be_hidden()
    ben = await house.agent("ben")
    await answered(ben)
    await expect(nino.text("You are talking with Ben")).to_be_visible()
