"""A chat is being saved, and meanwhile somebody vanishes, ends it, erases it or blocks: what then comes first."""

from __future__ import annotations

from livesupport.chat import protocol as p
from livesupport.rules import Rules
from tests.chat.cast import Stage, a_talk

# ── somebody vanishes ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_connection_that_is_lost_for_a_moment_lets_the_five_seconds_run_on(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.converts()
    stage.run_for(1)
    vera.loses_connection()
    stage.run_for(3)
    vera.arrives()
    assert vera.sees().armed_in == 1.0
    vera.does(p.Refuse())
    stage.run_for(60)

    assert stage.opened == []


def test_vera_who_is_gone_while_it_is_armed_objects_no_more() -> None:
    stage = Stage(Rules(convert_seconds=30))
    vera, ana = a_talk(stage)
    ana.converts()
    vera.loses_connection()
    stage.run_for(9.875)
    assert stage.opened == []

    stage.run_for(0.125)
    assert len(stage.opened) == 1


def test_vera_who_is_gone_already_is_not_waited_for(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera.loses_connection()
    stage.run_for(10)
    ana.converts()
    assert len(stage.opened) == 1

    stage.saves()
    assert ana.sees().ticket == "1001-7"


def test_vera_who_closes_her_tab_during_the_writing_gets_her_ticket(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.converts()
    stage.run_for(5)
    vera.leaves()
    stage.run_for(30)
    assert stage.machine.stats().chats == 1, "not before the outcome is known"
    stage.saves()

    assert ana.hears(p.Erased).reason == "visitor_left"
    assert stage.machine.stats().chats == 0
    assert stage.appended_texts() == [["converted"]]


def test_ana_who_is_lost_during_the_writing_leaves_a_saved_chat_behind(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.converts()
    ana.loses_connection()
    stage.run_for(60)
    stage.saves()

    assert (vera.sees().status, vera.sees().ticket) == ("waiting", "1001-7")


def test_end_and_erase_while_it_is_armed_cancels_it(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.converts()
    vera.does(p.VisitorEnd())
    stage.run_for(60)

    assert ana.hears(p.Erased).reason == "visitor_erased"
    assert stage.opened == []


def test_end_and_erase_during_the_writing_erases_the_chat_and_not_the_request(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.converts()
    stage.run_for(5)
    vera.does(p.VisitorEnd())
    ana.ends()
    vera.says("Bye").does(p.VisitorTyping())
    stage.run_for(20)
    vera.hears_no(p.Erased)
    stage.saves("1042-1")

    assert vera.hears(p.Line, kind="converted").other == "1042-1"
    assert vera.hears(p.Erased).reason == "visitor_erased"
    assert stage.machine.stats().chats == 0
    assert stage.appended_texts() == [["Bye", "converted"]]


def test_end_and_erase_during_a_writing_that_fails_erases_all_the_same(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.converts()
    stage.run_for(5)
    vera.does(p.VisitorEnd())
    stage.fails_to_save()

    assert vera.hears(p.Erased).reason == "visitor_erased"
    assert stage.machine.stats().chats == 0


def test_anas_end_while_it_is_armed_waits_for_it() -> None:
    stage = Stage(Rules(convert_seconds=12))
    vera, ana = a_talk(stage)
    ana.converts().ends()
    stage.run_for(10)
    assert vera.sees().status == "active"
    stage.run_for(2)
    stage.saves("1042-1")

    assert (vera.sees().status, vera.sees().reason, vera.sees().ticket) == ("ended", "converted_and_ended", "1042-1")


def test_anas_end_while_it_is_armed_comes_after_a_refusal_too() -> None:
    stage = Stage(Rules(convert_seconds=12))
    vera, ana = a_talk(stage)
    ana.converts().ends()
    stage.run_for(10)
    vera.does(p.Refuse())

    assert (vera.sees().status, vera.sees().reason) == ("ended", "agent_ended")
    assert stage.opened == []


def test_vera_who_objects_to_the_end_does_not_object_to_the_saving() -> None:
    stage = Stage(Rules(convert_seconds=12))
    vera, ana = a_talk(stage)
    ana.converts().ends()
    stage.run_for(11)
    vera.does(p.VisitorUndoEnd())
    stage.run_for(1)
    stage.saves()
    stage.run_for(20)

    assert (vera.sees().status, vera.sees().ticket) == ("active", "1001-7")


def test_a_word_of_a_blocked_visitor_does_not_call_the_block_off() -> None:
    stage = Stage(Rules(convert="recorded"))
    vera, ana = a_talk(stage)
    ana.ends().converts().does(p.Block(chat=vera.chat))
    vera.says("Wait").does(p.VisitorUndoEnd())
    stage.saves()

    assert vera.hears(p.Erased).reason == "blocked"
