"""What a ticket may say of its transcript: that its seals were checked, and whether only one side held it."""

from __future__ import annotations

import msgspec
import pytest

from livesupport.chat import protocol as p
from livesupport.chat.events import Snapshot
from tests.chat.cast import ANA, Agent, Stage, Visitor


def saved(stage: Stage, visitor: Visitor) -> Snapshot:
    """The visitor has the chat saved."""
    visitor.does(p.Save())
    return stage.opened[-1].snapshot


def test_what_this_server_relayed_is_checked_and_was_held_by_both(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ana = talk
    snapshot = saved(stage, vera)
    assert (snapshot.checked, snapshot.one_sided) == (True, False)


@pytest.mark.parametrize("place", [0, 1, -1])
def test_a_line_that_is_not_what_was_sealed_is_noticed(stage: Stage, talk: tuple[Visitor, Agent], place: int) -> None:
    vera, _ana = talk
    lines = stage.machine._floor.chats[vera.chat].transcript.lines
    lines[place] = msgspec.structs.replace(lines[place], text="I owe you nothing.")
    assert not saved(stage, vera).checked


def test_a_line_that_is_missing_in_between_is_noticed(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ana = talk
    del stage.machine._floor.chats[vera.chat].transcript.lines[1]
    assert not saved(stage, vera).checked


def test_what_both_pages_brought_back_is_as_good_as_before(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    stage.server_dies()
    vera.comes_back()
    ana.comes_back()
    vera.says("And now?")
    snapshot = saved(stage, vera)
    assert (snapshot.checked, snapshot.one_sided) == (True, False)


def test_what_only_the_visitors_page_brought_back_is_one_sided(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ana = talk
    stage.server_dies()
    vera.comes_back()
    snapshot = saved(stage, vera)
    assert (snapshot.checked, snapshot.one_sided) == (True, True)


def test_what_only_the_agents_page_brought_back_is_one_sided(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    tip = vera.kept.tip(vera.chat)
    stage.server_dies()
    ana.comes_back()
    vera.kept.lines.clear()
    vera.listens_anew().comes_back(remembered=tip)
    snapshot = saved(stage, vera)
    assert (snapshot.checked, snapshot.one_sided) == (True, True)


def test_whoever_nobody_served_yet_needs_no_second_witness(stage: Stage) -> None:
    stage.agent(ANA)
    vera = stage.visitor().asks()
    stage.server_dies()
    vera.comes_back()
    snapshot = saved(stage, vera)
    assert (snapshot.checked, snapshot.one_sided) == (True, False)
