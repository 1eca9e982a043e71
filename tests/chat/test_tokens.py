"""A token that was copied from a page opens its chat no longer than 10 seconds after the page is known to hold a newer one."""

from __future__ import annotations

import pytest

from livesupport.chat import protocol as p
from tests.chat.cast import Agent, Stage, Visitor


def copied(page: Visitor, token: int | None = None) -> Visitor:
    """Somebody who has copied the token of a page as it is now."""
    thief = Visitor(page.stage, "Mallory", page.visitor, page.site, "")
    thief.chat, thief.token = page.chat, page.token if token is None else token
    return thief


def is_in(page: Visitor) -> bool:
    """Whether the page that said hello just now was given the chat."""
    return page.hears(p.VisitorWelcome).resumed


def test_a_hello_rotates_the_token_and_the_old_one_opens_the_chat_for_ten_seconds(
    stage: Stage, talk: tuple[Visitor, Agent]
) -> None:
    vera, _ana = talk
    first = vera.token
    vera.loses_connection()
    vera.arrives()
    vera.says("I am back.")
    assert vera.token > first

    stage.run_for(9.875)
    assert is_in(copied(vera, first).arrives())
    stage.run_for(0.125)
    assert not is_in(copied(vera, first).arrives())
    assert is_in(copied(vera).arrives())


def test_whoever_shows_an_old_token_is_a_stranger(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    thief = copied(vera)
    vera.loses_connection()
    vera.arrives().says("I am back.")
    stage.run_for(10)

    thief.arrives(recent=True)
    thief.hears_no(p.Token)
    thief.hears_no(p.Line)
    assert not thief.hears(p.VisitorWelcome).restoring
    ana.says("Welcome back.")
    thief.hears_no(p.Line)
    thief.says("Give me the parcel.")
    assert thief.hears(p.Refused).code == "no_such_chat"


@pytest.mark.parametrize("seconds", [0, 9, 11, 80])
def test_an_answer_that_was_lost_locks_nobody_out(stage: Stage, talk: tuple[Visitor, Agent], seconds: float) -> None:
    """The page says hello, the line breaks before it hears of the new token, and it comes back with the old one."""
    vera, _ana = talk
    held = vera.token
    vera.loses_connection()
    vera.arrives()
    vera.loses_connection()
    stage.run_for(seconds)

    vera.token = held
    assert is_in(vera.arrives())


def test_a_token_that_was_shown_is_held_even_if_nothing_was_said(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ana = talk
    first = vera.token
    for _ in range(2):
        vera.loses_connection()
        vera.arrives()
    stage.run_for(10)

    assert not is_in(copied(vera, first).arrives())


def test_all_tabs_are_given_the_new_token(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ana = talk
    tab = vera.opens_another_tab()
    tab.says("From here, too.")
    assert vera.token == tab.token

    stage.run_for(60)
    for page in (vera, tab):
        page.loses_connection()
        assert is_in(page.arrives())
        page.says("Hello again.")


def test_a_renewed_token_keeps_its_number(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    """Only a hello rotates: a page that is away while its token is renewed in another tab comes back."""
    vera, _ana = talk
    before = len(stage.tokens)
    stage.run_for(90)

    assert len(stage.tokens) == before + 3
    assert {each.number for each in stage.tokens[before:]} == {vera.token}


def test_the_token_of_an_ended_chat_opens_nothing(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ana = talk
    thief = copied(vera)
    vera.does(p.VisitorEnd())

    assert not is_in(thief.arrives(recent=True))
    assert not thief.hears(p.VisitorWelcome).restoring


def test_the_token_of_the_chat_before_opens_the_next_one_no_longer_than_another_old_one(
    stage: Stage, talk: tuple[Visitor, Agent]
) -> None:
    vera, _ana = talk
    old = copied(vera)
    vera.does(p.VisitorEnd())
    vera.asks("And my other parcel?")
    vera.says("Hello?")
    stage.run_for(10)

    assert not is_in(old.arrives())


def test_after_the_servers_death_every_recent_token_opens_the_chat_until_a_new_one_is_held(
    stage: Stage, talk: tuple[Visitor, Agent]
) -> None:
    vera, ana = talk
    first = vera.token
    vera.loses_connection()
    vera.arrives().says("I am back.")
    stage.run_for(10)
    stage.server_dies()

    vera.token = first  # nobody knows any more that it was rotated away
    vera.comes_back()
    ana.comes_back()
    assert vera.sees().status == "active"
    assert vera.token > first

    vera.says("Still here.")
    stage.run_for(10)
    assert not is_in(copied(vera, first).arrives())
    assert is_in(copied(vera).arrives())
