"""Business hours as people write them; what they mean is said by `livesupport.calendar`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from zoneinfo import available_timezones

from livesupport.calendar import DAY_MINUTES, Interval
from livesupport.errors import Invalid
from livesupport.i18n import gettext as _
from livesupport.model import Hours

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_RANGE = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")


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


def written_hours(hours: Hours) -> str:
    """The hours as `parse_hours` reads them, a part on each line."""
    weekdays: dict[int, list[Interval]] = {}
    for weekday, opening, closing in hours.weekly:
        weekdays.setdefault(weekday, []).append((opening, closing))
    weekly = [f"{DAYS[weekday]} {_written(intervals)}" for weekday, intervals in sorted(weekdays.items())]
    dated = [
        f"{date_} {_written(intervals) if intervals else 'closed'}" for date_, intervals in sorted(hours.exceptions.items())
    ]
    return ";\n".join(weekly + dated)


def _written(intervals: Iterable[Interval]) -> str:
    return ", ".join(f"{o // 60:02}:{o % 60:02}-{c // 60:02}:{c % 60:02}" for o, c in intervals)


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
