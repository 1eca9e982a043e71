"""Promised times: three clocks per ticket, computed from what is written down of it (product.md 3.12). Pure.

`first_reply` runs from the beginning to the first public reply, `next_reply` from the oldest message of the requester that
nobody has answered to the next public reply, `resolution` until the ticket is solved. All three count business time of the
ticket's site. Nothing is ever added up and stored, so nothing can drift: a clock is its ticket's history, read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol, get_args

import msgspec

from livesupport import calendar
from livesupport.model import Hours, Priority, PromiseKind, Sla, TicketEvent, TicketStatus

Happening = TicketStatus | Literal["asked", "answered"]
"""What moves a clock: the requester wrote, an agent answered, or the ticket came into a state."""

Happened = tuple[datetime, Happening]
ClockState = Literal["kept", "broken", "runs", "near", "late", "rests"]
Segment = tuple[datetime, datetime | None]  # a clock runs from the first moment to the second; None: it still runs

NEAR = 0.75  # the share of a promised time from which on people are warned

ANSWERS: frozenset[Happening] = frozenset({"answered", "solved", "closed", "merged"})  # a reply is no longer owed
OVER: frozenset[Happening] = frozenset({"solved", "closed", "merged"})
PAUSES: frozenset[Happening] = OVER | {"pending", "spam"}  # while the ticket is there, nobody is expected to solve it
SAID: frozenset[Happening] = frozenset({"asked", "answered"})


class Letter(Protocol):
    """What has to be known of a message: `TicketMessage` has it."""

    @property
    def kind(self) -> str: ...
    @property
    def author(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def visible_at(self) -> datetime | None: ...


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """One clock as it stands. `due_at` is when its time is up, or was; None while it rests, and when it ended in time."""

    kind: PromiseKind
    since: datetime
    target: timedelta  # business time
    spent: timedelta  # business time
    warn_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None

    @property
    def share(self) -> float:
        """How much of the promised time is spent: 0 at the beginning, 1 when it is up, and more after that."""
        return self.spent / self.target

    def is_near(self, now: datetime) -> bool:
        """Whether so much is spent that people are warned."""
        return self.warn_at is not None and self.warn_at <= (self.ended_at or now)

    def is_late(self, now: datetime) -> bool:
        """Whether the promise is broken."""
        return self.due_at is not None and self.due_at <= (self.ended_at or now)

    def state(self, now: datetime) -> ClockState:
        """How it stands: it was kept or broken; or it runs, is near its end, is late, or rests."""
        if self.ended_at:
            return "broken" if self.is_late(now) else "kept"
        if self.due_at is None:
            return "rests"
        return "late" if self.is_late(now) else "near" if self.is_near(now) else "runs"


class Written(msgspec.Struct, frozen=True):
    """What is written down of one ticket."""

    number: str
    created_at: datetime
    letters: Sequence[Letter]
    events: Sequence[TicketEvent]


class Story(msgspec.Struct, frozen=True):
    """What is written down of a ticket, as far as it moves clocks, in the order in which it happened."""

    created_at: datetime
    happened: Sequence[Happened]


def story(created_at: datetime, letters: Iterable[Letter], events: Iterable[TicketEvent]) -> Story:
    """Reads a ticket's thread. Lines of a chat move no clock: what they asked was asked before the ticket began."""
    said = [(letter.visible_at or letter.at, _said(letter)) for letter in letters]
    became = [(event.at, event.new) for event in events if event.what == "status"]
    happened = [(at, what) for at, what in (*said, *became) if what]
    return Story(created_at, sorted(happened, key=lambda one: one[0]))  # type: ignore[arg-type]  # a status is a `TicketStatus`


def stories(own: Written, parts: Sequence[Written]) -> list[Story]:
    """A ticket's story, and one for each ticket that has become part of it: what was owed there is owed here, so that story
    goes on with what happens here."""
    by_number = {part.number: part for part in parts}

    def told(one: Written) -> Story:
        began = story(one.created_at, one.letters, one.events)
        merged = next((event for event in one.events if event.what == "merged"), None)
        if one is own or merged is None:
            return began
        goes_on = told(by_number.get(merged.new, own)).happened
        happened: list[Happened] = [(at, what) for at, what in began.happened if what != "merged"]
        happened += [(at, what) for at, what in goes_on if at >= merged.at]
        return Story(began.created_at, sorted(happened, key=lambda each: each[0]))

    return [told(one) for one in (own, *parts)]


def _said(letter: Letter) -> str:
    if letter.author == "requester" and letter.kind in ("request", "reply"):
        return "asked"
    return "answered" if letter.author == "agent" and letter.kind == "reply" else ""


def promises(story: Story, priority: Priority, sla: Sla, hours: Hours, now: datetime) -> list[Promise]:
    """The clocks of a ticket that have begun."""
    target = sla.targets[priority]
    first, following = timedelta(hours=target.first_reply_hours), timedelta(hours=target.next_reply_hours)
    days = target.resolution_days * calendar.working_day(hours)
    rests: frozenset[Happening] = PAUSES | {"on_hold"} if sla.on_hold_pauses else PAUSES
    return [
        _promise("first_reply", first, _owed(story.created_at, story.happened, is_spam=False), hours, now),
        *(_promise("next_reply", following, run, hours, now) for run in _owed_since_last_question(story)),
        _promise("resolution", days, _unsolved(story, rests), hours, now),
    ]


def clocks(told: Sequence[Story], priority: Priority, sla: Sla, hours: Hours, now: datetime) -> list[Promise]:
    """The clocks of a ticket, by `stories`. A reply that is owed to a part of it counts where it is due before the ticket's
    own."""
    own, *others = (promises(one, priority, sla, hours, now) for one in told)
    owed = [promise for found in others for promise in found if promise.kind != "resolution"]
    found = []
    for kind in get_args(PromiseKind):
        mine = [promise for promise in own if promise.kind == kind]
        first = next_due([*mine, *(promise for promise in owed if promise.kind == kind)])
        found += [first] if first else mine
    return found


def next_due(found: Iterable[Promise]) -> Promise | None:
    """The running promise that ends first, or has been broken longest."""
    running = [promise for promise in found if promise.ended_at is None and promise.due_at is not None]
    return min(running, key=lambda promise: promise.due_at or promise.since, default=None)


class Alert(msgspec.Struct, frozen=True, order=True):
    """What agents are told of a promise, once each: that it is near ("due_soon"), that it is broken ("overdue")."""

    at: datetime
    what: Literal["due_soon", "overdue"]
    kind: PromiseKind


def alerts(found: Iterable[Promise], events: Sequence[TicketEvent]) -> list[Alert]:
    """What is still to be told of the running promises, the earliest first. Who is told of the end need not be warned."""
    untold = []
    for promise in found:
        told = {event.what for event in events if event.new == promise.kind and event.at >= promise.since}
        if promise.ended_at is None and promise.due_at is not None and "overdue" not in told:
            untold.append(Alert(promise.due_at, "overdue", promise.kind))
            if promise.warn_at is not None and "due_soon" not in told:
                untold.append(Alert(promise.warn_at, "due_soon", promise.kind))
    return sorted(untold)


# ── When each clock runs ─────────────────────────────────────────────────────────────────────────────────────────────


class Run(msgspec.Struct, frozen=True):
    """The life of a clock: when it ran, and when it ended for good, or for as long as nobody opens the ticket again."""

    segments: list[Segment]
    ended_at: datetime | None


def _owed(since: datetime, happened: Sequence[Happened], *, is_spam: bool) -> Run:
    """A reply is owed from this moment until there is an answer; to spam none is owed."""
    ended_at = next((at for at, what in happened if what in ANSWERS), None)
    switches = [(since, not is_spam)]
    for at, what in happened:
        if what in ANSWERS:
            switches.append((at, False))
            break
        if what not in SAID:
            switches.append((at, what != "spam"))
    return Run(_segments(switches), ended_at)


def _owed_since_last_question(story: Story) -> Iterator[Run]:
    """The next reply: from the first question after the last answer. Nothing while the first reply is still owed."""
    begin, is_answered = None, False
    for index, (_at, what) in enumerate(story.happened):
        if what in ANSWERS:
            is_answered = True
        elif what == "asked" and is_answered:
            begin, is_answered = index, False
    if begin is not None:
        states = [what for _at, what in story.happened[:begin] if what not in SAID]
        yield _owed(story.happened[begin][0], story.happened[begin:], is_spam=states[-1:] == ["spam"])


def _unsolved(story: Story, rests: frozenset[Happening]) -> Run:
    """Somebody has to work on the ticket, but while it rests."""
    became = [(at, what) for at, what in story.happened if what not in SAID]
    ended_at = became[-1][0] if became and became[-1][1] in OVER else None
    return Run(_segments([(story.created_at, True), *((at, what not in rests) for at, what in became)]), ended_at)


def _segments(switches: Iterable[tuple[datetime, bool]]) -> list[Segment]:
    """When it was on. Switching to where it is already changes nothing."""
    segments: list[Segment] = []
    since = None
    for at, is_on in switches:
        if is_on and since is None:
            since = at
        elif not is_on and since is not None:
            segments.append((since, at))
            since = None
    return [*segments, (since, None)] if since is not None else segments


# ── What a clock shows ───────────────────────────────────────────────────────────────────────────────────────────────


def _promise(kind: PromiseKind, target: timedelta, run: Run, hours: Hours, now: datetime) -> Promise:
    spent = sum((calendar.open_time(hours, start, end or now) for start, end in run.segments), timedelta())
    return Promise(
        kind=kind,
        target=target,
        spent=spent,
        warn_at=_reached(hours, run.segments, target * NEAR),
        due_at=_reached(hours, run.segments, target),
        since=run.segments[0][0] if run.segments else now,
        ended_at=run.ended_at,
    )


def _reached(hours: Hours, segments: Iterable[Segment], business_time: timedelta) -> datetime | None:
    """When a clock that runs in these segments has counted so much; None when it does not, unless it runs again."""
    for start, end in segments:
        moment = calendar.after(hours, start, business_time)
        if end is None or (moment is not None and moment < end):
            return moment
        business_time -= calendar.open_time(hours, start, end)
    return None
