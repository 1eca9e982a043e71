"""Deadlines by name."""

from __future__ import annotations

from livesupport.chat.timers import SPARE, Timers


def test_the_earliest_deadline_comes_first_whatever_the_order_of_setting() -> None:
    timers = Timers()
    timers.set("grace", "vera", 30.0)
    timers.set("offer", "vera", 10.0)
    timers.set("idle", "olga", 20.0)

    assert timers.next() == 10.0
    assert list(timers.due(25.0)) == [("offer", "vera"), ("idle", "olga")]
    assert timers.next() == 30.0


def test_a_deadline_is_due_at_its_very_second_and_only_once() -> None:
    timers = Timers()
    timers.set("offer", "vera", 10.0)

    assert list(timers.due(9.875)) == []
    assert list(timers.due(10.0)) == [("offer", "vera")]
    assert list(timers.due(11.0)) == []


def test_setting_it_again_moves_it_later_or_earlier() -> None:
    timers = Timers()
    timers.set("idle", "vera", 10.0)
    timers.set("idle", "vera", 20.0)
    assert list(timers.due(15.0)) == []

    timers.set("idle", "vera", 16.0)
    assert list(timers.due(30.0)) == [("idle", "vera")]


def test_a_deadline_that_was_moved_back_to_its_old_second_comes_once() -> None:
    timers = Timers()
    for at in (10.0, 20.0, 10.0):
        timers.set("idle", "vera", at)

    assert list(timers.due(30.0)) == [("idle", "vera")]


def test_what_is_cancelled_never_comes() -> None:
    timers = Timers()
    timers.set("grace", "vera", 10.0)
    timers.set("offer", "vera", 11.0)
    timers.set("grace", "olga", 12.0)
    timers.cancel_all("vera", ("grace", "offer", "never set"))

    assert timers.get("grace", "vera") is None
    assert timers.get("grace", "olga") == 12.0
    assert list(timers.due(20.0)) == [("grace", "olga")]
    assert timers.next() is None


def test_what_is_armed_while_others_are_carried_out_counts_in_the_same_turn() -> None:
    timers = Timers()
    timers.set("first", "", 10.0)
    seen = []
    for what, _ in timers.due(20.0):
        seen.append(what)
        if what == "first":
            timers.set("second", "", 15.0)
            timers.set("much later", "", 25.0)

    assert seen == ["first", "second"]


def test_chats_that_ended_long_before_their_deadlines_leave_nothing_behind() -> None:
    timers = Timers()
    for number in range(10_000):
        timers.set("age", f"chat-{number}", 28_800.0 + number)
        timers.cancel("age", f"chat-{number}")
    timers.set("age", "vera", 9.0)

    assert len(timers._heap) <= SPARE + 4
    assert list(timers.due(50_000.0)) == [("age", "vera")]
