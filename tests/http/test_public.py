"""What all pages for people who ask have in common: the site's colour, its hours, its contacts."""

from __future__ import annotations

import pytest

from livesupport import i18n
from livesupport.http.public import Open, opening
from livesupport.http.templating import way
from livesupport.model import Hours
from livesupport.sites.hours import parse_hours
from tests.http.conftest import House


async def test_a_site_lends_its_pages_its_colour_and_an_ink_that_can_be_read_on_it(house: House) -> None:
    await house.sites.change("default", accent="#ffe14d")
    browser = await house.browser()
    answer = await browser.get("/brand/default.css")
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.text == ":root { --accent: #ffe14d; --accent-ink: #000000; }\n"
    assert (await browser.get("/brand/nowhere.css")).status_code == 404


@pytest.mark.parametrize(
    ("hours", "lines"),
    [
        ("", []),
        ("Mon-Fri 09:00-18:00", [Open("Mon–Fri", "09:00–18:00"), Open("Sat–Sun", "")]),
        (
            "Mon-Thu 09:00-13:00, 14:00-18:00; Fri 09:00-13:00; Sun 22:00-02:00",
            [
                Open("Mon–Thu", "09:00–13:00, 14:00–18:00"),
                Open("Fri", "09:00–13:00"),
                Open("Sat", ""),
                Open("Sun", "22:00–02:00"),
            ],
        ),
    ],
)
def test_the_week_is_told_in_as_few_lines_as_it_takes(hours: str, lines: list[Open]) -> None:
    assert opening(parse_hours(hours, "Asia/Tbilisi") if hours else Hours()) == lines


def test_the_days_are_named_in_the_readers_language() -> None:
    with i18n.use("uk"):
        assert opening(parse_hours("Mon-Sun 09:00-18:00", "UTC"))[0].days == "пн–нд"


@pytest.mark.parametrize(
    ("value", "link"),
    [
        ("+995 (32) 200-300", '<a href="tel:+99532200-300"><bdi dir="ltr">+995 (32) 200-300</bdi></a>'),
        ("help@kiln.example", '<a href="mailto:help@kiln.example"><bdi dir="ltr">help@kiln.example</bdi></a>'),
        ("Rustaveli 12 <Tbilisi>", '<bdi dir="auto">Rustaveli 12 &lt;Tbilisi&gt;</bdi>'),
        ('"><script>@', '<a href="mailto:&#34;&gt;&lt;script&gt;@"><bdi dir="ltr">&#34;&gt;&lt;script&gt;@</bdi></a>'),
    ],
)
def test_a_contact_can_be_followed_where_it_leads_somewhere(value: str, link: str) -> None:
    assert way(value) == link
