"""`livesupport site`, `livesupport topic` and `livesupport canned`."""

from __future__ import annotations

import pytest

from livesupport.model import Contact, Hours
from tests.cli.conftest import Terminal


def test_a_site_is_added_and_the_line_to_paste_is_shown(livesupport: Terminal) -> None:
    done = livesupport(
        *("site", "add", "My Shop", "https://Shop.example/", "https://www.shop.example", "--region", "ua", "--mode", "pull"),
        *("--hours", "Mon-Fri 09:00-18:00", "--zone", "Europe/Kyiv", "--contact", "Phone", "+380 44 000 00 00", "daily 8–20"),
    )

    assert done.exit_code == 0, done.stderr
    assert '<script src="http://127.0.0.1:8000/widget.js" data-site="my-shop" async></script>' in done.stdout
    site = livesupport.ask(lambda services: services.sites.get("my-shop"))
    assert (site.name, site.origins) == ("My Shop", ("https://shop.example", "https://www.shop.example"))
    assert (site.region, site.mode) == ("UA", "pull")
    assert site.hours == Hours(zone="Europe/Kyiv", weekly=tuple((day, 540, 1080) for day in range(5)))
    assert site.contacts == (Contact("Phone", "+380 44 000 00 00", "daily 8–20"),)


def test_what_is_not_named_stays_as_it_is(livesupport: Terminal) -> None:
    livesupport("site", "add", "shop", "https://shop.example", "--hours", "Mon 09:00-18:00", "--zone", "Asia/Tbilisi")

    assert livesupport("site", "set", "shop", "--title", "The Shop").exit_code == 0

    site = livesupport.ask(lambda services: services.sites.get("shop"))
    assert (site.name, site.origins) == ("The Shop", ("https://shop.example",))
    assert site.hours == Hours(zone="Asia/Tbilisi", weekly=((0, 540, 1080),))


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--hours", "all day"), "hours: Write hours such as"),
        (("--zone", "Mars/Olympus"), "zone: Write a time zone"),
        (("--accent", "blue"), "accent: Write a colour"),
        (("--origin", "shop.example"), "origins: Write origins"),
    ],
)
def test_what_is_wrong_is_told_by_field(livesupport: Terminal, flags: tuple[str, str], told: str) -> None:
    done = livesupport("site", "set", "default", *flags)

    assert done.exit_code == 1
    assert done.stderr.startswith(told)


def test_a_topic_is_added_and_listed(livesupport: Terminal) -> None:
    done = livesupport("topic", "add", "default", "Delivery")

    assert done.stdout == "Topic Delivery has the id 1.\n"
    assert "Delivery (1)" in livesupport("site", "list").stdout


def test_a_site_that_is_not_there_is_told_so(livesupport: Terminal) -> None:
    for words in (("site", "set", "nowhere", "--title", "X"), ("topic", "add", "nowhere", "Delivery")):
        assert (livesupport(*words).exit_code, livesupport(*words).stderr) == (1, "no such site\n")


def test_a_site_whose_name_has_no_latin_letter_is_called_by_its_host(livesupport: Terminal) -> None:
    done = livesupport("site", "add", "ჩემი მაღაზია", "https://my-shop.ge", "https://www.my-shop.ge")

    assert 'data-site="my-shop-ge"' in done.stdout
    assert livesupport.ask(lambda services: services.sites.get("my-shop-ge")).name == "ჩემი მაღაზია"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("site", "add", "shop", "https://shop.example"), "this site id is taken\n"),
        (("topic", "add", "default", "Delivery"), "the site has a topic of this name already\n"),
        (("canned", "add", "hello", "Good day"), "this shortcut is taken\n"),
    ],
)
def test_what_exists_already_is_named(livesupport: Terminal, words: tuple[str, ...], told: str) -> None:
    assert livesupport(*words).exit_code == 0

    again = livesupport(*words)

    assert (again.exit_code, again.stdout, again.stderr) == (1, "", told)


def test_a_site_with_an_origin_that_is_none_is_not_added(livesupport: Terminal) -> None:
    for origin in ("shop.example", "https://shop.example/cups", "not an origin"):
        done = livesupport("site", "add", "shop", origin)
        assert (done.exit_code, done.stderr) == (1, "origins: Write origins such as https://shop.example, at most 50.\n")

    assert "shop" not in livesupport("site", "list").stdout


def test_ready_answers_are_added_and_listed(livesupport: Terminal) -> None:
    assert livesupport("canned", "list").stdout == "There are none yet.\n"

    assert livesupport("canned", "add", "hello", "Good day").stdout == "Agents can type /hello now.\n"

    assert livesupport("canned", "list").stdout == "/hello  Good day\n"


def test_the_key_that_vouches_for_people_stays_until_it_is_renewed(livesupport: Terminal) -> None:
    first = livesupport("site", "user-key", "default").stdout.strip()

    assert len(first) >= 43
    assert livesupport("site", "user-key", "default").stdout.strip() == first
    assert livesupport("site", "user-key", "default", "--renew").stdout.strip() not in ("", first)
    assert livesupport("site", "user-key", "nowhere").exit_code == 1
