"""The word of a site for a person: what it may say, how it is signed, and everything that is not its word."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

import pytest

from livesupport.accounts.vouching import Vouched, read, signature
from tests.documents import blocks
from tests.documents import read as read_document

KEY = "a key that only the shop has"
NOW = 1_800_000_000.0
NINO = {"id": "customer-7", "name": "Nino Ó", "phone": "+995 555", "email": "Nino@Example.com", "exp": str(int(NOW) + 300)}


def judged(
    attributes: dict[str, str], *, key: str = KEY, now: float = NOW, signed: dict[str, str] | None = None
) -> Vouched | None:
    return read(key, attributes, signature(KEY, signed or attributes), now)


def test_a_site_vouches_for_nino() -> None:
    assert judged(NINO) == Vouched(
        account="customer-7", name="Nino Ó", phone="+995 555", email="nino@example.com", email_verified=False
    )


def test_the_signature_is_what_the_documents_say_it_is() -> None:
    text = "email=a@b.example\nexp=1800000300\nid=7\nname=Nino Ó"
    by_hand = hmac.new(KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
    assert signature(KEY, {"id": "7", "name": "Nino Ó", "email": "a@b.example", "exp": "1800000300"}) == by_hand


def test_a_site_that_follows_the_documents_is_understood() -> None:
    (program,) = blocks(read_document("docs/embed.md"), "python")
    scope: dict[str, Any] = {}
    exec(program, scope)
    said = scope["vouch"](KEY, id=7, name="Nino", email_verified="true")
    vouched = read(KEY, {name: value for name, value in said.items() if name != "sig"}, said["sig"], time.time())
    assert vouched is not None
    assert vouched.account == "7"


def test_the_site_may_say_that_it_has_seen_the_address_proved() -> None:
    said = judged(NINO | {"email_verified": "true"})
    assert said is not None
    assert said.email_verified
    said = judged(NINO | {"email_verified": "1"})
    assert said is not None
    assert not said.email_verified


@pytest.mark.parametrize("name", sorted(NINO))
def test_no_attribute_can_be_changed_or_left_out(name: str) -> None:
    assert judged(NINO | {name: NINO[name] + "0"}, signed=NINO) is None
    assert judged({key: value for key, value in NINO.items() if key != name}, signed=NINO) is None


def test_nothing_can_be_added_and_no_line_break_hides_an_attribute() -> None:
    assert judged(NINO | {"email_verified": "true"}, signed=NINO) is None
    assert judged(NINO | {"role": "administrator"}) is None
    split = {"id": "7", "name": "Nino\nphone=1", "exp": NINO["exp"]}
    assert signature(KEY, split) == signature(KEY, {"id": "7", "name": "Nino", "phone": "1", "exp": NINO["exp"]})
    assert judged(split) is None


@pytest.mark.parametrize("seconds", [-1, 0, 631, 86_400])
def test_a_word_that_is_over_or_lasts_too_long_is_worth_nothing(seconds: int) -> None:
    assert judged(NINO | {"exp": str(int(NOW) + seconds)}) is None


@pytest.mark.parametrize("exp", ["", "soon", "1e3", "-5", "٣٠٠", "18000003000000", " 1800000300"])
def test_an_end_that_is_no_number_is_none(exp: str) -> None:
    assert judged(NINO | {"exp": exp}) is None


@pytest.mark.parametrize("sig", ["", "0" * 64, "é", "\ud800", signature("another key", NINO), signature(KEY, NINO).upper()])
def test_a_signature_of_somebody_else_is_none(sig: str) -> None:
    assert read(KEY, NINO, sig, NOW) is None


def test_a_site_without_a_key_vouches_for_nobody() -> None:
    assert read("", NINO, signature("", NINO), NOW) is None


@pytest.mark.parametrize("account", ["", "   ", "x" * 300])
def test_a_person_without_an_id_is_nobody(account: str) -> None:
    assert judged(NINO | {"id": account}) is None
