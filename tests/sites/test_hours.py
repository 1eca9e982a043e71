"""Business hours, in zones that change their clocks and zones that are odd."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from livesupport.calendar import DAY_MINUTES, is_open, next_opening
from livesupport.errors import Invalid
from livesupport.model import Hours
from livesupport.sites.hours import parse_hours, written_hours

ZONES = [
    "UTC",
    "Asia/Tbilisi",
    "Europe/Kyiv",
    "America/New_York",
    "Asia/Kathmandu",  # 45 minutes
    "Pacific/Chatham",  # 45 minutes, and changes its clocks
    "Australia/Lord_Howe",  # changes its clocks by half an hour
    "Africa/Cairo",  # changes its clocks at midnight
    "America/Santiago",  # likewise
]


def at(zone: str, moment: str, fold: int = 0) -> datetime:
    """A moment as the clock on the wall of a zone shows it."""
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


# ── Days like all others ─────────────────────────────────────────────────────────────────────────────────────────────

OFFICE = parse_hours("Mon-Fri 09:00-18:00; Sat 10:00-14:00", "Asia/Tbilisi")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23 08:59:59", False),  # a Monday
        ("2026-11-23 09:00", True),
        ("2026-11-23 17:59:59", True),
        ("2026-11-23 18:00", False),
        ("2026-11-28 10:00", True),
        ("2026-11-28 14:00", False),
        ("2026-11-29 12:00", False),
    ],
)
def test_the_desk_is_open_from_the_minute_of_opening_up_to_that_of_closing(moment: str, expected: bool) -> None:
    assert is_open(OFFICE, at("Asia/Tbilisi", moment)) is expected


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-23 08:00", "2026-11-23 09:00"),
        ("2026-11-23 20:00", "2026-11-24 09:00"),
        ("2026-11-28 15:00", "2026-11-30 09:00"),
        ("2026-11-23 12:00", None),
    ],
)
def test_a_closed_desk_says_when_it_opens_and_an_open_one_does_not(moment: str, opening: str | None) -> None:
    assert next_opening(OFFICE, at("Asia/Tbilisi", moment)) == (opening and at("Asia/Tbilisi", opening))


def test_without_weekly_hours_the_desk_is_always_open_but_on_closed_days() -> None:
    assert is_open(Hours(), at("UTC", "2026-11-22 03:00"))
    assert next_opening(Hours(), at("UTC", "2026-11-22 03:00")) is None
    holidays = Hours(exceptions={"2026-12-25": ()})
    assert is_open(holidays, at("UTC", "2026-12-24 23:59"))
    assert not is_open(holidays, at("UTC", "2026-12-25 00:00"))
    assert next_opening(holidays, at("UTC", "2026-12-25 12:00")) == at("UTC", "2026-12-26 00:00")


def test_an_interval_over_midnight_belongs_to_the_day_it_begins() -> None:
    night = parse_hours("Fri 22:00-02:00", "Asia/Tbilisi")
    for moment, expected in (
        ("2026-11-27 21:59", False),
        ("2026-11-27 22:00", True),
        ("2026-11-28 01:59", True),
        ("2026-11-28 02:00", False),
        ("2026-11-28 22:30", False),
    ):
        assert is_open(night, at("Asia/Tbilisi", moment)) is expected


def test_a_dated_exception_replaces_the_day_and_ends_no_night_that_began_before() -> None:
    hours = parse_hours("Mon-Sun 20:00-04:00; 2026-12-25 closed; 2026-12-31 10:00-12:00", "Asia/Tbilisi")
    assert is_open(hours, at("Asia/Tbilisi", "2026-12-25 03:00"))
    assert not is_open(hours, at("Asia/Tbilisi", "2026-12-25 21:00"))
    assert next_opening(hours, at("Asia/Tbilisi", "2026-12-25 21:00")) == at("Asia/Tbilisi", "2026-12-26 20:00")
    assert is_open(hours, at("Asia/Tbilisi", "2026-12-31 11:00"))
    assert not is_open(hours, at("Asia/Tbilisi", "2026-12-31 21:00"))


def test_a_desk_that_never_opens_names_no_opening() -> None:
    never = Hours(weekly=((0, 60, 120),), exceptions={str(date(2026, 11, 22) + timedelta(days=n)): () for n in range(400)})
    assert next_opening(never, at("UTC", "2026-11-22 12:00")) is None


# ── Clocks that change ───────────────────────────────────────────────────────────────────────────────────────────────

NEW_YORK = "America/New_York"  # in 2026 forward on 8 March at 2:00, back on 1 November at 2:00


def test_office_hours_follow_the_wall_clock_over_both_changes() -> None:
    hours = parse_hours("Mon-Sun 09:00-17:00", NEW_YORK)
    for day, utc_hour in (("2026-03-07", 14), ("2026-03-08", 13), ("2026-10-31", 13), ("2026-11-01", 14)):
        opening = datetime.combine(date.fromisoformat(day), time(utc_hour), UTC)
        assert not is_open(hours, opening - timedelta(microseconds=1))
        assert is_open(hours, opening)


def test_a_day_without_its_hour_is_shorter_and_a_day_with_it_twice_is_longer() -> None:
    all_day = parse_hours("Sun 00:00-24:00", NEW_YORK)
    for day, hours in (("2026-03-08", 23), ("2026-03-15", 24), ("2026-11-01", 25)):
        opening = at(NEW_YORK, day)
        closing = opening + timedelta(hours=hours)
        assert is_open(all_day, opening)
        assert is_open(all_day, closing - timedelta(microseconds=1))
        assert not is_open(all_day, opening - timedelta(microseconds=1))
        assert not is_open(all_day, closing)


def test_an_hour_that_occurs_twice_means_the_first_one() -> None:
    hours = parse_hours("Sun 01:15-01:45", NEW_YORK)
    assert is_open(hours, at(NEW_YORK, "2026-11-01 01:30"))
    assert not is_open(hours, at(NEW_YORK, "2026-11-01 01:30", fold=1))


def test_an_hour_that_does_not_occur_is_counted_with_the_offset_before() -> None:
    hours = parse_hours("Sun 02:30-10:00", NEW_YORK)
    assert next_opening(hours, at(NEW_YORK, "2026-03-08 01:00")) == at(NEW_YORK, "2026-03-08 03:30")


def test_a_leap_day_and_the_turn_of_the_year_are_days() -> None:
    hours = parse_hours("Mon-Sun 23:00-01:00", "Asia/Kathmandu")
    for moment in ("2028-02-29 23:30", "2028-03-01 00:30", "2027-12-31 23:30", "2028-01-01 00:59"):
        assert is_open(hours, at("Asia/Kathmandu", moment))


# ── Any hours, any moment ────────────────────────────────────────────────────────────────────────────────────────────

minutes = st.integers(0, DAY_MINUTES - 1)
intervals = st.tuples(minutes, st.integers(0, DAY_MINUTES))
FIRST, LAST = datetime(2025, 1, 1, tzinfo=UTC), datetime(2028, 12, 31, tzinfo=UTC)


def _offset(zone: str, moment: datetime) -> timedelta | None:
    return moment.astimezone(ZoneInfo(zone)).utcoffset()


def _changes(zone: str) -> list[datetime]:
    """The days on which the clocks of a zone are changed."""
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days)]
    return [day for day in days if _offset(zone, day + timedelta(days=1)) != _offset(zone, day)]


any_moment = st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC))
near_a_change = st.builds(
    lambda change, minute: change + timedelta(minutes=minute),
    st.sampled_from([change for zone in ZONES for change in _changes(zone)]),
    st.integers(-DAY_MINUTES, 2 * DAY_MINUTES),
)
moments = any_moment | near_a_change
dates = st.dates(FIRST.date(), LAST.date()).map(date.isoformat)
any_hours = st.builds(
    Hours,
    zone=st.sampled_from(ZONES),
    weekly=st.lists(st.tuples(st.integers(0, 6), minutes, st.integers(0, DAY_MINUTES)), max_size=6).map(tuple),
    exceptions=st.dictionaries(dates, st.lists(intervals, max_size=2).map(tuple), max_size=4),
)


@given(any_hours, moments)
def test_far_from_a_change_of_clocks_the_wall_clock_alone_decides(hours: Hours, now: datetime) -> None:
    zone = ZoneInfo(hours.zone)
    assume(_offset(hours.zone, now - timedelta(days=2)) == _offset(hours.zone, now + timedelta(days=2)))
    wall = now.astimezone(zone)
    minute = wall.hour * 60 + wall.minute
    today, yesterday = _intervals(hours, wall.date()), _intervals(hours, wall.date() - timedelta(days=1))
    expected = any(opening <= minute and (minute < closing or closing <= opening) for opening, closing in today)
    expected |= any(closing <= opening and minute < closing for opening, closing in yesterday)
    assert is_open(hours, now) is expected


def _intervals(hours: Hours, day: date) -> list[tuple[int, int]]:
    if day.isoformat() in hours.exceptions:
        return list(hours.exceptions[day.isoformat()])
    if not hours.weekly:
        return [(0, DAY_MINUTES)]
    return [(opening, closing) for weekday, opening, closing in hours.weekly if weekday == day.weekday()]


@given(any_hours, moments, st.floats(0, 1))
def test_the_desk_opens_when_it_says_so_and_not_before(hours: Hours, now: datetime, part: float) -> None:
    opening = next_opening(hours, now)
    if opening is None:
        assume(is_open(hours, now))
        return
    assert not is_open(hours, now)
    assert opening > now
    assert is_open(hours, opening)
    assert not is_open(hours, now + (opening - now) * min(part, 0.999999))


# ── As people write them ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "weekly", "exceptions"),
    [
        ("", (), {}),
        ("Mon-Wed 09:00-18:00", ((0, 540, 1080), (1, 540, 1080), (2, 540, 1080)), {}),
        ("sun,WED 9:00-12:00, 13:00-24:00", ((2, 540, 720), (2, 780, 1440), (6, 540, 720), (6, 780, 1440)), {}),
        ("Sat-Mon 22:00-02:00;", ((0, 1320, 120), (5, 1320, 120), (6, 1320, 120)), {}),
        ("Mon 09:00–18:00", ((0, 540, 1080),), {}),
        ("2026-12-25 closed; 2026-12-31 09:00-13:00", (), {"2026-12-25": (), "2026-12-31": ((540, 780),)}),
    ],
)
def test_hours_are_read_as_people_write_them(
    text: str, weekly: tuple[tuple[int, int, int], ...], exceptions: dict[str, tuple[tuple[int, int], ...]]
) -> None:
    assert parse_hours(text, "Asia/Tbilisi") == Hours(zone="Asia/Tbilisi", weekly=weekly, exceptions=exceptions)


UNREADABLE = ["Mon", "Mon 9-18", "Mon 25:00-26:00", "Mon 09:60-10:00", "Mon 24:00-02:00", "Mon 09:00", "always", "; Mon ;"]
UNREADABLE += ["Mon- 09:00-18:00 x", "2026-02-30 closed", "2026-2-3 closed", "20261225 closed", "Moon 09:00-18:00"]
UNREADABLE += ["Mon 09:00-18:00 10:00-12:00", "-Mon 09:00-18:00", "\x00", "Mon ٠٩:٠٠-x", "1" * 10_240]


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_cannot_be_read_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_hours(text, "Asia/Tbilisi")
    assert "Mon-Fri 09:00-18:00" in caught.value.problems["hours"]


NO_ZONES = ["", "Tbilisi", "Europe", "../../etc/passwd", "/etc/localtime", "\x00", "x" * 10_240, "\ud800"]


@pytest.mark.parametrize("zone", NO_ZONES)
def test_a_zone_is_named_as_iana_names_it(zone: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_hours("", zone)
    assert list(caught.value.problems) == ["zone"]


@given(st.text(max_size=60))
def test_no_text_makes_it_fail_in_another_way(text: str) -> None:
    with suppress(Invalid):
        parse_hours(text, "UTC")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mon-Fri 09:00-13:00, 14:00-18:00; Sat 10:00-14:00",
        "Fri 22:00-06:00; 2026-12-25 closed; 2026-12-24 09:00-12:00, 13:00-14:00",
        "Mon-Sun 00:00-24:00",
    ],
)
def test_hours_are_written_as_they_are_read(text: str) -> None:
    hours = parse_hours(text, "Asia/Tbilisi")
    assert parse_hours(written_hours(hours), "Asia/Tbilisi") == hours
