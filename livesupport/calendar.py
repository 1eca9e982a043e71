"""Business hours as moments: when a desk is open, when it opens next, and how business time passes. Pure: the moment comes in.

Hours are what a clock on the wall of the zone shows. Where that clock is changed, RFC 5545 (3.3.5) says what is meant: a
time that occurs twice means its first occurrence, and one that does not occur is counted with the offset before the gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from livesupport.model import Hours

DAY_MINUTES = 24 * 60
LOOK_AHEAD = 366  # days in which the next opening is sought
FARTHEST = 5 * 366  # days in which business time is counted ahead

_ALL_DAY = ((0, DAY_MINUTES),)

Interval = tuple[int, int]  # minutes of opening and closing; closing at or below opening belongs to the next day
Stretch = tuple[datetime, datetime]  # open from the first moment up to the second, in UTC


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


def open_time(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """How much business time passes between two moments; none when the second is not the later one."""
    ahead = takewhile(lambda stretch: stretch[0] < end, _stretches(hours, start))
    return sum((min(closing, end) - opening for opening, closing in ahead), timedelta())


def after(hours: Hours, start: datetime, business_time: timedelta) -> datetime | None:
    """The first moment at which so much business time has passed since `start`; None when that is years away."""
    if business_time <= timedelta():
        return start
    for opening, closing in _stretches(hours, start):
        if business_time <= closing - opening:
            return opening + business_time
        business_time -= closing - opening
    return None


def working_day(hours: Hours) -> timedelta:
    """The business time of a usual day: the mean of those weekdays on which the desk opens at all."""
    if not hours.weekly:
        return timedelta(minutes=DAY_MINUTES)
    days = {day for day, _opening, _closing in hours.weekly}
    minutes = sum((closing - opening) % DAY_MINUTES or DAY_MINUTES for _day, opening, closing in hours.weekly)
    return timedelta(minutes=minutes / len(days))


def _stretches(hours: Hours, start: datetime) -> Iterator[Stretch]:
    """The open time from `start` on, in order and without overlaps."""
    today = start.astimezone(ZoneInfo(hours.zone)).date()
    days = (today + timedelta(days=ahead) for ahead in range(-1, FARTHEST))
    reached = start
    for opening, closing in (stretch for day in days for stretch in sorted(_moments(hours, day))):
        if closing > max(opening, reached):
            yield max(opening, reached), closing
            reached = closing


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
