"""Agents come, say whether they want to be asked, drop out and return; and the directory of who may be one."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest

from livesupport.chat import protocol as p
from livesupport.chat.events import AgentIdentity, AgentLeaves, Parting
from livesupport.rules import Rules
from tests.chat.cast import ANA, BEN, SUE, Agent, Stage, a_talk

# ── coming ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ana_is_welcomed_first_and_then_shown_herself_the_team_and_the_queue(stage: Stage) -> None:
    ana = stage.agent(ANA)

    assert [type(push) for push in ana.heard[:4]] == [p.AgentWelcome, p.Me, p.Team, p.Queue]
    welcome = ana.hears(p.AgentWelcome)
    assert (welcome.id, welcome.name, welcome.role) == (1, "Ana", "agent")
    assert (ana.me().intent, ana.me().status, ana.me().load, ana.me().capacity) == ("available", "available", 0, 3)


def test_somebody_who_is_not_in_the_directory_is_sent_away(stage: Stage) -> None:
    eve = stage.agent(AgentIdentity(id=99, name="Eve"))

    assert stage.closed == [(eve, p.CloseCode.FORBIDDEN)]
    eve.hears_no(p.AgentWelcome)


def test_an_agent_who_has_not_said_anything_is_away(stage: Stage) -> None:
    assert stage.agent(ANA, None).me().intent == "away"


def test_the_switch_survives_a_reload_and_a_second_console_does_not_turn_it(stage: Stage) -> None:
    ana = stage.agent(ANA, "away")
    ana.loses_connection()
    ana.arrives(intent="available")
    assert ana.me().intent == "away"

    assert ana.opens_another_tab().me().intent == "away"


def test_after_a_restart_of_the_server_the_console_says_what_the_switch_was() -> None:
    assert Stage(start=2).agent(ANA, "available").me().intent == "available"


def test_colleagues_see_who_is_there_and_who_can_take_a_chat(stage: Stage) -> None:
    ana, ben = stage.agent(ANA), stage.agent(BEN, "away")
    stage.run_for(1)

    team = {mate.name: (mate.status, mate.routable) for mate in ana.hears(p.Team).agents}
    assert team == {"Ana": ("available", True), "Ben": ("away", False), "Sue": ("offline", False)}
    ben.loses_connection()
    stage.run_for(1)
    assert ana.hears(p.Team).agents[1].status == "reconnecting"
    stage.run_for(60)
    assert ana.hears(p.Team).agents[1].status == "offline"


# ── dropping out ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_hiccup_of_less_than_five_seconds_is_silent(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera.listens_anew()
    ana.loses_connection()
    stage.run_for(4.875)

    vera.hears_no(p.VisitorChat)


def test_after_five_seconds_vera_sees_that_ana_is_reconnecting(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.loses_connection()
    stage.run_for(5)
    assert (vera.sees().agent_gone, vera.sees().agent) == (True, "Ana")

    ana.arrives()
    assert not vera.sees().agent_gone


def test_ana_who_is_back_within_the_minute_continues_and_nothing_is_said(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    stage.agent(BEN)
    ana.loses_connection()
    stage.run_for(59.875)
    vera.says("Still there?")
    ana.arrives(tips={vera.chat: p.Tip(epoch=stage.epoch, seq=2)})

    assert vera.story == ["opened", "assigned", "message"]
    assert ana.lines == vera.lines
    assert not ana.hears(p.Lines).reset
    ana.says("Yes.")
    assert vera.texts[-1] == "Yes."


def test_after_a_minute_vera_goes_to_ben_who_reads_everything(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.says("Let me look.")
    ben = stage.agent(BEN)
    ana.loses_connection()
    stage.run_for(60)

    assert ben.accepts().texts == ["Where is my parcel?", "Let me look."]
    assert vera.story == ["opened", "assigned", "message", "requeued", "assigned"]
    assert ben.sees().agent == vera.sees().agent == "Ben"


def test_ana_who_comes_back_too_late_is_told_to_drop_her_copy(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ben = stage.agent(BEN)
    ana.loses_connection()
    stage.run_for(60)
    ben.accepts()
    ana.listens_anew().arrives(tips={vera.chat: p.Tip(epoch=stage.epoch, seq=2)})

    assert ana.hears(p.Released).chat == vera.chat
    ana.hears_no(p.AgentChat)
    assert ana.says("I am back").hears(p.Refused).code == "no_such_chat"


def test_a_console_that_comes_back_keeps_the_copies_it_may_keep(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    sue = stage.agent(SUE).does(p.Join(chat=vera.chat))
    for agent in (ana, sue):
        agent.loses_connection()
        agent.listens_anew().arrives(tips={vera.chat: p.Tip(epoch=stage.epoch, seq=2)})

        agent.hears_no(p.Released)
        assert not agent.hears(p.Lines).reset


def test_a_console_that_comes_back_hears_what_is_gone_before_it_hears_anything_else(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    stage.run_for(3)
    olga = stage.visitor("Olga").asks("Do you open on Sunday?")
    ana.accepts()
    ben = stage.agent(BEN)
    ana.loses_connection()
    stage.run_for(60)
    ben.accepts(olga.chat)
    vera.does(p.VisitorEnd())
    ana.listens_anew().arrives(tips={chat: p.Tip(epoch=1, seq=2) for chat in (vera.chat, olga.chat)})

    assert [type(push) for push in ana.heard[:4]] == [p.AgentWelcome, p.Erased, p.Released, p.Me]
    assert ana.hears(p.Erased, chat=vera.chat).reason == "visitor_erased"


def test_a_chat_that_has_ended_is_named_though_its_visitor_may_still_save_it(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.does(p.AgentEnd(chat=vera.chat)).loses_connection()
    stage.run_for(10)
    assert vera.sees().status == "ended"

    assert ana.listens_anew().arrives(tips={vera.chat: p.Tip(epoch=1, seq=2)}).hears(p.Erased).reason == "agent_ended"


def test_one_console_left_is_enough(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    tab = ana.opens_another_tab()
    ana.loses_connection()
    stage.run_for(120)

    assert (vera.sees().agent, vera.sees().agent_gone) == ("Ana", False)
    tab.chat = vera.chat
    tab.says("I am here.")
    assert vera.texts[-1] == "I am here."


def test_a_new_console_shows_every_chat_as_it_is(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera.says("Order 7.")
    stage.run_for(3)
    olga = stage.visitor("Olga").asks("Do you open on Sunday?")
    ana.accepts()
    tab = ana.opens_another_tab()

    for visitor, texts in ((vera, ["Where is my parcel?", "Order 7."]), (olga, ["Do you open on Sunday?"])):
        tab.chat = visitor.chat
        assert tab.texts == texts
        assert tab.sees().mine


# ── the switch ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("intent", ["away", "offline"])
def test_whoever_is_not_available_is_not_asked(stage: Stage, intent: p.Intent) -> None:
    ana = stage.agent(ANA).wants_to_be(intent)
    stage.agent(BEN)
    stage.visitor().asks()

    assert not ana.rings()
    assert ana.me().status == intent


@pytest.mark.parametrize(
    "command", [p.Convert, p.AgentEnd, p.AgentUndoEnd, functools.partial(p.Pin, on=True)], ids=["save", "end", "undo", "pin"]
)
def test_a_command_that_is_repeated_changes_nothing_and_is_answered(
    stage: Stage, command: Callable[..., p.AgentCommand]
) -> None:
    vera, ana = a_talk(stage)
    ana.does(command(chat=vera.chat))
    lines, seen = vera.lines, ana.sees()
    ana.listens_anew().does(command(chat=vera.chat))

    assert ana.sees() == seen
    ana.hears_no(p.Refused)
    assert vera.lines == lines


def test_a_supervisor_who_joins_twice_is_answered_twice_and_announced_once(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    sue = stage.agent(SUE).does(p.Join(chat=vera.chat)).listens_anew().does(p.Join(chat=vera.chat))

    assert sue.hears(p.AgentChat).mine is False
    assert vera.story.count("joined") == 1


def test_blocking_while_the_chat_is_being_saved_is_answered_and_ends_it_afterwards(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.converts().listens_anew().does(p.Block(chat=vera.chat)).hears(p.AgentChat)
    stage.run_for(5)
    stage.saves()

    assert vera.hears(p.Erased).reason == "blocked"


def test_ana_who_is_away_keeps_the_chats_she_has(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.wants_to_be("away")
    vera.says("Still there?")

    assert ana.texts[-1] == "Still there?"


def test_nobody_goes_offline_with_open_chats(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.does(p.SetIntent(intent="offline", ref=4))
    assert (ana.hears(p.Refused).code, ana.hears(p.Refused).ref) == ("busy_chats", 4)
    assert ana.me().intent == "available"

    ana.does(p.Requeue(chat=vera.chat)).wants_to_be("offline")
    assert ana.me().intent == "offline"


def test_whoever_departs_is_sent_nobody_and_after_a_minute_nobody_is_left_waiting(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    stage.run_for(3)
    stage.visitor("Olga").asks()
    ben = stage.agent(BEN)
    ana.does(p.Depart())
    assert (ana.me().intent, bool(ben.rings())) == ("away", True)
    stage.run_for(59.875)
    assert vera.sees().agent == "Ana"

    stage.run_for(0.125)
    assert (vera.sees().status, vera.story[-1]) == ("offered", "requeued")
    assert ana.hears(p.Released).chat == vera.chat


def test_whoever_stays_after_all_keeps_the_chats(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.does(p.Depart()).wants_to_be("away")
    stage.run_for(120)
    assert vera.sees().agent == "Ana"

    ana.does(p.Requeue(chat=vera.chat)).does(p.Depart()).accepts(vera.chat)
    stage.run_for(120)
    assert vera.sees().agent == "Ana"


@pytest.mark.parametrize(
    ("parting", "story", "status"),
    [("requeue", "requeued", "offered"), ("end", "assigned", "active"), (BEN.id, "assigned", "active")],
)
def test_when_ana_signs_out_vera_is_told_at_once(stage: Stage, parting: Parting, story: str, status: p.Status) -> None:
    vera, ana = a_talk(stage)
    ben = stage.agent(BEN)
    stage.happens(AgentLeaves(agent=ANA.id, parting=parting))
    ana.loses_connection()

    assert (vera.story[-1], vera.sees().status) == (story, status)
    assert (vera.sees().ending_by, bool(ben.rings())) == ("Ana" if parting == "end" else None, parting != "end")


def test_a_chat_that_ben_does_not_take_from_ana_who_signed_out_goes_back_to_the_queue(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ben = stage.agent(BEN)
    stage.happens(AgentLeaves(agent=ANA.id, parting=BEN.id))
    ana.loses_connection()
    ben.declines()
    assert vera.sees().agent == "Ana"
    stage.run_for(60)

    assert vera.story[-1] == "requeued"


def test_a_colleague_who_has_no_seat_left_is_handed_nothing(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    stage.happens(AgentLeaves(agent=ANA.id, parting=BEN.id))

    assert vera.story[-1] == "requeued"


def test_the_load_counts_chats_and_what_rings(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    stage.run_for(3)
    stage.visitor("Olga").asks()
    assert ana.me().load == 2

    vera.does(p.VisitorEnd())
    assert ana.me().load == 1


# ── the directory ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_agent_who_is_disabled_in_mid_chat_is_out_at_once_and_vera_goes_to_ben(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    tab, ben = ana.opens_another_tab(), stage.agent(BEN)
    stage.directory(agents=(BEN, SUE))
    assert set(stage.closed) == {(ana, p.CloseCode.FORBIDDEN), (tab, p.CloseCode.FORBIDDEN)}
    assert ana.hears(p.Released).chat == vera.chat

    assert ben.accepts().texts == ["Where is my parcel?"]
    assert vera.sees().agent == "Ben"
    ana.says("I can still talk")
    assert vera.texts == ["Where is my parcel?"]


def test_when_the_only_agent_is_disabled_vera_is_offered_other_ways(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    stage.directory(agents=(BEN, SUE))

    assert (vera.sees().status, vera.sees().agent_lost) == ("waiting", True)


def test_a_disabled_agents_offer_goes_on(stage: Stage) -> None:
    stage.agent(ANA)
    ben = stage.agent(BEN)
    stage.visitor().asks()
    stage.directory(agents=(BEN, SUE))

    assert ben.rings()


def test_an_agent_who_is_disabled_while_offline_and_enabled_again_starts_afresh(stage: Stage) -> None:
    _vera, ana = a_talk(stage)
    ana.loses_connection()
    stage.run_for(30)
    stage.directory(agents=(BEN, SUE))
    stage.directory(agents=(ANA, BEN, SUE))
    ana.listens_anew().arrives(intent="available")
    ana.accepts()
    stage.run_for(60)

    assert ana.sees().agent == "Ana", "the minute of the former life does not count"
    assert all(connections for connections, _ in stage.closed)


def test_a_supervisor_who_becomes_an_agent_reads_no_more(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    sue = stage.agent(SUE).does(p.Watch(on=True)).does(p.Join(chat=vera.chat))
    stage.directory(agents=(ANA, BEN, AgentIdentity(id=3, name="Sue")))
    assert sue.hears(p.Released).chat == vera.chat
    assert (vera.story[-1], vera.sees().supervisors) == ("left", [])

    stage.run_for(5)
    sue.listens_anew()
    vera.says("Something private")
    ben = stage.agent(BEN)
    stage.run_for(5)
    sue.hears_no(p.Line)
    sue.hears_no(p.Wall)
    assert ben.hears(p.Team)


def test_a_supervisor_who_is_disabled_reads_no_more(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    sue = stage.agent(SUE).does(p.Join(chat=vera.chat))
    stage.directory(agents=(ANA, BEN))

    assert stage.closed == [(sue, p.CloseCode.FORBIDDEN)]
    assert (vera.story[-1], vera.sees().supervisors) == ("left", [])


def test_a_greater_capacity_counts_at_once() -> None:
    stage = Stage(agents=(AgentIdentity(id=1, name="Ana", capacity=1),))
    _vera, ana = a_talk(stage)
    stage.visitor("Olga").asks()
    stage.run_for(3)
    assert not ana.rings()
    stage.directory(agents=(AgentIdentity(id=1, name="Ana", capacity=2),))

    assert ana.rings()
    assert ana.me().capacity == 2


def test_ana_sees_what_has_changed_about_her_in_her_console(stage: Stage) -> None:
    ana = stage.agent(ANA)
    stage.directory(agents=(AgentIdentity(id=1, name="Ana", capacity=5),))

    assert ana.me().capacity == 5


# ── blocking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_blocking_ends_the_chat_at_once_and_leaves_nothing_to_save(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.does(p.Block(chat=vera.chat))

    assert vera.hears(p.Erased).reason == ana.hears(p.Erased).reason == "blocked"
    assert stage.counted("ended") == ["blocked"]
    assert stage.machine.stats().chats == 0


def test_blocking_does_not_wait_for_the_blocked_one_to_consent() -> None:
    stage = Stage(Rules(convert="ask"))
    vera, ana = a_talk(stage)
    ana.converts().does(p.Block(chat=vera.chat))

    assert vera.hears(p.Erased).reason == "blocked"


def test_outdated_blocks_are_forgotten_when_the_next_one_is_made(stage: Stage) -> None:
    def block(name: str) -> None:
        eve = stage.visitor(name, address=f"hash of {name}").asks(phone="")
        ana.accepts().does(p.Block(chat=eve.chat))

    ana: Agent = stage.agent(ANA)
    block("Eve")
    stage.run_for(86_400)
    block("Eva")

    assert set(stage.machine._floor.blocked) == {"hash of Eva"}
