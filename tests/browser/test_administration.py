"""The pages of administration in a real browser: readable by everybody, harmless whatever was typed (T36), and what they gain
from JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from livesupport.http.colours import contrast, ink_on
from livesupport.model import Agent, Contact, Field, RequestType
from livesupport.tickets.requests import NewTicket
from tests.browser.hostile import VECTORS, is_harmless
from tests.browser.house import PASSWORD, BrowserHouse, one_page

HOSTILE = tuple(f"'\">{vector}"[:80] for vector in VECTORS)


async def dato_of(house: BrowserHouse) -> Agent:
    return await house.server.state["accounts"].create_agent(
        login="dato", name=HOSTILE[0], password=PASSWORD, role="administrator"
    )


async def fill(house: BrowserHouse, dato: Agent) -> str:
    """Everything that can be typed says something hostile; returns the address of a type of requests."""
    state = house.server.state
    sites = state["sites"]
    contacts = tuple(Contact(label=text, value=text, hours=text) for text in HOSTILE)
    texts = {"name": HOSTILE[1], "greeting": HOSTILE[2], "rules": "\n\n".join(HOSTILE)}
    await sites.change("default", contacts=contacts, actor=dato, **texts)
    for number, text in enumerate(HOSTILE):
        await sites.add_topic("default", text, actor=dato)
        await sites.add_canned(f"reply-{number}", text, actor=dato)
    fields = tuple(Field(id="", label=text, kind="choice", choices=(text, "other"), hint=text) for text in HOSTILE)
    kind = await sites.add_type(
        RequestType(id=0, site="default", name=HOSTILE[3], instructions=HOSTILE[4], fields=fields), actor=dato
    )
    await state["tokens"].create(dato, HOSTILE[5], ["tickets:read"])
    request = NewTicket(origin="x" * 16, site="default", name=HOSTILE[6], phone="", question=HOSTILE[7], actor="Nino")
    await state["tickets"].open(request)
    return f"/admin/types/{kind.id}"


async def is_readable(page: Page) -> None:
    """Nobody is kept from reading the page, and it does not have to be pushed sideways."""
    found = await Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    assert await is_harmless(page), page.url
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@pytest.mark.parametrize(("scheme", "language", "width"), [("light", "en", 1280), ("dark", "fa", 390)])
async def test_everybody_can_read_administration_whatever_was_typed(
    house: BrowserHouse, scheme: Any, language: str, width: int
) -> None:
    of_type = await fill(house, await dato_of(house))
    viewport = {"width": width, "height": 844}
    context = await house.signed_in("dato", color_scheme=scheme, viewport=viewport)
    page = await context.new_page()
    for path in (
        *("/setup", "/admin/sites", "/admin/sites/default", "/admin/sites/default/promises", "/admin/types", of_type),
        *("/admin/types/new", "/admin/replies", "/admin/people", "/admin/people/dato", "/admin/persons", "/admin/audit"),
        *("/account", "/account/tokens", "/api"),
    ):
        await page.goto(f"{house.url}{path}?lang={language}")
        await is_readable(page)
    await page.goto(f"{house.url}/admin/persons?lang={language}")
    await page.locator("#key").fill("nobody@example.com")
    await page.locator("main .button.primary").click()
    await is_readable(page)
    await page.goto(f"{house.url}/account?lang={language}")
    await page.locator("form:has([value=lock]) button").click()
    await page.wait_for_url("**/unlock?*")
    await is_readable(page)


@pytest.mark.parametrize("settings", [{"desk__idle_lock": 900.0}])
async def test_dato_sees_the_look_before_it_is_saved_adds_questions_and_is_locked_after_a_while(house: BrowserHouse) -> None:
    await dato_of(house)
    page = await one_page(await house.signed_in("dato"), f"{house.url}/admin/sites/default")
    preview = page.locator("#preview")
    await page.get_by_label("Name that visitors see").fill("Kiln & Leaf of Tbilisi")
    await expect(preview.locator("[data-show=name]")).to_have_text("Kiln & Leaf of Tbilisi")
    for colour in ("#ffe14d", "#1d4f91"):
        await page.get_by_label("Brand colour").fill(colour)
        ink = ink_on(colour)
        words = f"{'white' if ink == '#ffffff' else 'black'}, with a contrast of {contrast(colour, ink):.1f} : 1."
        await expect(page.locator("#contrast")).to_contain_text(words)
        assert await preview.evaluate("each => each.style.getPropertyValue('--preview-ink')") == ink

    await page.goto(f"{house.url}/admin/types/new")
    rows = page.locator(".question")
    before = await rows.count()
    await page.get_by_label("Name", exact=True).fill("Refund")
    await page.get_by_role("button", name="Add a question").click()
    await expect(rows).to_have_count(before + 1)
    await expect(rows.last.get_by_label("Question")).to_be_focused()
    await page.keyboard.type("Which kettle?")
    await page.get_by_role("button", name="Save type").click()
    await expect(page.get_by_role("link", name="Refund")).to_be_visible()
    [made] = await house.server.state["sites"].types("default")
    assert [field.label for field in made.fields] == ["Which kettle?"]

    await page.clock.install()
    await page.goto(f"{house.url}/inbox?status=open")
    await page.clock.fast_forward(901_000)
    await page.wait_for_url("**/unlock?next=%2Finbox%3Fstatus%3Dopen")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Unlock").click()
    await page.wait_for_url("**/inbox?status=open")
