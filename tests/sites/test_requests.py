"""What a site may be."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from livesupport.errors import Invalid
from livesupport.model import Contact, Hours, Site
from livesupport.sites.requests import check_canned, check_site, check_topic, is_site_id, tidied

SHOP = Site(id="shop", name="Shop", origins=("https://shop.example",))


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://shop.example", "https://shop.example"),
        ("HTTPS://Shop.Example/", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://localhost:8001", "http://localhost:8001"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:8001", "http://[::1]:8001"),
        ("https://münchen.example", "https://xn--mnchen-3ya.example"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(given: str, origin: str) -> None:
    site = tidied(msgspec.structs.replace(SHOP, origins=(given,)))
    check_site(site)
    assert site.origins == (origin,)


NO_ORIGINS = ["", "null", "*", "shop.example", "https://", "https://shop.example/path", "https://shop.example?x"]
NO_ORIGINS += [
    "https://ana:secret@shop.example",
    "https://shop.example;script-src *",
    "https://a b.example",
    "https://*.example",
]
NO_ORIGINS += [
    "javascript:alert(1)",
    "https://shop.example:99999",
    "https://[::1",
    "https://" + "x" * 300,
    "ftp://shop.example",
]


@pytest.mark.parametrize("given", NO_ORIGINS)
def test_what_is_no_origin_is_refused_for_it_would_go_into_a_header(given: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_site(tidied(msgspec.structs.replace(SHOP, origins=("https://good.example", given))))
    assert list(caught.value.problems) == ["origins"]


def test_an_origin_written_twice_is_kept_once() -> None:
    assert tidied(msgspec.structs.replace(SHOP, origins=("https://a.example", "https://A.example/"))).origins == (
        "https://a.example",
    )


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *(("id", site_id) for site_id in ("", "Shop", "-shop", "a b", "x" * 65, "../x", "შოპი")),
        *(("name", name) for name in ("", "  ", "x" * 81)),
        *(("accent", accent) for accent in ("", "red", "#fff", "#12345g", "#123456;")),
        *(("region", region) for region in ("", "G", "GEO", "1A", "გე", "XX")),
        *(("language", language) for language in ("", "e", "english language", "../en")),
        ("greeting", "x" * 501),
        ("mode", "random"),
        ("convert", "never"),
        ("contacts", (Contact(label="", value="+995"),)),
        ("contacts", (Contact(label="Phone", value="x" * 201),)),
        ("contacts", (Contact(label="Phone", value="1"),) * 21),
        ("hours", Hours(weekly=((7, 0, 60),))),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(field: str, wrong: Any) -> None:
    with pytest.raises(Invalid) as caught:
        check_site(tidied(msgspec.structs.replace(SHOP, **{field: wrong})))
    assert list(caught.value.problems) == [field]


def test_all_fields_that_are_wrong_are_named_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        check_site(tidied(Site(id="", name="", accent="", hours=Hours(zone="Mars/Base"))))
    assert set(caught.value.problems) == {"id", "name", "accent", "zone"}


@pytest.mark.parametrize("text", ["", "a b", "X", "x" * 65, "x" * 10_240, "1\n", "\x00", "\ud800", '{"$ne":null}'])
def test_what_is_no_site_id_is_known_as_such(text: str) -> None:
    assert not is_site_id(text)
    assert is_site_id("shop-2")


@pytest.mark.parametrize("name", ["", "x" * 81])
def test_a_topic_has_a_name(name: str) -> None:
    check_topic("Billing")
    with pytest.raises(Invalid):
        check_topic(name)


NO_CANNED = [("", "Hello"), ("a b", "Hello"), ("x" * 41, "Hello"), ("hi", ""), ("hi", "x" * 2001)]


@pytest.mark.parametrize(("shortcut", "text"), NO_CANNED)
def test_a_canned_reply_has_a_shortcut_and_a_text(shortcut: str, text: str) -> None:
    check_canned("hi", "Hello")
    with pytest.raises(Invalid):
        check_canned(shortcut, text)
