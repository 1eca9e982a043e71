"""The desk sits between the sockets and the chat machine: it brings every event with its moment, carries out the effects,
wakes the machine at its deadlines and feeds back what the ports have done.

From a frame of one browser to the outbox of another everything is one synchronous call. Only the ports wait, in tasks.
"""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from collections.abc import Callable, Collection, Coroutine, Iterable
from typing import Any

import structlog

from livesupport.chat.epochs import RANDOM_BITS, epoch_of
from livesupport.chat.events import (
    AgentIdentity,
    AgentLeaves,
    AppendLines,
    Close,
    Connection,
    Count,
    CountedTwice,
    CountStart,
    DirectoryChanged,
    Draining,
    Effect,
    Event,
    FindTicket,
    HoursChanged,
    IssueToken,
    KeysChanged,
    LinesAppended,
    Moment,
    OpenTicket,
    Parting,
    RequestSaved,
    SaveRequest,
    Send,
    Site,
    Snapshot,
    Tick,
    TicketFailed,
    TicketFound,
)
from livesupport.chat.machine import ChatMachine, Running, Serving, Stats
from livesupport.chat.protocol import CloseCode, Service, Token
from livesupport.chat.seal import KeyRing
from livesupport.config import Limits
from livesupport.live.hub import Hub
from livesupport.live.ports import Ports
from livesupport.rules import Rules

FIND_ATTEMPTS = 5
FIND_PAUSE = 0.2  # seconds, longer each time
SOONEST = 0.001  # seconds: a loop's timers are that coarse

log = structlog.get_logger()


def now() -> Moment:
    """This moment, on the clocks of this machine."""
    return Moment(time.monotonic(), time.time())


def new_id() -> str:
    """128 random bits, base64url (T34)."""
    return secrets.token_urlsafe(16)


def open_desk(rules: Rules, limits: Limits, number: int, ring: KeyRing, ports: Ports) -> Desk:
    """A desk with an empty machine and an empty hub. `number`: of this start, greater than all before. `ring`: the sealing
    keys, the same as before the start."""
    epoch = epoch_of(number, secrets.randbits(RANDOM_BITS))
    return Desk(ChatMachine(rules, epoch, ring, new_id, ports.fingerprint), Hub(limits), ports)


class Desk:
    """All that happens to the chats of this server goes through `handle`."""

    def __init__(self, machine: ChatMachine, hub: Hub, ports: Ports, clock: Callable[[], Moment] = now) -> None:
        self.hub = hub
        self.ports = ports
        self.clock = clock
        self._machine = machine
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = math.inf
        self._signed_in: dict[Connection, str] = {}
        self.is_draining = False
        self._work: dict[type, Callable[[Any], None]] = {
            Send: lambda effect: self.hub.deliver(effect.to, effect.push),
            Close: lambda effect: self.hub.close(effect.connections, effect.code),
            IssueToken: self._issue_token,
            FindTicket: lambda effect: self._spawn(self._find_ticket(effect.chat)),
            OpenTicket: lambda effect: self._spawn(self._open_ticket(effect.snapshot)),
            AppendLines: lambda effect: self._spawn(self._append_lines(effect)),
            SaveRequest: lambda effect: self._spawn(self._save_request(effect)),
            CountStart: self._count_start,
            CountedTwice: lambda _effect: log.error("starts_counted_twice"),
            Count: self.ports.count,
        }

    # ── Events in, effects out ───────────────────────────────────────────────────────────────────────────────────────

    def handle(self, event: Event) -> list[Effect]:
        """Lets the machine decide about one event and carries out what it wants. Returns that, done. Never raises: a fault
        costs the event and nothing else."""
        try:
            effects = self._machine.handle(event, self.clock())
        except Exception as fault:
            log.error("machine_failed", event_type=type(event).__name__, error=type(fault).__name__)
            effects = []
        for effect in effects:
            try:
                self._work[type(effect)](effect)
            except Exception as fault:
                log.error("effect_failed", effect_type=type(effect).__name__, error=type(fault).__name__)
        self.hub.write()
        self._plan_tick()
        return effects

    def _issue_token(self, effect: IssueToken) -> None:
        token = self.ports.sign_token(effect.visitor, effect.site, effect.chat, effect.number)
        self.hub.deliver((effect.connection,), Token(chat=effect.chat, token=token))

    def _count_start(self, effect: CountStart) -> None:
        self.hub.admission.count_start(effect.address, self.clock().mono)

    # ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _plan_tick(self) -> None:
        """One timer, never later than the machine's next deadline. It may come too early, for deadlines move back with every
        message; then it is set again, which costs less than moving it each time."""
        deadline = self._machine.next_deadline()
        if deadline is not None and deadline < self._timer_at:
            self._set_timer(deadline)

    def _set_timer(self, deadline: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        delay = max(deadline - self.clock().mono, SOONEST)
        self._timer_at = deadline
        self._timer = asyncio.get_running_loop().call_later(delay, self._tick)

    def _tick(self) -> None:
        self._timer, self._timer_at = None, math.inf
        deadline = self._machine.next_deadline()
        if deadline is None:
            return
        if deadline <= self.clock().mono:
            self.handle(Tick())
        else:
            self._plan_tick()

    # ── Work that waits ──────────────────────────────────────────────────────────────────────────────────────────────

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open_ticket(self, snapshot: Snapshot) -> None:
        try:
            outcome = await self.ports.open_ticket(snapshot)
        except Exception as fault:
            log.error("port_failed", port="open_ticket", error=type(fault).__name__)
            outcome = TicketFailed(chat=snapshot.chat)
        self.handle(outcome)

    async def _find_ticket(self, chat: str) -> None:
        """Asks until there is an answer; a chat goes on without a disk, so after some tries without one."""
        found = TicketFound(chat=chat, number=None, asked=False)
        for attempt in range(FIND_ATTEMPTS):
            try:
                found = TicketFound(chat=chat, number=await self.ports.find_ticket(chat))
                break
            except Exception as fault:
                log.error("port_failed", port="find_ticket", error=type(fault).__name__)
                await asyncio.sleep(FIND_PAUSE * (attempt + 1))
        self.handle(found)

    async def _append_lines(self, effect: AppendLines) -> None:
        try:
            saved = await self.ports.append_lines(effect)
        except Exception as fault:
            log.error("port_failed", port="append_lines", error=type(fault).__name__)
            saved = False
        self.handle(LinesAppended(handed=effect, saved=saved))

    async def _save_request(self, effect: SaveRequest) -> None:
        try:
            number = await self.ports.save_request(effect.site, effect.request)
        except Exception as fault:
            log.error("port_failed", port="save_request", error=type(fault).__name__)
            number = None
        self.handle(RequestSaved(connection=effect.connection, request=effect.request, number=number))

    # ── For the rest of the house ────────────────────────────────────────────────────────────────────────────────────

    def set_directory(self, sites: Iterable[Site], agents: Iterable[AgentIdentity]) -> None:
        """All sites and all enabled agents, as they are now."""
        self.handle(DirectoryChanged(sites=tuple(sites), agents=tuple(agents)))

    def set_hours(self, site: str, is_open: bool, opens_at: float | None = None) -> None:
        """A site's business hours began or ended; `opens_at`: the next opening, in Unix seconds."""
        self.handle(HoursChanged(site=site, is_open=is_open, opens_at=opens_at))

    def set_keys(self, ring: KeyRing) -> None:
        """The sealing keys were renewed."""
        self.handle(KeysChanged(ring=ring))

    def service(self, site: str) -> Service | None:
        """Whether somebody can answer there now; None for an unknown site."""
        return self._machine.service(site, self.clock())

    def running(self, phone: str, ticket: str) -> Running | None:
        """Whether the person with this phone number, or of this ticket, is in a chat now; see `ChatMachine.running`."""
        return self._machine.running(phone, ticket)

    def stats(self) -> Stats:
        """How much is going on, in numbers."""
        return self._machine.stats()

    def signed_in(self, connection: Connection, session_id: str) -> None:
        """A console's socket was opened under this session."""
        self._signed_in[connection] = session_id

    def signed_out(self, connection: Connection) -> None:
        """That socket has ended."""
        self._signed_in.pop(connection, None)

    def sessions(self) -> set[str]:
        """The sessions under which consoles are open."""
        return set(self._signed_in.values())

    def close_sessions(self, ended: Collection[str]) -> None:
        """Ends the consoles of sessions that are no longer valid."""
        gone = [connection for connection, session in self._signed_in.items() if session in ended]
        for connection in gone:
            self.signed_out(connection)
        self.hub.close(gone, CloseCode.NOT_SIGNED_IN)

    def parting(self, agent: int, session: str) -> Serving:
        """What nobody would answer if this session ended: nothing where another session of the agent has a console open."""
        serving = self._machine.serving(agent, self.clock())
        others = any(self._signed_in.get(console, session) != session for console in serving.consoles)
        return serving._replace(chats=0) if others else serving

    def leave(self, agent: int, parting: Parting) -> None:
        """The agent signs out; `parting` says what becomes of the open chats."""
        self.handle(AgentLeaves(agent=agent, parting=parting))

    async def drain(self) -> None:
        """The server is about to stop: tells everybody when to come back, and waits for what is being written."""
        self.is_draining = True
        self.handle(Draining())
        while self._tasks:
            await asyncio.wait(self._tasks)

    def close(self) -> None:
        """Stops the timer; the last call."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
