"""What a person's account may be."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from livesupport.accounts.requests import NewAgent, folded_login
from livesupport.errors import Invalid

ANA: dict[str, Any] = {"login": "ana", "name": "Ana", "password": "correct horse"}


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *(("login", login) for login in ("", " ", "a b", "a/b", "x" * 81, "x" * 10_240, "a\x00b", "a\ud800", "<ana>")),
        *(("name", name) for name in ("", "  ", "\x00", "x" * 81)),
        *(("password", password) for password in ("", "1234567", "x" * 257)),
        *(("capacity", capacity) for capacity in (0, -1, 21, 2**63)),
        *(("languages", languages) for languages in (("e",), ("en", "georgian language"), ("",))),
        ("role", "god"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(field: str, wrong: Any) -> None:
    with pytest.raises(Invalid) as caught:
        NewAgent(**{**ANA, field: wrong})
    assert list(caught.value.problems) == [field]


def test_all_fields_that_are_wrong_are_named_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        NewAgent(login="", name="", password="")
    assert set(caught.value.problems) == {"login", "name", "password"}


@pytest.mark.parametrize("login", ["ana", "ana.b@example.com", "ნინო", "олена-2", "ana+desk"])
def test_a_login_may_be_of_any_alphabet(login: str) -> None:
    assert NewAgent(**{**ANA, "login": login}).login == login


def test_login_and_name_are_tidied() -> None:
    agent = NewAgent(login="  ANA ", name=" Ana \n Maria ", password="correct horse")
    assert (agent.login, agent.name) == ("ana", "Ana Maria")


def test_a_login_is_the_same_in_capitals_and_in_wide_letters() -> None:
    assert folded_login("ＡＮＡ") == folded_login("ana") == "ana"


def test_no_password_is_in_a_repr() -> None:
    assert "correct" not in repr(NewAgent(**ANA))


@pytest.mark.parametrize("extra", ["is_admin", "id", "disabled_at", "password_hash"])
def test_a_field_that_is_not_ours_is_refused(extra: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**ANA, extra: "x"}, NewAgent)
