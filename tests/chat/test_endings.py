"""How chats end."""

from __future__ import annotations

import pytest

from livesupport.chat import protocol as p
from livesupport.rules import Rules
from tests.chat.cast import ANA, BEN, Stage, a_talk

MINUTE = 60.0


# ── the agent ends ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_anas_end_is_seen_for_ten_seconds_before_it_is_one(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.ends()
    assert (vera.sees().ending_by, vera.sees().ending_in, ana.sees().ending_in) == ("Ana", 10.0, 10.0)
    stage.run_for(9.875)
    assert vera.sees().status == "active"
    assert ana.me().load == 1

    stage.run_for(0.125)
    assert (vera.sees().status, vera.sees().reason, vera.sees().save_in) == ("ended", "agent_ended", 60.0)
    assert ana.me().load == 0
    assert ana.hears(p.Erased).reason == "agent_ended"
    assert (vera.story[-1], vera.lines[-1].other) == ("ended", "agent_ended")
    assert stage.counted("ended") == ["agent_ended"]


@pytest.mark.parametrize(
    "sign", [p.VisitorUndoEnd(), p.VisitorTyping(), p.VisitorSay(id="A" * 22, text="Wait")], ids=["button", "typing", "message"]
)
def test_vera_who_is_not_finished_stops_it(stage: Stage, sign: p.VisitorCommand) -> None:
    vera, ana = a_talk(stage)
    ana.ends()
    stage.run_for(9.875)
    vera.does(sign)
    stage.run_for(60)

    assert (vera.sees().status, vera.sees().ending_in, ana.sees().ending_in) == ("active", None, None)


def test_typing_that_has_stopped_stops_nothing(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.ends()
    vera.does(p.VisitorTyping(on=False))
    stage.run_for(10)

    assert vera.sees().status == "ended"


def test_ana_may_change_her_mind_and_end_again(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.ends()
    stage.run_for(5)
    ana.ends().does(p.AgentUndoEnd(chat=vera.chat))
    assert vera.sees().ending_in is None
    stage.run_for(60)
    ana.ends()

    assert vera.sees().ending_in == 10.0


def test_a_second_click_does_not_begin_the_ten_seconds_anew(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.ends()
    stage.run_for(5)
    ana.ends()
    stage.run_for(5)

    assert vera.sees().status == "ended"


def test_the_server_forgets_after_a_minute(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.ends()
    stage.run_for(10 + 59.875)
    vera.hears_no(p.Erased)
    stage.run_for(0.125)

    assert vera.hears(p.Erased).reason == "agent_ended"
    assert stage.machine.stats().chats == 0


def test_vera_who_reloads_in_that_minute_still_has_it_all(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.says("Bye.").ends()
    stage.run_for(10)
    vera.leaves()
    stage.run_for(40)
    vera.listens_anew().arrives()

    assert vera.texts == ["Where is my parcel?", "Bye."]
    assert (vera.sees().status, vera.sees().save_in) == ("ended", 20.0)
    stage.run_for(20)
    assert vera.hears(p.Erased)


def test_a_chat_whose_visitor_is_gone_is_not_kept_for_anybody(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera.loses_connection()
    stage.run_for(10)
    ana.ends()
    stage.run_for(10)

    assert stage.machine.stats().chats == 0


def test_a_chat_whose_visitor_vanished_a_moment_ago_is_kept(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.ends()
    stage.run_for(5)
    vera.loses_connection()
    stage.run_for(10)
    vera.arrives()

    assert (vera.sees().status, vera.sees().save_in) == ("ended", 55.0)


def test_the_seat_that_gets_free_goes_to_the_next_in_the_same_moment() -> None:
    stage = Stage(Rules(default_capacity=1), agents=(ANA,))
    _vera, ana = a_talk(stage)
    stage.visitor("Olga").asks()
    ana.ends()
    stage.run_for(9.875)
    assert not ana.rings()

    stage.run_for(0.125)
    assert ana.rings()


# ── the visitor ends ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_end_and_erase_is_at_once_for_everybody(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera.does(p.VisitorEnd())

    assert vera.hears(p.Erased) == ana.hears(p.Erased) == p.Erased(chat=vera.chat, reason="visitor_erased")
    assert stage.machine.stats().chats == 0
    assert stage.counted("ended") == ["visitor_erased"]
    ana.hears_no(p.Line, kind="ended")


def test_end_and_erase_also_cuts_the_minute_after_an_end_short(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.ends()
    stage.run_for(10)
    vera.does(p.VisitorEnd())

    assert vera.hears(p.Erased).reason == "visitor_erased"
    assert stage.counted("ended") == ["agent_ended"], "it is one end"


def test_end_and_erase_from_the_queue_stops_the_ringing(stage: Stage) -> None:
    ana, vera = stage.agent(ANA), stage.visitor().asks()
    vera.does(p.VisitorEnd())

    assert not ana.rings()
    assert stage.machine.stats().waiting == 0


def test_end_and_erase_goes_before_an_end_that_waits(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.converts()
    stage.run_for(5)
    vera.does(p.VisitorEnd())
    ana.ends()
    stage.run_for(10)
    stage.fails_to_save()

    assert vera.hears(p.Erased).reason == "visitor_erased"
    assert stage.machine.stats().chats == 0


# ── rating ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_rating_is_counted_once_per_chat_and_for_nobody_in_particular(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    tab = vera.opens_another_tab()
    vera.does(p.Rate(good=True))
    assert stage.counted("rated") == [], "not before the end"
    ana.ends()
    stage.run_for(10)
    vera.does(p.Rate(good=True)).does(p.Rate(good=True))
    tab.does(p.Rate(good=False))
    vera.leaves()
    vera.arrives().does(p.Rate(good=True))

    assert stage.counted("rated") == ["good"]


def test_whoever_erased_the_chat_may_still_rate_it(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    vera.does(p.VisitorEnd()).does(p.Rate(good=False))

    assert stage.counted("rated") == ["bad"]


def test_a_chat_that_nobody_answered_is_not_rated(stage: Stage) -> None:
    stage.agent(ANA)
    vera = stage.visitor().asks().does(p.VisitorEnd()).does(p.Rate(good=False))
    vera.does(p.Rate(good=True))

    assert stage.counted("rated") == []


# ── silence ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_silence_on_both_sides_warns_after_eight_minutes_sleeps_after_ten_and_ends_after_fifteen(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    stage.run_for(8 * MINUTE - 0.125)
    assert vera.sees().idle_in is None
    stage.run_for(0.125)
    assert vera.sees().idle_in == ana.sees().idle_in == 7 * MINUTE
    stage.run_for(2 * MINUTE - 0.125)
    assert not ana.sees().inactive
    stage.run_for(0.125)
    assert (ana.sees().inactive, ana.me().load) == (True, 0)
    stage.run_for(5 * MINUTE - 0.125)
    assert vera.sees().status == "active"

    stage.run_for(0.125)
    assert (vera.sees().status, vera.sees().reason, vera.sees().idle_in) == ("ended", "idle_timeout", None)


@pytest.mark.parametrize("who", ["vera", "ana"])
def test_any_word_wakes_the_chat_and_takes_the_seat_again(stage: Stage, who: str) -> None:
    vera, ana = a_talk(stage)
    stage.run_for(14 * MINUTE)
    (vera if who == "vera" else ana).says("Still here.")
    assert (vera.sees().idle_in, ana.sees().inactive, ana.me().load) == (None, False, 1)
    stage.run_for(15 * MINUTE - 0.125)
    assert vera.sees().status == "active"

    stage.run_for(0.125)
    assert vera.sees().reason == "idle_timeout"


def test_a_sleeping_chat_that_wakes_may_exceed_the_capacity() -> None:
    stage = Stage(Rules(default_capacity=1), agents=(ANA,))
    vera, ana = a_talk(stage)
    stage.run_for(10 * MINUTE)
    stage.visitor("Olga").asks()
    ana.accepts()
    vera.says("I am back.")

    assert (ana.me().load, ana.me().capacity, ana.me().status) == (2, 1, "busy")


@pytest.mark.parametrize("start", [429.8, 1877.2, 3362.9, 15_948.1])
def test_silence_is_noticed_at_any_hour_of_the_clock(start: float) -> None:
    """Sums of decimal fractions are not exact: a step whose deadline comes a hair too early must not spin for ever."""
    assert any(start + step - start < step for step in (480.0, 600.0, 900.0)), "must be inexact for this test to mean anything"
    stage = Stage(time=start)
    vera, ana = a_talk(stage)
    stage.run_for(481.0)
    assert vera.sees().idle_in is not None
    stage.run_for(120.0)
    assert ana.sees().inactive
    stage.run_for(300.0)

    assert vera.sees().reason == "idle_timeout"


def test_a_pinned_chat_may_be_silent_for_an_hour(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    stage.run_for(9 * MINUTE)
    ana.does(p.Pin(chat=vera.chat, on=True))
    assert (ana.sees().pinned, vera.sees().idle_in) == (True, None)
    stage.run_for(44 * MINUTE - 0.125)
    assert vera.sees().idle_in is None
    stage.run_for(0.125)
    assert vera.sees().idle_in == 7 * MINUTE
    stage.run_for(7 * MINUTE)

    assert vera.sees().reason == "idle_timeout"


def test_a_chat_whose_pin_is_taken_out_is_warned_before_it_ends(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.does(p.Pin(chat=vera.chat, on=True))
    stage.run_for(30 * MINUTE)
    ana.does(p.Pin(chat=vera.chat, on=False))
    stage.run_for(8 * MINUTE)

    assert (vera.sees().status, vera.sees().idle_in) == ("active", 7 * MINUTE)


def test_whoever_waits_for_an_agent_is_never_idle() -> None:
    stage = Stage(Rules(default_capacity=1), agents=(ANA,))
    vera, ana = a_talk(stage)
    olga = stage.visitor("Olga").asks()
    for _ in range(3):
        stage.run_for(9 * MINUTE)
        vera.says("Still here.")
        olga.does(p.KeepWaiting())

    assert olga.sees().status == "waiting"
    assert ana.sees().status == "active"


def test_a_chat_that_was_warned_and_requeued_is_not_warned_in_the_queue(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    stage.run_for(9 * MINUTE)
    ana.does(p.Requeue(chat=vera.chat))
    stage.run_for(9 * MINUTE)

    assert (vera.sees().status, vera.sees().idle_in) == ("waiting", None)


# ── age ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_chat_lives_eight_hours_and_is_warned_ten_minutes_before(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    for _ in range(48 - 1):
        stage.run_for(10 * MINUTE - 0.125)
        assert vera.sees().too_old_in is None
        stage.run_for(0.125)
        vera.says("Still here.")
    assert vera.sees().too_old_in == ana.sees().too_old_in == 10 * MINUTE
    stage.run_for(10 * MINUTE - 0.125)
    assert vera.sees().status == "active"

    stage.run_for(0.125)
    assert (vera.sees().reason, vera.sees().save_in) == ("too_old", 60.0)


def test_no_hand_over_makes_a_chat_younger() -> None:
    stage = Stage(Rules(max_chat_age=20 * MINUTE))
    vera, ana = a_talk(stage)
    stage.run_for(9 * MINUTE)
    ben = stage.agent(BEN)
    ana.does(p.Transfer(chat=vera.chat, agent=2))
    ben.accepts()
    stage.run_for(11 * MINUTE)

    assert vera.sees().reason == "too_old"
