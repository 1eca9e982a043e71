"""Business hours: when a desk is open, and when it opens next. Pure: the moment comes in.

Hours are what a clock on the wall of the zone shows. Where that clock is changed, RFC 5545 (3.3.5) says what is meant: a
time that occurs twice means its first occurrence, and one that does not occur is counted with the offset before the gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from livesupport.errors import Invalid
from livesupport.i18n import gettext as _
from livesupport.model import Hours

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_MINUTES = 24 * 60
LOOK_AHEAD = 366  # days in which the next opening is sought

_ALL_DAY = ((0, DAY_MINUTES),)
_RANGE = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")

Interval = tuple[int, int]  # minutes of opening and closing; closing at or below opening belongs to the next day


def is_open(hours: Hours, now: datetime) -> bool:
    """Whether the desk is open at this (aware) moment: from the minute of opening up to that of closing."""
    today = now.astimezone(ZoneInfo(hours.zone)).date()
    nearby = (today - timedelta(days=1), today)  # yesterday's last interval may reach over midnight
    return any(opening <= now < closing for day in nearby for opening, closing in _moments(hours, day))


def next_opening(hours: Hours, now: datetime) -> datetime | None:
    """When a closed desk opens, in UTC; None while it is open, and when it does not open within a year."""
    if is_open(hours, now):
        return None
    today = now.astimezone(ZoneInfo(hours.zone)).date()
    for ahead in range(LOOK_AHEAD + 1):
        coming = [opening for opening, closing in _moments(hours, today + timedelta(days=ahead)) if now < opening < closing]
        if coming:
            return min(coming)
    return None


def _moments(hours: Hours, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The intervals that begin on a day of the zone, as moments in UTC."""
    for opening, closing in _intervals(hours, day):
        ends = closing if closing > opening else closing + DAY_MINUTES
        yield _moment(hours.zone, day, opening), _moment(hours.zone, day, ends)


def _intervals(hours: Hours, day: date) -> tuple[Interval, ...]:
    special = hours.exceptions.get(day.isoformat())
    if special is not None:
        return special
    if not hours.weekly:
        return _ALL_DAY
    return tuple((opening, closing) for weekday, opening, closing in hours.weekly if weekday == day.weekday())


def _moment(zone: str, day: date, minute: int) -> datetime:
    midnight = datetime.combine(day, time())
    return (midnight + timedelta(minutes=minute)).replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def parse_hours(text: str, zone: str) -> Hours:
    """Reads hours as people write them: `Mon-Fri 09:00-13:00, 14:00-18:00; Sat 10:00-14:00; 2026-12-25 closed`.

    Parts are divided by `;`. A part names weekdays (`Mon-Fri`, `Mon,Wed`) or one date, which then replaces its weekday,
    and intervals, or `closed`. A closing time at or before the opening one belongs to the next day. An empty text means
    always open. Raises `Invalid` for the fields "hours" and "zone".
    """
    weekly: list[tuple[int, int, int]] = []
    exceptions: dict[str, tuple[Interval, ...]] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        when, _space, what = part.partition(" ")
        intervals = () if what.strip().lower() == "closed" else tuple(map(_read_range, what.split(",")))
        if when[:1].isdigit():
            exceptions[when] = exceptions.get(when, ()) + intervals
        else:
            weekly += [(day, *interval) for day in _read_days(when) for interval in intervals]
    hours = Hours(zone=zone, weekly=tuple(sorted(weekly)), exceptions=exceptions)
    if problems := hours_problems(hours):
        raise Invalid(problems)
    return hours


def hours_problems(hours: Hours) -> dict[str, str]:
    """The sentences for hours that cannot be."""
    problems = {}
    if hours.zone not in available_timezones():
        problems["zone"] = _("Write a time zone by its IANA name, such as Asia/Tbilisi.")
    special = [interval for intervals in hours.exceptions.values() for interval in intervals]
    days = [day for day, _opening, _closing in hours.weekly]
    spans = special + [(opening, closing) for _day, opening, closing in hours.weekly]
    if not (
        all(0 <= day < len(DAYS) for day in days)
        and all(0 <= opening < DAY_MINUTES and 0 <= closing <= DAY_MINUTES for opening, closing in spans)
        and all(map(_is_date, hours.exceptions))
    ):
        problems["hours"] = _unreadable()
    return problems


def _read_days(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _dash, last = part.replace("–", "-").partition("-")
        begin, end = _read_day(first), _read_day(last or first)
        yield from (day % len(DAYS) for day in range(begin, end + 1 if end >= begin else end + 1 + len(DAYS)))


def _read_day(text: str) -> int:
    try:
        return DAYS.index(text.strip().title())
    except ValueError:
        raise Invalid({"hours": _unreadable()}) from None


def _read_range(text: str) -> Interval:
    match = _RANGE.fullmatch(text.strip())
    if match is None or int(match[2]) > 59 or int(match[4]) > 59:
        raise Invalid({"hours": _unreadable()})
    return int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _unreadable() -> str:
    return _("Write hours such as: Mon-Fri 09:00-18:00; Sat 10:00-14:00; 2026-12-25 closed.")
