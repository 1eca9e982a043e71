"""Business time: how much of it passes, and when enough of it has passed; held against counting minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livesupport.calendar import after, is_open, open_time, working_day
from livesupport.model import Hours
from livesupport.sites.hours import parse_hours
from tests.sites.test_hours import any_hours, at, near_a_change

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
OFFICE = parse_hours("Mon-Fri 09:00-18:00; 2026-11-26 closed; 2026-11-27 10:00-12:00", "Asia/Tbilisi")


def tbilisi(moment: str) -> datetime:
    return at("Asia/Tbilisi", moment)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-23 10:00", "2026-11-23 12:30", 2.5),  # a Monday
        ("2026-11-23 08:00", "2026-11-23 09:00", 0),
        ("2026-11-23 17:00", "2026-11-24 10:00", 2),
        ("2026-11-25 17:00", "2026-11-27 11:00", 2),  # over a day that is closed, into one with hours of its own
        ("2026-11-27 11:00", "2026-11-30 10:00", 2),  # over a weekend
        ("2026-11-23 12:00", "2026-11-23 10:00", 0),
    ],
)
def test_business_time_passes_only_while_the_desk_is_open(start: str, end: str, hours: float) -> None:
    assert open_time(OFFICE, tbilisi(start), tbilisi(end)) == hours * HOUR


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23 10:00", 4, "2026-11-23 14:00"),
        ("2026-11-23 17:00", 1, "2026-11-23 18:00"),  # it is up at the moment of closing, not at the next opening
        ("2026-11-23 17:00", 2, "2026-11-24 10:00"),
        ("2026-11-22 12:00", 1, "2026-11-23 10:00"),  # a Sunday
        ("2026-11-25 18:00", 3, "2026-11-30 10:00"),
        ("2026-11-22 12:00", 0, "2026-11-22 12:00"),
    ],
)
def test_so_much_business_time_is_up_at_this_moment(start: str, hours: float, end: str) -> None:
    assert after(OFFICE, tbilisi(start), hours * HOUR) == tbilisi(end)


def test_a_night_over_midnight_is_one_stretch_also_where_two_days_overlap() -> None:
    nights = parse_hours("Mon-Sun 20:00-06:00; Tue 02:00-03:00", "Asia/Tbilisi")

    assert open_time(nights, tbilisi("2026-11-23 22:00"), tbilisi("2026-11-24 05:00")) == 7 * HOUR
    assert after(nights, tbilisi("2026-11-23 05:00"), 2 * HOUR) == tbilisi("2026-11-23 21:00")


def test_a_night_in_which_the_clock_is_changed_has_the_hours_that_pass() -> None:
    night = parse_hours("Sat 22:00-06:00", "America/New_York")

    assert open_time(night, at("UTC", "2026-03-07"), at("UTC", "2026-03-09")) == 7 * HOUR
    assert open_time(night, at("UTC", "2026-10-31"), at("UTC", "2026-11-02")) == 9 * HOUR
    assert after(night, at("UTC", "2026-03-07"), 7 * HOUR) == at("America/New_York", "2026-03-08 06:00")


def test_a_desk_that_is_always_open_has_no_seams() -> None:
    start = datetime(2026, 11, 22, 12, 34, 56, 789, UTC)

    assert after(Hours(zone="Europe/Kyiv"), start, timedelta(days=400)) == start + timedelta(days=400)
    assert open_time(Hours(zone="Europe/Kyiv"), start, start + timedelta(days=400)) == timedelta(days=400)


def test_what_would_take_decades_has_no_moment() -> None:
    minute_a_week = Hours(weekly=((0, 540, 541),))

    assert after(minute_a_week, datetime(2026, 11, 22, tzinfo=UTC), 100 * HOUR) is None


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("", 24),
        ("Mon-Fri 09:00-18:00", 9),
        ("Mon-Fri 09:00-13:00, 14:00-18:00; Sat 10:00-14:00", 44 / 6),
        ("Sun 22:00-02:00", 4),
    ],
)
def test_a_working_day_is_what_the_desk_is_open_on_a_usual_day(text: str, hours: float) -> None:
    assert working_day(parse_hours(text, "Asia/Tbilisi")) == hours * HOUR


# ── Against a clock that is looked at every minute ───────────────────────────────────────────────────────────────────

whole_minutes = near_a_change.map(lambda moment: moment.replace(second=0, microsecond=0))


@settings(deadline=None, max_examples=40)
@given(any_hours, whole_minutes, st.integers(0, 2 * 24 * 60))
def test_business_time_is_the_sum_of_the_open_minutes(hours: Hours, start: datetime, minutes: int) -> None:
    counted = sum(is_open(hours, start + number * MINUTE) for number in range(minutes))

    assert open_time(hours, start, start + minutes * MINUTE) == counted * MINUTE


@settings(deadline=None, max_examples=60)
@given(any_hours, whole_minutes, st.integers(1, 24 * 60))
def test_enough_business_time_has_passed_at_the_first_such_moment(hours: Hours, start: datetime, wanted: int) -> None:
    end = after(hours, start, wanted * MINUTE)

    if end is not None:
        assert open_time(hours, start, end) == wanted * MINUTE
        assert open_time(hours, start, end - MINUTE) == (wanted - 1) * MINUTE
        assert is_open(hours, end - MINUTE)
