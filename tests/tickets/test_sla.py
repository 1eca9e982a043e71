"""Promised times: three clocks, read from the history of a ticket; held against a clock that is looked at every minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livesupport.calendar import is_open
from livesupport.model import Author, Hours, MessageKind, PromiseKind, Sla, Targets, TicketEvent, TicketMessage
from livesupport.sites.hours import parse_hours
from livesupport.tickets.sla import (
    ANSWERS,
    Happening,
    Promise,
    Story,
    Written,
    alerts,
    next_due,
    promises,
    stories,
    story,
)
from livesupport.tickets.sla import clocks as sla_clocks
from tests.sites.test_hours import any_hours, near_a_change

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
OFFICE = parse_hours("Mon-Fri 09:00-17:00", "UTC")  # days of eight hours
SLA = Sla(enabled=True)  # normal: 8 hours for a reply, 5 days to solve


def at(hour: float, day: int = 0) -> datetime:
    """An hour of a day of the week, Monday being 0."""
    return MONDAY + timedelta(days=day, hours=hour)


def clocks(
    *happened: tuple[datetime, Happening], now: datetime, sla: Sla = SLA, hours: Hours = OFFICE
) -> dict[PromiseKind, Promise]:
    """The clocks of a normal ticket that began on Monday at nine."""
    return {one.kind: one for one in promises(Story(at(9), happened), "normal", sla, hours, now)}


# ── The first reply ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_reply_is_due_after_so_much_business_time() -> None:
    first = clocks(now=at(13))["first_reply"]

    assert (first.due_at, first.warn_at) == (at(17), at(15))
    assert first.share == 0.5
    assert not first.is_near(at(13))


def test_a_reply_in_time_keeps_the_promise_and_a_late_one_does_not() -> None:
    kept = clocks((at(17), "answered"), now=at(12, 1))["first_reply"]
    broken = clocks((at(10, 1), "answered"), now=at(12, 4))["first_reply"]

    assert (kept.is_late(at(12, 4)), kept.ended_at, kept.spent) == (False, at(17), 8 * HOUR)
    assert (broken.is_late(at(12, 4)), broken.due_at, broken.spent) == (True, at(17), 9 * HOUR)


@pytest.mark.parametrize("what", ["open", "pending", "on_hold", "asked"])
def test_only_a_reply_answers_not_a_status_and_not_the_requester(what: Happening) -> None:
    assert clocks((at(10), what), now=at(11))["first_reply"].ended_at is None


@pytest.mark.parametrize("what", sorted(ANSWERS - {"answered"}))
def test_to_a_finished_ticket_no_reply_is_owed(what: Happening) -> None:
    assert clocks((at(10), what), now=at(11))["first_reply"].ended_at == at(10)


def test_spam_is_owed_nothing_and_what_was_none_after_all_goes_on() -> None:
    spam = clocks((at(10), "spam"), now=at(16))["first_reply"]
    not_spam = clocks((at(10), "spam"), (at(12), "open"), now=at(13))["first_reply"]

    assert (spam.due_at, spam.spent) == (None, HOUR)
    assert (not_spam.due_at, not_spam.spent) == (at(11, 1), 2 * HOUR)


# ── The next reply ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_next_reply_is_owed_from_the_oldest_question_that_nobody_answered() -> None:
    asked_again = ((at(10), "answered"), (at(11), "asked"), (at(12), "asked"))

    assert "next_reply" not in clocks((at(9.5), "asked"), now=at(12))  # the first reply is owed, and answers both
    assert clocks(*asked_again, now=at(13))["next_reply"].since == at(11)  # type: ignore[arg-type]


def test_each_question_after_an_answer_begins_anew() -> None:
    talk = [(at(10), "answered"), (at(11), "asked"), (at(12), "answered"), (at(13), "asked")]

    assert clocks(*talk[:3], now=at(12.5))["next_reply"].ended_at == at(12)  # type: ignore[arg-type]
    assert clocks(*talk, now=at(14))["next_reply"].spent == HOUR  # type: ignore[arg-type]


def test_who_writes_into_a_solved_ticket_waits_for_the_next_reply() -> None:
    found = clocks((at(10), "solved"), (at(11), "asked"), (at(11), "open"), now=at(12))

    assert (found["next_reply"].since, found["next_reply"].ended_at) == (at(11), None)


# ── Of merged tickets ────────────────────────────────────────────────────────────────────────────────────────────────


def a_letter(kind: MessageKind, author: Author, moment: datetime) -> TicketMessage:
    return TicketMessage(id=1, kind=kind, author=author, name="", text="", at=moment)


def an_event(what: str, new: str, moment: datetime) -> TicketEvent:
    return TicketEvent(id=1, what=what, actor="Ana", at=moment, new=new)


def written(number: str, began: datetime, *, replied: Sequence[datetime] = (), merged: tuple[str, datetime] | None) -> Written:
    """A request that was written down and merged into another one."""
    letters = [a_letter("request", "requester", began), *(a_letter("reply", "agent", moment) for moment in replied)]
    events = [an_event("status", "merged", merged[1]), an_event("merged", *merged)] if merged else []
    return Written(number, began, letters, events)


def of_all(own: Written, *parts: Written, now: datetime) -> dict[PromiseKind, Promise]:
    return {one.kind: one for one in sla_clocks(stories(own, parts), "normal", SLA, OFFICE, now)}


def test_what_was_owed_to_a_merged_ticket_is_owed_until_somebody_replies_where_it_is_now() -> None:
    part = written("2", at(11), merged=("1", at(13)))
    owes = of_all(written("1", at(9), replied=[at(12)], merged=None), part, now=at(14))
    answered = of_all(written("1", at(9), replied=[at(12), at(15)], merged=None), part, now=at(16))

    assert (owes["first_reply"].since, owes["first_reply"].ended_at, owes["first_reply"].due_at) == (at(11), None, at(11, 1))
    assert (answered["first_reply"].since, answered["first_reply"].ended_at) == (at(9), at(12))
    assert owes["resolution"].since == at(9)


def test_a_part_that_was_answered_is_owed_nothing_and_its_own_debt_comes_first_only_when_it_is_older() -> None:
    answered = written("2", at(9), replied=[at(10)], merged=("1", at(11)))
    older = written("3", at(9), merged=("1", at(12)))
    younger = written("4", at(12), merged=("1", at(13)))
    own = written("1", at(10), merged=None)

    assert of_all(own, answered, younger, now=at(14))["first_reply"].since == at(10)
    assert of_all(own, older, now=at(14))["first_reply"].since == at(9)


def test_a_part_of_a_part_follows_it() -> None:
    middle = written("2", at(9), replied=[at(12)], merged=("1", at(14)))
    first = written("3", at(10), merged=("2", at(11)))
    last = written("4", at(13), merged=("2", at(13.5)))
    own = written("1", at(9), replied=[at(9.5)], merged=None)

    assert of_all(own, middle, first, now=at(15))["first_reply"].ended_at == at(9.5)
    assert of_all(own, middle, last, now=at(15))["first_reply"].since == at(13)


# ── The solution ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_solution_is_due_in_business_days() -> None:
    assert clocks(now=at(9))["resolution"].due_at == at(17, 4)


def test_waiting_for_the_requester_does_not_count() -> None:
    waiting = clocks((at(11), "pending"), now=at(16, 3))["resolution"]
    back = clocks((at(11), "pending"), (at(11, 3), "open"), now=at(12, 3))["resolution"]

    assert (waiting.due_at, waiting.spent) == (None, 2 * HOUR)
    assert (back.due_at, back.spent) == (at(17, 9), 3 * HOUR)


def test_waiting_for_somebody_else_counts_unless_the_site_says_otherwise() -> None:
    counts = clocks((at(11), "on_hold"), now=at(13))["resolution"]
    pauses = clocks((at(11), "on_hold"), now=at(13), sla=Sla(enabled=True, on_hold_pauses=True))["resolution"]

    assert (counts.spent, pauses.spent) == (4 * HOUR, 2 * HOUR)


def test_a_ticket_that_is_opened_again_goes_on_with_the_time_that_was_spent() -> None:
    solved = clocks((at(11), "solved"), now=at(12, 2))["resolution"]
    again = clocks((at(11), "solved"), (at(11, 2), "open"), now=at(12, 2))["resolution"]

    assert (solved.ended_at, solved.spent) == (at(11), 2 * HOUR)
    assert (again.ended_at, again.spent) == (None, 3 * HOUR)


def test_another_priority_counts_from_the_beginning() -> None:
    urgent = {one.kind: one for one in promises(Story(at(9), ()), "urgent", SLA, OFFICE, at(12))}

    assert (urgent["first_reply"].due_at, urgent["resolution"].due_at) == (at(10), at(17))
    assert urgent["first_reply"].is_late(at(12))


# ── What agents see ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_next_promise_is_the_one_that_ends_first_or_was_broken_first() -> None:
    soon, late = next_due(clocks(now=at(10)).values()), next_due(clocks(now=at(10, 9)).values())
    resting = next_due(clocks((at(10), "answered"), (at(10), "pending"), now=at(11)).values())

    assert [one and (one.kind, one.due_at) for one in (soon, late, resting)] == [
        ("first_reply", at(17)),
        ("first_reply", at(17)),
        None,
    ]


def told(what: str, kind: str, when: datetime) -> TicketEvent:
    return TicketEvent(id=1, what=what, actor="", at=when, new=kind)


def test_agents_are_warned_once_and_told_of_the_end_once() -> None:
    found = [clocks(now=at(10))["first_reply"]]
    warned, ended = told("due_soon", "first_reply", at(15)), told("overdue", "first_reply", at(17))

    assert [(one.at, one.what) for one in alerts(found, [])] == [(at(15), "due_soon"), (at(17), "overdue")]
    assert [(one.at, one.what) for one in alerts(found, [warned])] == [(at(17), "overdue")]
    assert alerts(found, [ended]) == []


def test_the_wait_for_another_reply_is_told_of_again() -> None:
    talk = [(at(10), "answered"), (at(11), "asked"), (at(12), "answered"), (at(13), "asked")]
    found = [clocks(*talk, now=at(14))["next_reply"]]  # type: ignore[arg-type]

    assert alerts(found, [told("overdue", "next_reply", at(12))]) != []


def test_a_story_is_read_from_the_thread() -> None:
    def message(kind: MessageKind, author: Author, hour: float, shown: float | None = None) -> TicketMessage:
        visible_at = None if shown is None else at(shown)
        return TicketMessage(
            id=1,
            kind=kind,
            author=author,
            name="",
            text="",
            at=at(hour),
            visible_at=visible_at,
        )

    thread = [
        message("chat", "requester", 8),
        message("chat", "agent", 8.5),
        message("request", "requester", 9),
        message("note", "agent", 10),
        message("reply", "agent", 11, shown=11.5),
        message("reply", "requester", 13),
    ]
    events = [TicketEvent(id=1, what="status", actor="Ana", at=at(12), old="new", new="pending"), told("noted", "", at(10))]

    assert story(at(9), thread, events).happened == [
        (at(9), "asked"),
        (at(11.5), "answered"),  # when the requester could see it
        (at(12), "pending"),
        (at(13), "asked"),
    ]


# ── Against counting minutes ─────────────────────────────────────────────────────────────────────────────────────────

HAPPENINGS: tuple[Happening, ...] = ("asked", "answered", "open", "pending", "on_hold", "solved", "closed", "spam")
happenings = st.lists(st.tuples(st.integers(0, 600), st.sampled_from(HAPPENINGS)), max_size=8)


def runs(kind: PromiseKind, happened: Sequence[tuple[int, Happening]], minute: int, on_hold_pauses: bool) -> bool:
    """Whether a clock runs in this minute, seen from what had happened by then; `happened` is in order."""
    before = [what for when, what in happened if when <= minute]
    status = next((what for what in reversed(before) if what not in ("asked", "answered")), "new")
    if kind == "resolution":
        return status not in ({"pending", "spam", "solved", "closed"} | ({"on_hold"} if on_hold_pauses else set()))
    letters = [
        (index, what) for index, what in enumerate(what for _when, what in happened) if what == "asked" or what in ANSWERS
    ]
    if kind == "first_reply":
        return status != "spam" and not ANSWERS & set(before)
    questions = [index for (_, earlier), (index, what) in pairwise(letters) if what == "asked" and earlier in ANSWERS]
    begun = bool(questions) and len(before) > questions[-1]
    return begun and status != "spam" and not ANSWERS & set(before[questions[-1] :])


@settings(deadline=None, max_examples=80)
@given(any_hours, near_a_change, happenings, st.integers(0, 700), st.integers(1, 300), st.booleans())
def test_every_clock_shows_what_counting_the_minutes_shows(
    hours: Hours, start: datetime, what: list[tuple[int, Happening]], length: int, target: int, on_hold_pauses: bool
) -> None:
    start = start.replace(second=0, microsecond=0)
    happened = sorted(((when, one) for when, one in what if when <= length), key=lambda one: one[0])
    targets = Targets(first_reply_hours=target / 60, next_reply_hours=target / 60, resolution_days=0.1)
    sla = Sla(enabled=True, on_hold_pauses=on_hold_pauses, targets={"normal": targets})
    known = Story(start, [(start + when * MINUTE, one) for when, one in happened])

    for promise in promises(known, "normal", sla, hours, start + length * MINUTE):
        spent = [
            minute
            for minute in range(length)
            if runs(promise.kind, happened, minute, on_hold_pauses) and is_open(hours, start + minute * MINUTE)
        ]
        assert promise.spent == len(spent) * MINUTE
        if promise.kind != "resolution" and len(spent) > target:
            assert promise.due_at == start + (spent[target - 1] + 1) * MINUTE
        elif promise.due_at is not None:
            assert promise.due_at >= start + length * MINUTE or promise.kind == "resolution"
