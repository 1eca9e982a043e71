"""Whatever form a word may take, one of the needles is in it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from livesupport.selfcheck.canaries import Canaries, needles

DISGUISES: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "UTF-16, little end first": lambda text: text.encode("utf-16-le"),
    "UTF-16, big end first": lambda text: text.encode("utf-16-be"),
    "JSON": lambda text: json.dumps({"text": text}).encode(),
    "an address": lambda text: quote(text).encode(),
    "hex": lambda text: text.encode().hex().encode(),
    "HEX": lambda text: text.encode().hex().upper().encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64 after one byte": lambda text: base64.b64encode(b"\xff" + text.encode() + b"\xff"),
    "base64 after two bytes": lambda text: base64.b64encode(b"\xff\xff" + text.encode() + b"\xff"),
    "base64url after one byte": lambda text: base64.urlsafe_b64encode(b"\xff" + text.encode()),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_word_is_known_in_every_disguise(disguise: str) -> None:
    canaries = Canaries()
    for text in (canaries.latin("Latin"), canaries.georgian("Georgian")):
        sought = needles([canary for canary in canaries.all if canary.text == text])

        assert any(needle.octets in DISGUISES[disguise](text) for needle in sought)
        assert not any(needle.octets in DISGUISES[disguise](text[:-2]) for needle in sought)  # nor is it seen where it is not


def test_a_phone_number_is_known_as_it_was_typed_and_as_the_server_writes_it() -> None:
    canaries = Canaries()
    typed = canaries.phone("phone")
    sought = {needle.octets for needle in needles(canaries.all)}

    assert typed.encode() in sought
    assert f"995{typed.replace(' ', '')}".encode() in sought


def test_no_two_words_are_the_same_and_none_is_shown_by_accident() -> None:
    canaries = Canaries()
    texts = [canaries.latin("one"), canaries.latin("two"), canaries.georgian("three"), canaries.georgian("four")]

    assert len(set(texts)) == 4
    assert not any(text in repr(canaries.all) + repr(needles(canaries.all)) for text in texts)
