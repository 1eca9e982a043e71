"""Turning a chat into a ticket: armed, asked, saved, refused; exactly once."""

from __future__ import annotations

import pytest

from livesupport.chat import protocol as p
from livesupport.chat.events import Site, TicketFailed, TicketSaved
from livesupport.rules import Rules
from tests.chat.cast import BEN, Agent, Stage, Visitor, a_saved_talk, a_talk

ID = "A" * 22


def asking() -> tuple[Stage, Visitor, Agent]:
    """Ana talks with Vera on a site where the visitor must allow the saving."""
    stage = Stage(Rules(convert="ask"))
    return stage, *a_talk(stage)


# ── notify: armed for five seconds ───────────────────────────────────────────────────────────────────────────────────


def test_anas_click_arms_the_saving_for_five_seconds_on_both_screens(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.converts()
    assert (vera.sees().armed_by, vera.sees().armed_in, ana.sees().armed_in) == ("Ana", 5.0, 5.0)
    assert vera.story[-1] == "armed"
    stage.run_for(4.875)
    assert stage.opened == [], "still in memory only"

    stage.run_for(0.125)
    assert len(stage.opened) == 1
    assert ana.sees().saving
    assert vera.sees().ticket is None, "not before it is written"


def test_what_is_handed_over_is_exactly_what_was_said(stage: Stage) -> None:
    vera, ana = a_talk(stage, phone="+995555123456", page="https://shop.test/cart", language="ka", utc_offset=240)
    vera.says("Order 7.")
    ana.says("Found it.").does(p.Note(chat=vera.chat, id=ID, text="Refund?")).converts()
    stage.run_for(5)

    snapshot = stage.opened[-1].snapshot
    assert list(snapshot.lines) == vera.lines
    assert [line.text for line in snapshot.lines if line.text] == ["Where is my parcel?", "Order 7.", "Found it."]
    assert [note.text for note in snapshot.notes] == ["Refund?"]
    card = snapshot.visitor
    assert (card.name, card.phone, card.question) == ("Vera", "+995555123456", "Where is my parcel?")
    assert (card.page, card.language, card.utc_offset) == ("https://shop.test/cart", "ka", 240)
    assert (snapshot.site, snapshot.agent, snapshot.saved_by) == ("shop", 1, 1)


def test_both_sides_see_the_number(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.converts()
    stage.run_for(5)
    stage.saves("1042-1")

    assert vera.sees().ticket == ana.sees().ticket == "1042-1"
    line = vera.hears(p.Line, kind="converted")
    assert (line.name, line.other) == ("Ana", "1042-1")
    assert stage.counted("converted") == ["agent"]


def test_vera_may_press_save_now(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.converts()
    stage.run_for(1)
    vera.does(p.Save())
    assert stage.opened[-1].snapshot.saved_by == 1, "it was Ana's wish"

    stage.run_for(10)
    assert len(stage.opened) == 1


def test_one_refusal_ends_anas_right_and_leaves_veras(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.converts()
    stage.run_for(4.875)
    vera.does(p.Refuse())
    assert (ana.sees().refused, ana.sees().armed_in, vera.sees().armed_in) == (True, None, None)
    assert vera.story[-1] == "refused"
    stage.run_for(60)
    assert ana.converts().hears(p.Refused).code == "visitor_refused"
    assert stage.opened == []

    vera.does(p.Save())
    assert stage.opened[-1].snapshot.saved_by is None
    stage.saves()
    assert stage.counted("converted") == ["visitor"]


def test_the_refusal_holds_for_every_agent_who_comes_later(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.converts()
    vera.does(p.Refuse())
    ben = stage.agent(BEN)
    ana.does(p.Requeue(chat=vera.chat))

    assert ben.accepts().converts().hears(p.Refused).code == "visitor_refused"


def test_there_is_nothing_to_refuse_before_and_after(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    assert vera.does(p.Refuse()).hears(p.Refused).code == "not_allowed"
    ana.converts()
    stage.run_for(5)
    assert vera.does(p.Refuse()).hears(p.Refused).code == "already_saved"

    stage.saves()
    assert vera.does(p.Refuse()).hears(p.Refused).code == "already_saved"
    assert not ana.sees().refused


@pytest.mark.parametrize("rules", [Rules(convert_seconds=0), Rules(convert="recorded")], ids=["no seconds", "recorded"])
def test_where_the_rules_say_so_the_click_saves_at_once(rules: Rules) -> None:
    stage = Stage(rules)
    _vera, ana = a_talk(stage)
    ana.converts()

    assert len(stage.opened) == 1


def test_a_sites_own_rule_goes_before_the_general_one() -> None:
    stage = Stage(Rules(convert="recorded"), sites=(Site(id="shop", name="Shop", convert="ask"),))
    vera, ana = a_talk(stage)
    ana.converts()

    assert vera.sees().asked_in == 60.0


# ── exactly once ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_fifty_clicks_from_everywhere_make_one_ticket(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    tab = ana.opens_another_tab()
    tab.chat = vera.chat
    for _ in range(25):
        ana.converts()
        tab.converts()
    stage.run_for(5)
    for _ in range(25):
        ana.converts()
        vera.does(p.Save())

    assert len(stage.opened) == 1
    assert vera.story.count("armed") == 1
    ana.hears_no(p.Refused)
    stage.saves()
    assert ana.converts().hears(p.Refused).code == "already_saved"
    assert vera.does(p.Save()).hears(p.Refused).code == "already_saved"
    assert len(stage.opened) == 1
    assert stage.counted("converted") == ["agent"]


def test_an_outcome_that_comes_twice_or_for_nobody_changes_nothing(stage: Stage) -> None:
    vera, ana = a_saved_talk(stage)
    before = vera.lines
    ana.listens_anew()
    stage.saves("9999-9")
    stage.fails_to_save()
    for stray in (TicketSaved(chat="no such chat", number="1-1"), TicketFailed(chat="no such chat")):
        assert stage.happens(stray) == []

    assert vera.lines == before
    assert ana.heard == []
    assert ana.converts().hears(p.Refused).code == "already_saved"


def test_a_failure_says_not_saved_to_both_and_the_chat_goes_on_and_may_be_retried(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.converts()
    stage.run_for(5)
    stage.fails_to_save()
    assert ana.hears(p.Refused).code == vera.hears(p.Refused).code == "not_saved"
    assert (ana.sees().saving, ana.sees().refused, ana.sees().ticket) == (False, False, None)
    vera.says("Was that it?")

    ana.converts()
    stage.run_for(5)
    assert stage.opened[-1].snapshot.lines[-2].text == "Was that it?"
    stage.saves("1042-1")
    assert vera.sees().ticket == "1042-1"


# ── the visitor's own wish ───────────────────────────────────────────────────────────────────────────────────────────


def test_veras_own_wish_needs_no_waiting(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    vera.does(p.Save())

    assert stage.opened[-1].snapshot.saved_by is None
    assert stage.opened[-1].snapshot.agent == 1, "who becomes the assignee"


def test_vera_saves_after_the_end_while_the_offer_stands(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.ends()
    stage.run_for(10 + 59.875)
    vera.does(p.Save())
    stage.run_for(30)
    assert stage.machine.stats().chats == 1, "the writing is waited for"
    stage.saves()

    assert vera.hears(p.Line, kind="converted").other == "1001-7"
    assert stage.machine.stats().chats == 0


def test_a_minute_after_the_end_there_is_nothing_left_to_save(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.ends()
    stage.run_for(70)

    assert vera.does(p.Save()).hears(p.Refused).code == "no_such_chat"
    assert stage.opened == []


def test_a_visitor_without_a_chat_has_nothing_to_save_or_refuse(stage: Stage) -> None:
    eve = stage.visitor("Eve").does(p.Save()).does(p.Refuse())

    assert [refused.code for refused in eve.all(p.Refused)] == ["no_such_chat", "no_such_chat"]


# ── ask: the visitor must allow ──────────────────────────────────────────────────────────────────────────────────────


def test_where_vera_must_allow_it_she_has_a_minute() -> None:
    stage, vera, ana = asking()
    ana.converts()
    assert (vera.sees().armed_by, vera.sees().asked_in, ana.sees().asked_in) == ("Ana", 60.0, 60.0)
    stage.run_for(59.875)
    vera.does(p.Save())

    assert stage.opened[-1].snapshot.saved_by == 1


def test_silence_is_no_consent_and_no_refusal_either() -> None:
    stage, vera, ana = asking()
    ana.converts()
    stage.run_for(60)
    assert stage.opened == []
    assert (vera.sees().asked_in, ana.sees().refused) == (None, False)

    ana.converts()
    assert vera.sees().asked_in == 60.0


def test_whoever_is_asked_may_refuse_for_good() -> None:
    _stage, vera, ana = asking()
    ana.converts()
    vera.does(p.Refuse())

    assert ana.converts().hears(p.Refused).code == "visitor_refused"


def test_whoever_is_gone_is_never_taken_to_consent() -> None:
    stage, vera, ana = asking()
    ana.converts()
    vera.loses_connection()
    stage.run_for(10)
    assert ana.sees().asked_in is None
    assert ana.converts().hears(p.Refused).code == "not_allowed"
    stage.run_for(60)
    assert stage.opened == []

    vera.arrives()
    ana.converts()
    assert vera.sees().asked_in == 60.0


def test_anas_end_waits_for_the_answer_and_veras_leaving_does_not() -> None:
    stage, vera, ana = asking()
    ana.converts().ends()
    stage.run_for(10)
    assert vera.sees().status == "active"
    vera.does(p.VisitorEnd())

    assert vera.hears(p.Erased).reason == "visitor_erased"
    assert stage.opened == []
