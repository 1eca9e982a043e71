"""The one script on a customer's page: small, silent until it is clicked, harmless."""

from __future__ import annotations

import pytest
from playwright.async_api import Request, expect

from tests.browser.house import EMBED, BrowserHouse, one_page
from tests.browser.visitor import Visitor, visitor

LOADER_BUDGET = 3 * 1024
PANEL_BUDGET = 25 * 1024


async def bytes_of(requests: list[Request], origin: str) -> dict[str, int]:
    """What came over the wire from `origin`: path and size of the compressed body."""
    ours = [request for request in requests if request.url.startswith(origin + "/")]
    return {request.url.removeprefix(origin): (await request.sizes())["responseBodySize"] for request in ours}


# ── what it costs ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nothing_is_asked_for_and_nothing_is_stored_before_the_first_click(house: BrowserHouse) -> None:
    context = await house.browser()
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(house.shop.origin)
    await expect(page.locator("live-support button")).to_be_visible()
    await page.wait_for_load_state("networkidle")

    assert [url for url in asked if url.startswith(house.url)] == [f"{house.url}/widget.js"]
    assert await context.cookies() == []
    assert await page.evaluate("[sessionStorage.length, localStorage.length, frames.length]") == [0, 0, 0]

    await Visitor(page).open()
    assert len([url for url in asked if url.startswith(house.url)]) > 1  # the same look finds requests when there are some
    assert await context.cookies() == []


async def test_loader_and_panel_keep_their_byte_budgets(house: BrowserHouse) -> None:
    await house.agent("ana")
    page = await (await house.browser()).new_page()
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))
    await page.goto(house.shop.origin)
    nino = Visitor(page)
    await nino.open()
    await nino.button("Start chat").wait_for()
    before_the_chat = list(finished)
    await nino.start()

    sizes = await bytes_of(before_the_chat, house.url)
    loader = sizes.pop("/widget.js")
    assert 0 < loader <= LOADER_BUDGET
    assert sum(sizes.values()) <= PANEL_BUDGET, sizes
    assert any(path.endswith("message-list.js") for path in sizes)  # the chat itself is among them


# ── what it does ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_launcher_opens_and_closes_the_panel_and_focus_comes_back(house: BrowserHouse) -> None:
    nino = await visitor(house)
    await expect(nino.launcher).to_have_attribute("aria-expanded", "false")

    await nino.page.keyboard.press("Tab")  # the link of the shop
    await nino.page.keyboard.press("Tab")
    await nino.page.keyboard.press("Enter")
    await expect(nino.panel.get_by_label("Your name")).to_be_focused()
    await expect(nino.launcher).to_have_attribute("aria-expanded", "true")

    await nino.page.keyboard.press("Escape")
    await expect(nino.page.locator("live-support iframe")).to_be_hidden()
    await expect(nino.launcher).to_be_focused()


async def test_it_may_be_included_twice(house: BrowserHouse) -> None:
    house.shop.body = EMBED + EMBED
    page = await one_page(await house.browser(), house.shop.origin)
    await page.wait_for_load_state("networkidle")

    assert await page.locator("live-support").count() == 1


async def test_calls_made_before_it_is_there_are_carried_out_and_nonsense_is_not_thrown(house: BrowserHouse) -> None:
    calls = """[["on", "open", () => (window.opened = true)], ["nonsense"], "x",
        ["setUser", {{ name: "Nino", phone: "555123456" }}], ["ask", "My parcel?"]]"""
    house.shop.body = f"<script>window.LiveSupport = {calls}</script>" + EMBED
    nino = await visitor(house)

    await expect(nino.panel.get_by_label("Your question")).to_have_value("My parcel?")
    await expect(nino.panel.get_by_label("Your name")).to_have_value("Nino")
    assert await nino.page.evaluate("window.opened")


async def test_options_may_come_from_a_script_and_the_tag_wins(house: BrowserHouse) -> None:
    settings = '{{ label: "Ask us", theme: "dark", open: "" }}'
    tag = EMBED.replace("data-site", 'data-label="Talk to us" data-site')
    house.shop.body = f"<script>window.LiveSupportSettings = {settings}</script>{tag}"
    nino = await visitor(house)

    await expect(nino.panel.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(nino.launcher).to_have_attribute("aria-label", "Talk to us")


async def test_the_script_api(house: BrowserHouse) -> None:
    nino = await visitor(house)
    await nino.launcher.wait_for()
    await nino.page.evaluate("""() => {
      window.events = [];
      document.addEventListener("livesupport:open", () => events.push("open*"));
      window.stop = LiveSupport.on("open", () => events.push("open"));
      LiveSupport.on("open", () => { throw new Error("a fault of the page"); });
      LiveSupport.on("close", () => events.push("close"));
      LiveSupport.on("state", (state) => events.push(state));
    }""")

    await nino.page.evaluate("LiveSupport.open()")
    await nino.panel.locator("form.start").wait_for()
    await nino.page.evaluate("LiveSupport.push(['close'])")
    await nino.page.evaluate("stop(); LiveSupport.toggle(); LiveSupport.toggle()")
    await nino.page.wait_for_function("events.includes('offline')")
    assert [each for each in await nino.page.evaluate("events") if each != "offline"] == [
        *("open", "open*", "close", "open*", "close"),
    ]  # fmt: skip

    await nino.page.evaluate("LiveSupport.hide()")
    await expect(nino.launcher).to_be_hidden()
    await nino.page.evaluate("LiveSupport.show()")
    await expect(nino.launcher).to_be_visible()

    await nino.page.evaluate("LiveSupport.setTheme('dark'); LiveSupport.open()")
    await expect(nino.panel.locator("html")).to_have_attribute("data-theme", "dark")
    await nino.page.evaluate("LiveSupport.setLocale('fa')")
    await expect(nino.panel.locator("html")).to_have_attribute("dir", "rtl")

    await nino.page.evaluate("LiveSupport.shutdown()")
    assert await nino.page.locator("live-support").count() == 0
    await nino.page.evaluate("LiveSupport.open()")


async def test_what_the_host_hears_of_a_chat_has_no_words_in_it(house: BrowserHouse) -> None:
    ana = await house.agent("ana")
    nino = await visitor(house)
    await nino.page.evaluate("""() => {
      window.heard = [];
      addEventListener("message", (event) => heard.push(event.data));
    }""")
    await nino.open()
    await nino.start("canary question")
    chat = (await ana.hear("offer"))["chat"]
    await ana.say("accept", chat=chat)
    await ana.say("say", chat=chat, id="m" * 22, text="canary answer")
    await nino.said("canary answer").wait_for()
    await nino.say("canary reply")
    await ana.hear("line", text="canary reply")
    await ana.say("convert", chat=chat)
    await nino.button("Save now").click()
    await nino.page.wait_for_function("heard.some((each) => each.type === 'ticket')")

    heard = await nino.page.evaluate("heard")
    assert {"loaded", "state", "start", "message", "ticket"} <= {each["type"] for each in heard}
    assert "canary" not in str(heard)
    assert "Nino" not in str(heard)


async def test_it_survives_a_page_that_swaps_its_body_or_all_of_itself(house: BrowserHouse) -> None:
    await house.agent("ana")
    nino = await visitor(house)
    await nino.open()
    await nino.start()

    await nino.page.evaluate("document.body.replaceWith(document.createElement('body'))")
    await expect(nino.said("Where is my order?")).to_be_visible()

    await nino.page.evaluate("document.documentElement.replaceWith(document.createElement('html'))")
    await expect(nino.launcher).to_be_visible()
    await expect(nino.said("Where is my order?")).to_be_visible()


async def test_an_open_panel_and_its_chat_follow_to_the_next_page(house: BrowserHouse) -> None:
    ana = await house.agent("ana")
    nino = await visitor(house)
    await nino.open()
    await nino.start()
    await ana.hear("offer")

    await nino.page.get_by_role("link", name="Other page").click()
    await expect(nino.said("Where is my order?")).to_be_visible()

    await nino.button("Close").click()
    await nino.page.reload()
    await expect(nino.launcher).to_have_attribute("aria-expanded", "false")
    await nino.launcher.click()
    await expect(nino.said("Where is my order?")).to_be_visible()


async def test_unread_messages_are_counted_on_the_launcher(house: BrowserHouse) -> None:
    ana = await house.agent("ana")
    nino = await visitor(house)
    await nino.open()
    await nino.start()
    chat = (await ana.hear("offer"))["chat"]
    await ana.say("accept", chat=chat)
    await nino.button("Close").click()

    for number in range(2):
        await ana.say("say", chat=chat, id=f"{number}" * 22, text=f"Answer {number}")
    await expect(nino.launcher.locator("b")).to_have_text("2")

    await nino.launcher.click()
    await expect(nino.launcher.locator("b")).to_be_hidden()
    await ana.hear("receipt", by="visitor", seen=4)


async def test_on_a_phone_it_fills_the_screen_and_back_closes_it(house: BrowserHouse) -> None:
    context = await house.browser(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    nino = await visitor(house, context)
    address = nino.page.url
    await nino.open()
    assert await nino.page.locator("live-support iframe").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}

    await nino.page.go_back()
    await expect(nino.page.locator("live-support iframe")).to_be_hidden()
    assert nino.page.url == address

    await nino.launcher.click()
    await nino.button("Close").click()
    await expect(nino.page.locator("live-support iframe")).to_be_hidden()
    assert await nino.page.evaluate("history.state") is None


async def test_it_tells_when_the_server_cannot_be_reached_and_tries_again_at_the_next_click(house: BrowserHouse) -> None:
    page = await (await house.browser()).new_page()
    await page.clock.install()
    await page.goto(house.shop.origin)
    nino = Visitor(page)
    await nino.launcher.wait_for()
    await page.evaluate("void LiveSupport.on('error', (error) => (window.failure = error))")
    await page.route("**/widget/panel**", lambda route: route.abort())

    await nino.launcher.click()
    await page.clock.run_for(15_000)
    await expect(nino.launcher.locator("b")).to_have_text("!")
    assert await page.evaluate("failure") == {"code": "unreachable"}
    await expect(nino.launcher).to_have_attribute("aria-expanded", "false")

    await page.unroute("**/widget/panel**")
    await page.clock.resume()
    await nino.open()
    await expect(nino.launcher.locator("b")).to_be_hidden()


# ── pages that are not kind to it ────────────────────────────────────────────────────────────────────────────────────

HOSTILE = {
    "a form named like it": '<form id="LiveSupport"></form>',
    "a global of another kind": "<script>window.LiveSupport = 'mine'</script>",
    "storage that throws": "<script>Object.defineProperty(window, 'sessionStorage', {{ get() {{ throw Error(); }} }})</script>",
    "styles for everything": "<style>* {{ all: unset; position: static; color: red; transform: none }}</style>",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
async def test_it_works_on_pages_that_did_not_expect_it(house: BrowserHouse, body: str) -> None:
    house.shop.body = body + EMBED
    nino = await visitor(house)

    await nino.open()

    await expect(nino.panel.get_by_label("Your name")).to_be_visible()
    box = await nino.page.locator("live-support iframe").bounding_box()
    assert box
    assert (box["width"], box["height"] > 400) == (384, True)


async def test_it_works_under_a_strict_content_security_policy(house: BrowserHouse) -> None:
    server = house.url
    house.shop.headers = {
        "Content-Security-Policy": f"default-src 'none'; script-src {server}; frame-src {server}; img-src data:; "
        "require-trusted-types-for 'script'"
    }
    nino = await visitor(house)

    await nino.open()

    box = await nino.launcher.bounding_box()
    assert box
    assert box["height"] == 56  # styled
