"""Visitors come, start, drop out and return."""

from __future__ import annotations

from typing import Any

import pytest

from livesupport.chat import protocol as p
from livesupport.chat.events import Site
from tests.chat.cast import ANA, SHOP, Stage, Visitor, a_talk

ID = "A" * 22


# ── coming ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_vera_is_welcomed_and_told_what_she_may_write_and_how_long_it_is_kept(stage: Stage) -> None:
    welcome = stage.visitor().hears(p.VisitorWelcome)

    assert (welcome.brand, welcome.resumed, welcome.convert, welcome.grace) == ("Corner Shop", False, "notify", 180.0)
    assert (welcome.limits.text, welcome.limits.name, welcome.limits.phone, welcome.limits.question) == (2000, 80, 32, 500)
    assert "say" in welcome.commands


def test_a_sites_own_way_of_converting_is_announced_before_the_first_word() -> None:
    stage = Stage(sites=(Site(id="shop", name="Shop", convert="recorded"),))

    assert stage.visitor().hears(p.VisitorWelcome).convert == "recorded"


def test_a_panel_of_an_unknown_site_is_sent_away(stage: Stage) -> None:
    eve = stage.visitor("Eve", site="nowhere")

    assert eve.hears(p.Refused).code == "unknown_site"
    assert stage.closed == [(eve, p.CloseCode.FORBIDDEN)]
    assert stage.machine.stats().visitors == 0


# ── starting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_start_is_answered_by_a_token_the_question_and_a_state(stage: Stage) -> None:
    stage.agent(ANA)
    vera = stage.visitor().asks("  Where is my parcel? ", name=" Vera ", id=ID)

    assert [(token.visitor, token.site, token.chat) for token in stage.tokens] == [(vera.visitor, "shop", vera.chat)]
    assert [(line.kind, line.by, line.name, line.text, line.id) for line in vera.lines] == [
        ("opened", "visitor", "Vera", "Where is my parcel?", ID)
    ]
    assert stage.counted("started") == [""]


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"name": " "}, "bad_name", "name"),
        ({"name": "V" * 81}, "bad_name", "name"),
        ({"phone": "1" * 33}, "bad_phone", "phone"),
        ({"question": "\n"}, "bad_question", "question"),
        ({"question": "q" * 501}, "bad_question", "question"),
        ({"topic": 9}, "bad_topic", "topic"),
    ],
)
def test_what_is_wrong_is_named_and_changes_nothing(stage: Stage, fields: dict[str, Any], code: str, field: str) -> None:
    stage.agent(ANA)
    vera = stage.visitor().asks(**(fields | {"ref": 7}))

    refused = vera.hears(p.Refused)
    assert (refused.code, refused.field, refused.ref) == (code, field, 7)
    assert stage.machine.stats().chats == 0
    assert vera.asks().sees().status == "offered"


def test_a_double_click_starts_one_chat(stage: Stage) -> None:
    stage.agent(ANA)
    vera = stage.visitor().asks(id=ID).asks(id=ID)

    vera.hears_no(p.Refused)
    assert vera.texts == ["Where is my parcel?"]
    assert stage.machine.stats().chats == 1


def test_a_second_start_while_the_first_chat_runs_is_refused(stage: Stage) -> None:
    vera, _ana = a_talk(stage)

    assert vera.asks("And another thing").hears(p.Refused).code == "already_chatting"
    assert stage.machine.stats().chats == 1


def test_vera_may_start_anew_when_her_chat_has_ended(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    first = vera.chat
    ana.ends()
    stage.run_for(10)
    vera.asks("One more question")

    assert vera.hears(p.Erased).chat == first
    assert vera.chat != first
    assert vera.sees().status == "offered"
    assert stage.machine.stats().chats == 1


# ── several tabs ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_tabs_share_the_one_chat_and_its_place(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    tab = vera.opens_another_tab()
    assert tab.hears(p.VisitorWelcome).resumed
    assert tab.texts == ["Where is my parcel?"]
    ana.says("Hello to both.")

    assert vera.lines == tab.lines
    assert tab.asks("Me too").hears(p.Refused).code == "already_chatting"
    assert stage.machine.stats().chats == 1


def test_twenty_tabs_that_start_at_once_get_one_place(stage: Stage) -> None:
    ana = stage.agent(ANA)
    tabs = [stage.visitor()]
    tabs += [tabs[0].opens_another_tab() for _ in range(19)]
    for tab in tabs:
        tab.asks()

    assert stage.machine.stats().chats == 1
    assert len(ana.all(p.Offer)) == 1
    assert len({tab.hears(p.VisitorChat).chat for tab in tabs}) == 1


def test_what_one_tab_does_the_other_tab_sees(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    tab = vera.opens_another_tab()
    vera.does(p.VisitorEnd())

    assert tab.hears(p.Erased).reason == "visitor_erased"
    assert tab.says("Hello?").hears(p.Refused).code == "no_such_chat"


def test_only_the_last_tab_that_closes_counts_as_leaving(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    tab = vera.opens_another_tab()
    vera.leaves()
    stage.run_for(300)
    assert not ana.sees().visitor_gone

    tab.leaves()
    stage.run_for(30)
    assert ana.hears(p.Erased).reason == "visitor_left"


# ── dropping out ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_hiccup_of_less_than_ten_seconds_is_silent(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.listens_anew()
    vera.loses_connection()
    stage.run_for(9.875)

    ana.hears_no(p.AgentChat)


def test_after_ten_seconds_ana_sees_that_vera_is_gone_and_when_the_chat_erases(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera.loses_connection()
    stage.run_for(10)
    assert (ana.sees().visitor_gone, ana.sees().erases_in) == (True, 80.0)

    vera.arrives()
    assert (ana.sees().visitor_gone, ana.sees().erases_in) == (False, None)


@pytest.mark.parametrize(
    ("hello", "leaves", "grace"),
    [({}, False, 90.0), ({"mobile": True}, False, 180.0), ({"hidden": True}, False, 180.0), ({"mobile": True}, True, 30.0)],
    ids=["lost on a desktop", "lost on a phone", "lost while hidden", "left"],
)
def test_the_chat_is_kept_for_a_while_and_then_erased(hello: dict[str, Any], leaves: bool, grace: float) -> None:
    stage = Stage()
    ana, vera = stage.agent(ANA), stage.visitor(**hello).asks()
    ana.accepts()
    if leaves:
        vera.leaves()
    else:
        vera.loses_connection()
    stage.run_for(grace - 0.125)
    assert stage.machine.stats().chats == 1

    stage.run_for(0.125)
    assert ana.hears(p.Erased).reason == "visitor_left"
    assert (stage.machine.stats().chats, stage.machine.stats().bytes) == (0, 0)


def test_a_page_that_is_hidden_later_is_granted_the_longer_absence(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    vera.does(p.Visibility(hidden=True))
    vera.loses_connection()
    stage.run_for(179.875)
    assert stage.machine.stats().chats == 1

    vera.arrives()
    vera.does(p.Visibility(hidden=False))
    vera.loses_connection()
    stage.run_for(90)
    assert stage.machine.stats().chats == 0


def test_each_absence_counts_anew(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    for _ in range(3):
        vera.loses_connection()
        stage.run_for(80)
        vera.arrives()
    stage.run_for(200)

    assert vera.sees().status == "active"


def test_a_reload_loses_nothing(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.says("Found it.")
    vera.leaves()
    stage.run_for(0.5)
    ana.says("It is in Kutaisi.")
    vera.listens_anew().arrives()

    assert vera.hears(p.VisitorWelcome).resumed
    assert vera.hears(p.Lines).reset
    assert vera.texts == ["Where is my parcel?", "Found it.", "It is in Kutaisi."]
    assert len(stage.tokens) == 2


def test_whoever_waits_keeps_the_place_for_the_same_while(stage: Stage) -> None:
    ana = stage.agent(ANA, "away")
    ana.wants_to_be("available")
    vera = stage.visitor().asks()
    vera.loses_connection()
    stage.run_for(89.875)
    assert stage.machine.stats().waiting == 1

    stage.run_for(0.125)
    assert stage.machine.stats().waiting == 0
    assert stage.counted("ended") == ["queue_abandoned"]


# ── coming back ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_chat_that_was_erased_is_not_resumed(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    vera.loses_connection()
    stage.run_for(90)
    vera.arrives()

    assert not vera.hears(p.VisitorWelcome).resumed
    assert vera.says("Hello?").hears(p.Refused).code == "no_such_chat"


def test_somebody_elses_chat_is_not_shown_whatever_the_token_names(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    eve = Visitor(stage, "Eve", "another visitor", "shop", "")
    eve.chat = vera.chat
    eve.arrives()

    assert not eve.hears(p.VisitorWelcome).resumed
    eve.hears_no(p.VisitorChat)
    eve.hears_no(p.Lines)


def test_a_token_of_one_site_shows_nothing_on_another() -> None:
    stage = Stage(sites=(SHOP, Site(id="bank", name="Bank")))
    vera, _ana = a_talk(stage)
    elsewhere = Visitor(stage, "Vera", vera.visitor, "bank", "")
    elsewhere.chat = vera.chat

    assert not elsewhere.arrives().hears(p.VisitorWelcome).resumed
    vera.does(p.VisitorEnd()).asks("Once more")
    elsewhere.hears_no(p.VisitorChat)


# ── a line that breaks at the first word ─────────────────────────────────────────────────────────────────────────────


def test_a_start_whose_answer_was_lost_is_the_same_chat_when_it_is_sent_again(stage: Stage) -> None:
    stage.agent(ANA)
    vera = stage.visitor("Vera", address="home").asks(id="start-of-vera-00001")
    vera.loses_connection()
    again = stage.visitor("Vera", address="home").asks(id="start-of-vera-00001")

    assert again.chat == vera.chat
    assert again.texts == ["Where is my parcel?"]
    assert len(stage.machine._floor.chats) == 1


def test_nobody_else_gets_into_a_chat_by_the_id_of_its_start(stage: Stage) -> None:
    stage.agent(ANA)
    vera = stage.visitor("Vera", address="home").asks(id="start-of-vera-00001")
    vera.loses_connection()
    eve = stage.visitor("Eve", address="elsewhere").asks(id="start-of-vera-00001")

    assert eve.chat != vera.chat


def test_a_page_whose_chat_is_erased_learns_who_is_there_now(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.wants_to_be("away")
    vera.listens_anew().does(p.VisitorEnd())

    assert [type(push) for push in vera.heard][-2:] == [p.Erased, p.Service]
    assert vera.hears(p.Service).state == "no_agents"
