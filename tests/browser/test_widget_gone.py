"""The person is gone, says the page that embeds the panel, or the person themselves: nothing of them meets the next one."""

from __future__ import annotations

import asyncio
import json

from playwright.async_api import Route, WebSocketRoute, expect

from tests.browser.house import EMBED, BrowserHouse, one_page
from tests.browser.test_answers import vouched
from tests.browser.visitor import QUESTION, Visitor, answer, answered, panel_of, talking, visitor

FULL_FORM = "Answer by e-mail, add files"


async def erased(nino: Visitor) -> None:
    """The server has erased the chat, and this browser has forgotten its token."""
    await panel_of(nino).wait_for_function("sessionStorage.length === 0")


async def test_end_and_erase_and_reset_forget_the_full_form_as_well(house: BrowserHouse) -> None:
    nino = await visitor(house)
    await nino.open()
    for end in ("LiveSupport.reset()", "LiveSupport.end()"):
        await nino.fill()
        await nino.button(FULL_FORM).click()
        await nino.panel.get_by_label("Subject").fill("My order")
        await nino.page.evaluate(end)
        await expect(nino.panel.get_by_label("Your name")).to_have_value("")
        await nino.button(FULL_FORM).click()
        await expect(nino.panel.get_by_label("Subject")).to_have_value("")
        assert "Nino" not in await panel_of(nino).evaluate(
            "[...document.querySelectorAll('input, textarea')].map((one) => one.value).join()"
        )
        await nino.button("Back").click()

    await nino.fill()
    await nino.button(FULL_FORM).click()
    await nino.panel.get_by_label("Subject").fill("My order")
    await nino.button("Back").click()
    ana = await house.agent("ana")
    await nino.start()
    await answered(ana)
    await nino.menu.click()
    await nino.button("End and erase").click()
    await nino.panel.locator(".notice").get_by_role("button", name="End and erase").click()
    await nino.button("New chat").click()
    await nino.button("Leave a request instead").click()
    await nino.button(FULL_FORM).click()
    await expect(nino.panel.get_by_label("Subject")).to_have_value("")
    await expect(nino.panel.get_by_label("Your name")).to_have_value("")
    await expect(nino.panel.get_by_label("What happened")).to_have_value("")


async def test_a_page_that_says_goodbye_without_a_connection_is_believed_at_once_and_told_later(house: BrowserHouse) -> None:
    ana = await house.agent("ana")
    context = await house.browser()
    sockets: list[WebSocketRoute] = []
    is_down = False

    def pass_on(socket: WebSocketRoute) -> None:
        if not is_down:
            socket.connect_to_server()
            sockets.append(socket)

    await context.route_web_socket("**/ws/visitor", pass_on)
    nino = await visitor(house, context)
    await nino.open()
    await nino.start()
    chat = await answered(ana)
    is_down = True
    await sockets[-1].close(code=1012)

    await nino.page.evaluate("LiveSupport.reset()")

    await expect(nino.panel.locator(".bubble")).to_have_count(0)
    await expect(nino.panel.get_by_label("Your name")).to_have_value("")
    is_down = False
    await nino.page.reload()  # the next page of the site sees to it as well
    if await nino.launcher.get_attribute("aria-expanded") != "true":
        await nino.launcher.click()
    await ana.hear("erased", chat=chat, reason="visitor_erased")
    await erased(nino)
    await expect(nino.panel.get_by_label("Your question")).to_have_value("")


async def test_on_the_next_page_of_the_site_reset_ends_the_chat_before_it_is_shown_again(house: BrowserHouse) -> None:
    nino, ana, chat = await talking(house)
    await nino.button("Close").click()
    house.shop.body = "<script>window.LiveSupport = [['setUser', {{ name: 'Levan' }}], ['reset']]</script>" + EMBED

    await nino.page.goto(house.shop.origin + "/signed-out")

    await ana.hear("erased", chat=chat, reason="visitor_erased")
    await erased(nino)
    await nino.page.wait_for_function("sessionStorage.livesupport === ''")  # pages after this one need no panel
    await nino.launcher.click()
    await expect(nino.panel.get_by_label("Your name")).to_have_value("")
    await expect(nino.said(QUESTION)).to_have_count(0)


async def test_before_the_first_click_reset_takes_back_what_the_page_has_said(house: BrowserHouse) -> None:
    nino = await visitor(house)
    await nino.launcher.wait_for()
    await nino.page.evaluate(
        "LiveSupport.setUser({ name: 'Nino' }); LiveSupport.reset(); LiveSupport.setUser({ phone: '555' })"
    )

    await nino.open()

    await expect(nino.panel.get_by_label("Phone")).to_have_value("555")
    await expect(nino.panel.get_by_label("Your name")).to_have_value("")


async def test_a_person_who_is_still_signing_in_when_the_page_resets_is_not_signed_in(house: BrowserHouse) -> None:
    page = await one_page(await house.browser(), house.shop.origin)
    nino = Visitor(page)
    await nino.open()
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        arrived.set()
        await go_on.wait()
        await route.continue_()

    await page.route("**/requests/session", hold)
    await page.evaluate("(said) => LiveSupport.setUser(said)", await vouched(house))
    await arrived.wait()
    await page.evaluate("LiveSupport.reset()")
    async with page.expect_response("**/requests/sign-out") as signed_out:
        go_on.set()

    assert (await signed_out.value).status == 204
    await expect(nino.button("My requests")).to_have_count(0)


async def test_in_another_language_the_panel_still_knows_who_is_there_and_what_about(house: BrowserHouse) -> None:
    topics = [await house.server.state["sites"].add_topic("default", name) for name in ("Orders", "Returns")]
    await house.agent("ana")
    nino = await visitor(house)
    await nino.launcher.wait_for()
    await nino.page.evaluate("LiveSupport.setUser({ name: 'Nino', phone: '555123456' })")
    await nino.page.evaluate("(topic) => LiveSupport.setAttributes({ topic })", topics[1].id)
    await nino.open()
    topic, name = nino.panel.locator("#topic"), nino.panel.locator("#name")
    await expect(topic).to_have_value(str(topics[1].id))

    await nino.page.evaluate("LiveSupport.setLocale('fa')")

    await expect(nino.panel.locator("html")).to_have_attribute("dir", "rtl")
    await expect(topic).to_have_value(str(topics[1].id))
    await expect(name).to_have_value("Nino")
    await nino.panel.locator("#question").fill(QUESTION)
    await nino.panel.locator("form.start [type=submit]").click()
    await nino.said(QUESTION).wait_for()
    await nino.page.keyboard.press("Escape")
    await expect(nino.launcher).to_have_attribute("aria-expanded", "false")


# What every store of the panel holds that outlives its page.
STORES = """async () => JSON.stringify({
  session: { ...sessionStorage },
  local: { ...localStorage },
  databases: (await indexedDB.databases()).map((one) => one.name),
  caches: await caches.keys(),
  cookies: document.cookie,
})"""
EMPTY = {"session": {}, "local": {}, "databases": [], "caches": [], "cookies": ""}


async def test_no_store_of_the_panel_holds_words_during_a_chat_or_anything_after_it(house: BrowserHouse) -> None:
    context = await house.browser()
    nino = await visitor(house, context)
    await nino.open()
    ana = await house.agent("ana")
    async with nino.page.expect_request("**/shared/records.js"):  # for a server that is restarted while Nino waits
        await nino.start()
    chat = await answered(ana)
    await answer(ana, chat, "Good day, Nino.")
    await nino.said("Good day, Nino.").wait_for()
    held = await panel_of(nino).evaluate(STORES)
    assert not any(word in held for word in ("Nino", "555", "order", "Good day"))
    during = json.loads(held)
    assert during.pop("session").keys() == {"livesupport:default", "livesupport:default:tip"}
    assert during == {name: value for name, value in EMPTY.items() if name != "session"}

    await nino.page.evaluate("LiveSupport.end()")
    await ana.hear("erased", chat=chat)
    await erased(nino)
    assert json.loads(await panel_of(nino).evaluate(STORES)) == EMPTY

    await nino.start()
    await answered(ana)
    await nino.page.close()
    again = await visitor(house, context)
    await again.open()
    assert json.loads(await panel_of(again).evaluate(STORES)) == EMPTY
