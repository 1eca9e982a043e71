"""Every state of the panel, drawn without a server: readable, reachable, mirrored, and free of what axe can find."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.lab import lab

DRAW = """async ({ frames = [], text, ...fields }) => {
  const { View } = await import("/widget/view.js");
  const { newChat, reduce } = await import("/shared/chat-state.js");
  document.body.replaceChildren();
  window.acts = [];
  const view = new View((name) => acts.push(name), { onSubmit() {}, onSend() {}, onTyping() {} });
  const now = performance.now() / 1000;
  const chat = frames.reduce((state, frame) => reduce(state, { chat: "c", ...frame }, now), newChat("visitor"));
  view.update({ chat, connection: { state: "open" }, welcome: { grace: 180, convert: "notify" }, service: { state: "open" },
                wish: "chat", isOpen: true, ...fields });
  if (text) view.composer.text = text;
  await new Promise((done) => setTimeout(done, 50));
}"""


def line(seq: int, kind: str = "message", by: str = "server", **more: Any) -> dict[str, Any]:
    return {"t": "line", "epoch": 1, "seq": seq, "at": 1_795_255_200 + seq, "kind": kind, "by": by, **more}


def chat(status: str = "active", **more: Any) -> dict[str, Any]:
    return {"t": "chat", "status": status, **more}


ASKED = [line(1, "opened", "visitor", name="Nino", text="سفارش من کجاست؟ Where is it?", id="q" * 22)]
TALK = [
    *ASKED,
    line(2, "assigned", name="Ana"),
    line(3, by="agent", name="Ana", text="Here: https://example.org/" + "very-long-" * 12),
    line(4, by="visitor", text="👍", id="e" * 22),
    line(5, by="agent", name="Ana", text="a stack trace\n" * 30),
]
WITH_ANA = [*TALK, chat(agent="Ana")]
OWN = {"t": "own", "id": "o" * 22, "text": "Not yet there", "ref": 1}
TOPICS = [{"id": 1, "name": "Orders", "state": "open"}, {"id": 2, "name": "Delivery", "state": "no_agents"}]

STATES: dict[str, dict[str, Any]] = {
    "form": {},
    "form with topics": {"service": {"state": "open", "topics": TOPICS}},
    "request": {"service": {"state": "closed_hours", "opens_in": 90_000}},
    "loading": {"service": None, "connection": {"state": "connecting"}},
    "unreachable": {"service": None, "connection": {"state": "waiting", "tries": 2}},
    "waiting": {"frames": [*ASKED, chat("waiting", position=2, wait="1_to_3", ask_wait=True)]},
    "agent lost": {"frames": [*TALK, chat("waiting", agent_lost=True)]},
    "chat": {"frames": WITH_ANA},
    "not sent": {"frames": [*WITH_ANA, OWN, {"t": "refused", "ref": 1, "code": "chat_full"}]},
    "too long": {"frames": WITH_ANA, "text": "x" * 2010},
    "armed": {"frames": [*TALK, chat(agent="Ana", armed_by="Ana", armed_in=5.0)]},
    "saved": {"frames": [*TALK, chat(agent="Ana", ticket="1042-1")], "asksChannel": True},
    "ending": {"frames": [*TALK, chat(agent="Ana", ending_by="Ana", ending_in=10.0)]},
    "connection lost": {"frames": WITH_ANA, "isLost": True},
    "erase": {"frames": WITH_ANA, "confirmErase": True, "problem": "Not saved.", "image": True, "forgetful": True},
    "ended": {"frames": [*TALK, chat("ended", reason="agent_ended", save_in=60)]},
    "erased": {"frames": [*TALK, chat("ended", reason="agent_ended"), {"t": "erased", "reason": "agent_ended"}]},
    "requested": {"requested": "1042-1", "request": "r" * 22},
}


async def draw(page: Page, name: str) -> None:
    """Shows a state, and waits for what comes with a module of its own."""
    await page.evaluate(DRAW, STATES[name])
    if name in ("ended", "erased", "requested"):
        await page.locator(".after").wait_for()
    if name in ("saved", "requested"):
        await page.locator("#channel-email").wait_for()
    if name in ("armed", "ending", "connection lost", "erase", "agent lost", "waiting"):
        await page.locator(".notice").first.wait_for()


@pytest.mark.parametrize(("scheme", "language", "direction"), [("light", "en", "ltr"), ("dark", "fa", "rtl")])
@pytest.mark.parametrize("name", STATES)
async def test_axe_finds_nothing(chromium: Browser, name: str, scheme: Any, language: str, direction: str) -> None:
    context = await chromium.new_context(viewport={"width": 384, "height": 640}, color_scheme=scheme, reduced_motion="reduce")
    page = await lab(context, language=language, direction=direction, socket="/ws/visitor")
    await draw(page, name)

    found = await Axe().run(page, options={"rules": {"region": {"enabled": False}}})  # the whole page is one dialog

    assert found.violations_count == 0, found.generate_report()
    await context.close()


async def test_axe_would_find_something(profile: BrowserContext) -> None:
    page = await lab(profile)
    await page.evaluate("document.body.innerHTML = '<button></button><p style=\"color:#aaa\">faint</p>'")

    assert (await Axe().run(page)).violations_count >= 2


@pytest.mark.parametrize("name", STATES)
async def test_a_finger_can_hit_everything_and_nothing_sticks_out(chromium: Browser, name: str) -> None:
    context = await chromium.new_context(viewport={"width": 320, "height": 568}, has_touch=True)
    page = await lab(context)
    await draw(page, name)

    boxes = await page.locator(".button:visible, .input:visible").evaluate_all(
        "(all) => all.map((it) => [it.textContent || it.getAttribute('aria-label'), it.getBoundingClientRect().toJSON()])"
    )

    small = [(name, box) for name, box in boxes if box["width"] < 44 or box["height"] < 44]
    assert small == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    assert await page.evaluate("document.querySelector('.panel').scrollWidth") <= 320
    await context.close()


async def test_the_panel_is_mirrored_for_languages_that_run_from_right_to_left(profile: BrowserContext) -> None:
    sides = {}
    for direction in ("ltr", "rtl"):
        page = await lab(profile, direction=direction)
        await draw(page, "chat")
        boxes = [await page.locator(where).first.bounding_box() for where in (".entry.mine .bubble", ".composer button", "h1")]
        sides[direction] = [box["x"] + box["width"] / 2 < 640 for box in boxes if box]
        await profile.unroute_all()

    assert sides == {"ltr": [False, False, True], "rtl": [True, True, False]}


async def test_in_forced_colours_bubbles_and_buttons_keep_their_edges(chromium: Browser) -> None:
    context = await chromium.new_context(forced_colors="active")
    page = await lab(context)
    await draw(page, "armed")

    for where in (".bubble", ".notice .button"):
        assert await page.locator(where).first.evaluate("(it) => getComputedStyle(it).borderTopStyle") == "solid"
    await context.close()


async def test_nothing_moves_for_those_who_asked_for_that(chromium: Browser) -> None:
    moving = "document.getAnimations().filter((each) => each.effect.getTiming().duration > 0).length"
    expectations: list[tuple[Any, bool]] = [("no-preference", True), ("reduce", False)]
    for motion, expected in expectations:
        context = await chromium.new_context(reduced_motion=motion)
        page = await lab(context)
        await draw(page, "waiting")
        assert (await page.evaluate(moving) > 0) is expected
        await context.close()


async def test_the_whole_panel_is_used_by_keyboard_alone(profile: BrowserContext) -> None:
    page = await lab(profile)
    await draw(page, "armed")
    reached = []
    await page.evaluate("document.activeElement.blur()")
    for _ in range(12):
        await page.keyboard.press("Tab")
        reached.append(
            await page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")
        )

    for expected in ("More", "Conversation", "Save now", "Refuse", "Write a message"):
        assert expected in reached

    await page.get_by_role("button", name="Save now").focus()
    await page.keyboard.press("Enter")
    assert await page.evaluate("acts") == ["save"]


async def test_a_notice_does_not_change_under_a_finger(profile: BrowserContext) -> None:
    page = await lab(profile)
    await draw(page, "armed")
    await page.evaluate("window.button = document.querySelector('.notice button')")

    await page.evaluate("""async () => {
      const { drawNotices } = await import("/widget/notices.js");
      const notice = { icon: "save", tone: "saved", text: "Ana is saving this chat as a request.", seconds: 2,
                       buttons: [["Save now", "save"], ["Refuse", "refuse"]] };
      drawNotices(document.querySelector(".notices"), [notice], performance.now() / 1000, () => {});
    }""")

    assert await page.evaluate("button.isConnected")
    await expect(page.get_by_role("timer")).to_have_text("0:02")
