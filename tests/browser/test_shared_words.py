"""Texts, plurals, times and user text in a real Chromium, whose Intl knows no Georgian."""

from __future__ import annotations

import pytest
from playwright.async_api import BrowserContext, Page

from livesupport.i18n import LANGUAGES
from tests.browser.lab import lab

SATURDAY = 1_795_255_200  # 2026-11-21 14:00 in Tbilisi


async def call(page: Page, module: str, expression: str) -> object:
    return await page.evaluate(f"import('/shared/{module}.js').then((it) => {expression})")


async def test_texts_are_looked_up_filled_in_and_never_parsed(profile: BrowserContext) -> None:
    page = await lab(profile, language="uk", strings={"{name} is here.": "{name} тут."})

    assert await call(page, "i18n", "it.t('{name} is here.', { name: '{name}<b>' })") == "{name}<b> тут."
    assert await call(page, "i18n", "it.t('Not translated {x}')") == "Not translated {x}"


@pytest.mark.parametrize(
    ("language", "forms", "expected"),
    [
        ("en", ["{count} line", "{count} lines"], {0: "0 lines", 1: "1 line", 2: "2 lines"}),
        ("uk", ["{count} a", "{count} b", "{count} c"], {1: "1 a", 3: "3 b", 5: "5 c", 11: "11 c", 21: "21 a"}),
        ("ka", ["{count} a", "{count} b"], {0: "0 b", 1: "1 a", 2: "2 b"}),
        ("fa", ["{count} a", "{count} b"], {0: "۰ a", 1: "۱ a", 2: "۲ b"}),
    ],
)
async def test_plurals_follow_the_forms_of_the_catalogues(
    profile: BrowserContext, language: str, forms: list[str], expected: dict[int, str]
) -> None:
    page = await lab(profile, language=language, strings={"{count} line": forms})

    for count, words in expected.items():
        assert await call(page, "i18n", f"it.n('{{count}} line', '{{count}} lines', {count})") == words


async def test_a_name_in_the_other_direction_is_isolated(profile: BrowserContext) -> None:
    page = await lab(profile)

    assert await call(page, "i18n", "it.t('{name} is here.', { name: 'نینو' })") == "\u2068نینو\u2069 is here."
    assert await call(page, "i18n", "it.t('{name} is here.', { name: 'Nino' })") == "Nino is here."


@pytest.mark.parametrize(
    ("language", "clock", "day", "moment"),
    [
        ("en", "14:00", "Sat 21 November", "21 November 2026 at 14:00"),
        ("ka", "14:00", "შაბ, 21 ნოემბერი", "21 ნოემბერი, 2026, 14:00"),
        ("fa", "۱۴:۰۰", "شنبه ۳۰ آبان", "۳۰ آبان ۱۴۰۵ ساعت ۱۴:۰۰"),
        ("uk", "14:00", "сб, 21 листопада", "21 листопада 2026 р. о 14:00"),
        ("ru", "14:00", "сб, 21 ноября", "21 ноября 2026 г. в 14:00"),
    ],
)
async def test_times_are_written_in_every_language(
    profile: BrowserContext, language: str, clock: str, day: str, moment: str
) -> None:
    page = await lab(profile, language=language)

    assert await call(page, "time", f"it.clock({SATURDAY})") == clock
    assert await call(page, "time", f"it.moment({SATURDAY})") == moment
    assert await call(page, "time", f"it.day({SATURDAY})") == day


async def test_every_language_has_words_of_its_own_for_a_day(profile: BrowserContext) -> None:
    days = set()
    for language in LANGUAGES:
        page = await lab(profile, language=language)
        days.add(await call(page, "time", f"it.weekday({SATURDAY + 86400}, {SATURDAY})"))
        await profile.unroute_all()

    assert len(days) == len(LANGUAGES)


@pytest.mark.parametrize(
    ("seconds", "words"), [(20, "just now"), (240, "4 min ago"), (7200, "2 hr ago"), (86400, "Fri 20 November")]
)
async def test_how_long_ago_something_was(profile: BrowserContext, seconds: int, words: str) -> None:
    page = await lab(profile)

    assert await call(page, "ago", f"it.ago({SATURDAY} - {seconds}, {SATURDAY})") == words


async def drawn(page: Page, text: str, options: str = "{}") -> str:
    html: str = await page.evaluate(
        "([text, options]) => import('/shared/rich-text.js').then((it) => it.richText(text, options).outerHTML)",
        [text, {} if options == "{}" else {"hosts": True}],
    )
    return html


async def test_what_looks_like_markup_stays_text(profile: BrowserContext) -> None:
    page = await lab(profile)

    html = await drawn(page, "<img src=x onerror=alert(1)> & <b>bold</b>\nnext line")

    assert "&lt;img src=x onerror=alert(1)&gt; &amp; &lt;b&gt;bold&lt;/b&gt;\nnext line" in html


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://example.org/a?b=1&c=2.", ["https://example.org/a?b=1&c=2"]),
        ("(http://example.org/a), and HTTPS://EXAMPLE.org", ["http://example.org/a", "https://example.org/"]),
        ("write to nino@example.org!", ["mailto:nino@example.org"]),
        ("javascript:alert(1) data:text/html,x ftp://example.org file:///etc/passwd vbscript:x", []),
        ("https:// and http://[", []),
    ],
)
async def test_only_web_and_mail_addresses_become_links(profile: BrowserContext, text: str, links: list[str]) -> None:
    page = await lab(profile)
    await page.evaluate(
        "(text) => import('/shared/rich-text.js').then((it) => document.body.replaceChildren(it.richText(text)))", text
    )

    found = await page.evaluate("[...document.links].map((link) => [link.href, link.rel, link.target])")

    assert found == [[link, "noopener noreferrer", "_blank"] for link in links]
    assert await page.evaluate("document.body.textContent") == text


async def test_an_agent_sees_where_a_link_really_leads(profile: BrowserContext) -> None:
    page = await lab(profile)

    assert '<span class="host">evil.test</span>' in await drawn(page, "https://bank.example@evil.test/", "hosts")
    assert "host" not in await drawn(page, "https://bank.example@evil.test/")


@pytest.mark.parametrize(
    ("text", "is_large"),
    [("👍", True), ("👩‍👩‍👧", True), ("🇬🇪", True), ("👍🏽", True), ("👍👍", False), ("ok", False), ("7", False)],
)
async def test_a_lone_emoji_is_drawn_large(profile: BrowserContext, text: str, is_large: bool) -> None:
    assert ("emoji" in await drawn(await lab(profile), text)) is is_large


async def test_a_wall_of_text_folds_and_opens(profile: BrowserContext) -> None:
    page = await lab(profile)
    await page.evaluate("import('/shared/rich-text.js').then((it) => document.body.append(it.richText('line\\n'.repeat(40))))")
    folded = await page.locator(".text").bounding_box()

    await page.get_by_role("button", name="Show all 41 lines").click()

    opened = await page.locator(".text").bounding_box()
    assert folded
    assert opened
    assert opened["height"] > 3 * folded["height"]
    assert await page.locator("button").count() == 0
