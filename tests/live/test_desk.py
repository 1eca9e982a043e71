"""The desk: deadlines, tasks, and faults that cost one thing and nothing else. The machine here is a script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest
import structlog

from livesupport.chat.epochs import number_of
from livesupport.chat.events import (
    AppendLines,
    Count,
    CountedTwice,
    CountStart,
    Draining,
    Effect,
    Event,
    FindTicket,
    IssueToken,
    LinesAppended,
    Moment,
    OpenTicket,
    RequestSaved,
    SaveRequest,
    Snapshot,
    Tick,
    TicketFailed,
    TicketFound,
    TicketSaved,
)
from livesupport.chat.machine import ChatMachine
from livesupport.chat.protocol import LeaveRequest, VisitorCard
from livesupport.config import Limits
from livesupport.live import Desk, Hub
from livesupport.live.desk import open_desk
from livesupport.rules import Rules
from tests.keys import RING
from tests.live.house import PATIENCE, BackOffice, Clock

SNAPSHOT = Snapshot(
    chat="chat-of-nino", site="default", topic=None, visitor=VisitorCard(name="Nino", phone="+1", question="?"),
    agent=1, saved_by=1, lines=(), notes=(),
)  # fmt: skip
REQUEST = LeaveRequest(id="request-of-nino-01", name="Nino", phone="+1", question="?")
APPEND = AppendLines(chat="chat-of-nino", lines=(), notes=())


class Script:
    """A machine that answers as the test says, and remembers what it was told."""

    def __init__(self, answer: Callable[[Event], list[Effect]] = lambda event: []) -> None:
        self.answer = answer
        self.deadline: float | None = None
        self.heard: list[Event] = []
        self.called = asyncio.Event()

    def handle(self, event: Event, now: Moment) -> list[Effect]:
        self.heard.append(event)
        self.called.set()
        return self.answer(event)

    def next_deadline(self) -> float | None:
        return self.deadline

    async def hears(self, kind: type) -> Any:
        async with asyncio.timeout(PATIENCE):
            while not any(isinstance(event, kind) for event in self.heard):
                self.called.clear()
                await self.called.wait()
        return next(event for event in self.heard if isinstance(event, kind))


def desk_of(script: Script, office: BackOffice | None = None, clock: Clock | None = None) -> Desk:
    clock = clock or Clock()
    return Desk(cast(ChatMachine, script), Hub(), (office or BackOffice()).ports(clock), clock)


def effects_of(effect: Effect) -> Callable[[Event], list[Effect]]:
    """Wants this when the server drains, and nothing otherwise."""
    return lambda event: [effect] if isinstance(event, Draining) else []


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_machine_is_woken_when_its_deadline_has_come() -> None:
    clock, script = Clock(), Script()
    desk = desk_of(script, clock=clock)
    script.deadline = clock.mono
    desk.handle(Draining())
    await script.hears(Tick)
    desk.close()


async def test_the_machine_is_not_woken_before() -> None:
    clock, script = Clock(), Script()
    desk = desk_of(script, clock=clock)
    script.deadline = clock.mono + 0.002  # the timer rings, and this clock has not moved
    desk.handle(Draining())
    asked = asyncio.Event()
    script.next_deadline = lambda: asked.set() or clock.mono + 3600  # type: ignore[method-assign, func-returns-value]
    asked.clear()
    await asked.wait()
    assert [type(event) for event in script.heard] == [Draining]
    desk.close()


async def test_an_earlier_deadline_moves_the_timer_forward() -> None:
    clock, script = Clock(), Script()
    desk = desk_of(script, clock=clock)
    script.deadline = clock.mono + 3600
    desk.handle(Draining())
    script.deadline = clock.mono
    desk.handle(Draining())
    await script.hears(Tick)
    desk.close()


async def test_a_machine_without_plans_is_left_alone() -> None:
    script = Script()
    desk = desk_of(script)
    desk.handle(Draining())
    assert desk._timer is None
    desk.close()


# ── work that waits ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_outcome_of_a_ticket_comes_back_as_an_event() -> None:
    office, script = BackOffice(), Script(effects_of(OpenTicket(snapshot=SNAPSHOT)))
    desk_of(script, office).handle(Draining())
    assert await script.hears(TicketSaved) == TicketSaved(chat="chat-of-nino", number="1001-0")


async def test_lines_and_requests_are_answered_too() -> None:
    script = Script(effects_of(APPEND))
    desk_of(script).handle(Draining())
    assert await script.hears(LinesAppended) == LinesAppended(handed=APPEND, saved=True)

    script = Script(effects_of(SaveRequest(connection=7, site="default", request=REQUEST)))
    desk_of(script).handle(Draining())
    assert await script.hears(RequestSaved) == RequestSaved(connection=7, request=REQUEST, number="1001-7")


async def test_a_port_that_fails_is_an_honest_no() -> None:
    office = BackOffice()
    office.broken = True
    outcomes: list[tuple[Effect, Event]] = [
        (OpenTicket(snapshot=SNAPSHOT), TicketFailed(chat="chat-of-nino")),
        (APPEND, LinesAppended(handed=APPEND, saved=False)),
        (SaveRequest(connection=7, site="default", request=REQUEST), RequestSaved(connection=7, request=REQUEST, number=None)),
    ]
    for effect, outcome in outcomes:
        script = Script(effects_of(effect))
        with structlog.testing.capture_logs() as lines:
            desk_of(script, office).handle(Draining())
            assert await script.hears(type(outcome)) == outcome
        assert [line["event"] for line in lines] == ["port_failed"]
        assert "secret" not in str(lines)


async def test_a_chat_goes_on_though_its_ticket_cannot_be_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livesupport.live.desk.FIND_PAUSE", 0.0)
    office = BackOffice()
    office.tickets, office.broken = [SNAPSHOT], True
    desk = desk_of(script := Script(effects_of(FindTicket(chat=SNAPSHOT.chat))), office)
    await desk.drain()

    assert script.heard[-1] == TicketFound(chat=SNAPSHOT.chat, number=None, asked=False)


async def test_draining_waits_for_what_is_being_written() -> None:
    office, script = BackOffice(), Script(effects_of(OpenTicket(snapshot=SNAPSHOT)))
    office.gate.clear()
    drain = asyncio.create_task(desk_of(script, office).drain())
    await script.hears(Draining)
    assert not drain.done()
    office.gate.set()
    async with asyncio.timeout(PATIENCE):
        await drain
    assert isinstance(script.heard[-1], TicketSaved)


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_fault_inside_the_machine_is_logged_without_words_and_the_desk_goes_on() -> None:
    def answer(event: Event) -> list[Effect]:
        if isinstance(event, TicketFailed):
            raise KeyError("what Nino said")
        return []

    script = Script(answer)
    desk = desk_of(script)
    with structlog.testing.capture_logs() as lines:
        assert desk.handle(TicketFailed(chat="chat-of-nino")) == []
        desk.handle(Draining())
    assert lines == [{"event": "machine_failed", "event_type": "TicketFailed", "error": "KeyError", "log_level": "error"}]
    assert isinstance(script.heard[-1], Draining)


async def test_an_effect_that_fails_does_not_stop_the_next() -> None:
    office = BackOffice()
    wanted: list[Effect] = [IssueToken(connection=1, visitor="v", site="s", chat="c", number=1), Count(name="started")]
    desk = desk_of(Script(lambda event: wanted), office)

    def unsigned(visitor: str, site: str, chat: str, number: int) -> str:
        raise RuntimeError("no key")

    desk.ports = msgspec.structs.replace(desk.ports, sign_token=unsigned)
    with structlog.testing.capture_logs() as lines:
        assert desk.handle(Draining()) == wanted
    assert [(line["event"], line["effect_type"]) for line in lines] == [("effect_failed", "IssueToken")]
    assert office.counts == ["started"]


async def test_a_chat_that_came_back_without_an_agents_word_counts_for_the_limits_of_its_address() -> None:
    desk = desk_of(Script(effects_of(CountStart(address="hash-of-9"))), clock=(clock := Clock()))
    desk.handle(Draining())
    assert desk.hub.admission.recent_starts.count("hash-of-9", clock.mono) == 1


async def test_an_old_copy_of_the_database_is_told_in_the_log() -> None:
    desk = desk_of(Script(effects_of(CountedTwice())))
    with structlog.testing.capture_logs() as lines:
        desk.handle(Draining())
    assert lines == [{"event": "starts_counted_twice", "log_level": "error"}]


async def test_two_starts_with_the_same_number_are_told_apart() -> None:
    desks = [open_desk(Rules(), Limits(), 7, RING, BackOffice().ports(Clock())) for _ in range(2)]
    one, other = (desk._machine._floor.epoch for desk in desks)
    assert (number_of(one), number_of(other)) == (7, 7)
    assert one != other
    assert max(one, other) < 2**53


async def test_a_new_desk_knows_nobody() -> None:
    desk = open_desk(Rules(), Limits(), 1, RING, BackOffice().ports(Clock()))
    assert desk.service("default") is None
    assert desk.stats().chats == 0
    assert desk.sessions() == set()
    desk.close()
