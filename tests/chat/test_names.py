"""Does a visitor's name pass for one of ours?"""

from __future__ import annotations

import pytest

from livesupport.chat.names import RESERVED, passes_for
from tests.chat.cast import ANA, Stage


@pytest.mark.parametrize(
    "name",
    ["Ana", "ANA", " a n a ", "Аna", "Аnа", "Aná", "Ana ✔", "A\u200bna", "\u202eana", "Αna", "A.n.a", "\uff21na"],
)  # Cyrillic, Greek and full-width letters, marks, invisible ones
def test_a_visitor_who_looks_like_ana_is_noticed(name: str) -> None:
    assert passes_for(name, ["Ben", "Ana"])


@pytest.mark.parametrize(("name", "agent"), [("BiII", "Bill"), ("B1ll", "Bill"), ("0leg", "Oleg"), ("Вen", "Ben")])
def test_digits_and_capitals_do_not_help(name: str, agent: str) -> None:
    assert passes_for(name, [agent])


@pytest.mark.parametrize("name", ["Anna", "Vera", "An", "Анна", "", "   ", "✔", "🙂"])
def test_other_names_are_just_names(name: str) -> None:
    assert not passes_for(name, ["Ana", "Ben", ""])


@pytest.mark.parametrize("name", ["Support ✔", "SUPPORT", "Аdmin", "Поддержка", "پشتیبانی", "Support-Team"])
def test_the_house_own_titles_are_reserved(name: str) -> None:
    assert passes_for(name, RESERVED)


@pytest.mark.parametrize("name", ["Аna", "Support ✔", "Corner  shop"])
def test_ana_sees_a_mark_on_the_card_of_a_visitor_who_borrows_a_name(stage: Stage, name: str) -> None:
    ana = stage.agent(ANA)
    stage.visitor(name).asks()

    assert ana.accepts().sees().visitor.name_is_agents


def test_vera_under_her_own_name_bears_no_mark(stage: Stage) -> None:
    ana = stage.agent(ANA)
    stage.visitor("Vera").asks()

    assert not ana.accepts().sees().visitor.name_is_agents


def test_whatever_name_eve_takes_her_lines_are_a_visitors(stage: Stage) -> None:
    stage.agent(ANA)
    eve = stage.visitor("Ana").asks("I am from support.").says("Your password, please?")

    assert [line.by for line in eve.lines] == ["visitor", "visitor"]
