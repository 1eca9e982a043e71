"""Makes tickets up: the same ones for the same seed, at dates within two years before a given moment."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from livesupport.model import Agent, Priority, RequestType, Site, TicketStatus
from livesupport.sample.words import LANGUAGES
from livesupport.tickets.importing import PastEvent, PastMessage, PastTicket

TWO_YEARS = 730.0  # days
RECENT = 21.0  # days: what is older is finished
MESSAGES = (3, 4, 5, 5, 6, 6, 6, 7, 8, 10)  # of one ticket: six in the middle
_PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")
_OPEN: tuple[TicketStatus, ...] = ("new", "open", "pending", "on_hold", "solved", "closed", "spam")
_TAGS = ("vip", "fragile", "warehouse", "courier", "bank", "holidays", "press")


class Desk(NamedTuple):
    """Who and what the made-up tickets are about."""

    site: Site
    types: Sequence[RequestType]
    agents: Sequence[Agent]
    now: datetime


def tickets(desk: Desk, count: int, seed: int = 1) -> Iterator[PastTicket]:
    """So many tickets, the oldest first."""
    dice = random.Random(seed)  # noqa: S311  # the same every time is what is wanted here
    span = timedelta(days=TWO_YEARS)
    for number in range(count):
        began = desk.now - span * (1 - number / count) - timedelta(hours=dice.random())
        yield _Ticket(desk, dice, f"sample-{seed}-{number:09}", began).made()


class _Ticket:
    """One of them, while it is made up."""

    def __init__(self, desk: Desk, dice: random.Random, origin: str, began: datetime) -> None:
        self._desk, self._dice, self._origin, self._began = desk, dice, origin, began
        self._language, self._words = dice.choice(list(LANGUAGES.items()))
        first, last = dice.choice(self._words.names), dice.choice(self._words.surnames)
        self._name = f"{first} {last}"
        self._fill = {
            "item": dice.choice(self._words.items),
            "order": f"KL-{dice.randrange(10_000, 100_000)}",
            "city": dice.choice(self._words.cities),
            "day": dice.choice(self._words.days),
            "name": first,
        }
        self._agent = dice.choice(desk.agents)
        self._status = self._state()

    def made(self) -> PastTicket:
        """The ticket."""
        dice, kind = self._dice, self._dice.choice([*self._desk.types, None]) if self._desk.types else None
        topics = [topic.id for topic in self._desk.site.topics]
        topic = kind.topic if kind and kind.topic else dice.choice([*topics, None]) if topics else None
        messages = tuple(self._messages())
        ended = messages[-1].at + timedelta(hours=1)
        is_over = self._status in ("solved", "closed")
        return PastTicket(
            origin=self._origin,
            site=self._desk.site.id,
            subject=self._sentence(self._words.subjects),
            name=self._name,
            phone=f"+9955{dice.randrange(10**8):08}",
            email=f"person{dice.randrange(10**6)}@mail.example",
            language=self._language,
            status=self._status,
            priority=dice.choices(_PRIORITIES, (2, 12, 4, 1))[0],
            channel="email",
            created_at=self._began,
            updated_at=min(ended if is_over else messages[-1].at, self._desk.now),
            messages=messages,
            events=tuple(self._events(messages, ended)),
            tags=tuple(dice.sample(_TAGS, dice.choice((0, 0, 0, 1, 2)))),
            topic=topic,
            type=kind.id if kind else None,
            assignee=None if self._status in ("new", "spam") else self._agent.id,
            solved_at=min(ended, self._desk.now) if is_over else None,
        )

    def _state(self) -> TicketStatus:
        """What is old is closed; of the rest every state occurs."""
        if self._desk.now - self._began > timedelta(days=RECENT):
            return self._dice.choices(("closed", "spam", "on_hold"), (300, 10, 1))[0]
        return self._dice.choices(_OPEN, (20, 22, 20, 5, 25, 6, 2))[0]

    def _messages(self) -> Iterator[PastMessage]:
        """The request, then answers and questions in turns, with a note here and there."""
        dice, at = self._dice, self._began
        yield self._from_requester("request", at, [self._sentence(self._words.asked), *self._some(self._words.details, 1, 4)])
        if self._status in ("new", "spam"):
            return
        for place in range(dice.choice(MESSAGES) - 1):
            at += timedelta(minutes=dice.expovariate(1 / 240))
            if dice.random() < 0.12:
                yield self._from_agent("note", at, self._some(self._words.notes, 1, 2))
            elif place % 2 == 0:
                yield self._from_agent("reply", at, self._some(self._words.answers, 2, 4))
            else:
                yield self._from_requester("reply", at, self._some((*self._words.details, *self._words.thanks), 1, 3))

    def _from_requester(self, kind: str, at: datetime, sentences: list[str]) -> PastMessage:
        return PastMessage(kind=kind, author="requester", name=self._name, text=" ".join(sentences), at=self._then(at))  # type: ignore[arg-type]

    def _from_agent(self, kind: str, at: datetime, sentences: list[str]) -> PastMessage:
        who = self._agent
        return PastMessage(kind=kind, author="agent", name=who.name, text=" ".join(sentences), at=self._then(at), agent=who.id)  # type: ignore[arg-type]

    def _events(self, messages: Sequence[PastMessage], ended: datetime) -> Iterator[PastEvent]:
        yield PastEvent(what="created", actor=self._name, at=self._began)
        if len(messages) > 1:
            who, when = self._agent.name, messages[1].at
            yield PastEvent(what="assignee", actor=who, at=when, new=who)
            yield PastEvent(what="status", actor=who, at=when, old="new", new="open")
        if self._status not in ("new", "open"):
            at = self._then(ended)
            yield PastEvent(what="status", actor=self._agent.name, at=at, old="open", new=self._status)

    def _then(self, at: datetime) -> datetime:
        """Nothing was said in the future."""
        return min(at, self._desk.now)

    def _some(self, sentences: Sequence[str], fewest: int, most: int) -> list[str]:
        return [self._sentence(sentences) for _ in range(self._dice.randint(fewest, most))]

    def _sentence(self, sentences: Sequence[str]) -> str:
        return self._dice.choice(sentences).format_map(self._fill)
