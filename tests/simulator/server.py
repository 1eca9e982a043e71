"""The server of a run: the real desk, hub, receivers and chat machine, on simulated sockets and a simulated clock, with a
storage that may fail and be slow, and a memory that can be lost at any moment."""

from __future__ import annotations

import asyncio
from itertools import count

import msgspec

from livesupport.chat import events as ev
from livesupport.chat.epochs import epoch_of
from livesupport.chat.machine import ChatMachine
from livesupport.chat.protocol import CloseCode
from livesupport.chat.seal import KeyRing
from livesupport.config import Limits
from livesupport.live.desk import Desk
from livesupport.live.hub import Hub
from livesupport.live.ports import Ports, SignedIn
from livesupport.live.receivers import AgentReceiver, SocketReceiver, VisitorReceiver
from livesupport.rules import Rules
from livesupport.signing import VisitorToken
from tests.keys import RING
from tests.simulator.clock import Time
from tests.simulator.history import Entry, History, What
from tests.simulator.network import Link
from tests.simulator.storage import Storage

RULES = Rules(between_assignments=1.0, wrap_up_seconds=0.0)
LIMITS = Limits(exempt=("127.0.0.1",))  # as for a bench: how much one may say is no matter of these promises
AGENTS = (
    ev.AgentIdentity(id=1, name="Ana", capacity=2),
    ev.AgentIdentity(id=2, name="Ben", capacity=1),
    ev.AgentIdentity(id=3, name="Sue", role="supervisor", capacity=1),
)
CAPACITY = {agent.id: agent.capacity or 0 for agent in AGENTS}
SUPERVISORS = {agent.id for agent in AGENTS if agent.role == "supervisor"}
SITE = ev.Site(id="shop", name="Shop")
WALL = 1_700_000_000.0


CLEAN = (1000, 1001)
LOOKS_EVERY = 1.0  # seconds between two looks at the directory
TEAM = b'{"t":"team"'


class Wire:
    """The server's end of a link, in the place of `live.transport.Socket`. What it tells of who is there is written down."""

    def __init__(self, time: Time, link: Link, receiver: SocketReceiver, history: History) -> None:
        self.outbox: list[bytes] = []
        self._time = time
        self._history = history
        self._link = link
        self._receiver: SocketReceiver | None = receiver
        link.hear["server"] = lambda frame: self._hear(frame)
        link.lost["server"] = self._lost
        receiver.begin(self)  # type: ignore[arg-type]

    def _hear(self, frame: str) -> None:
        if self._receiver is not None:
            self._receiver.frame(frame.encode())

    def flush(self) -> None:
        """Sends what waits, each frame on its own."""
        for frame in self.outbox:
            text = frame[{126: 4, 127: 10}.get(frame[1], 2) :]
            if text.startswith(TEAM):
                self._note("team", {agent["id"]: agent["status"] for agent in msgspec.json.decode(text)["agents"]})
            self._link.send("page", text.decode())
        self.outbox.clear()

    def close(self, code: int) -> None:
        """Ends the connection; what waits still goes out."""
        self.flush()
        self._link.close(code, "server")
        self._report(code)

    def dies(self) -> None:
        """With its process: nobody hears of it there."""
        self._receiver = None
        self._link.breaks()

    def _lost(self, code: int) -> None:
        if self._receiver is not None and code in CLEAN:
            self._note("left")
        self._report(code)

    def _note(self, what: What, data: object = None) -> None:
        self._history.append(Entry(self._link.page, 0.0, what, data=data, true=self._time.now))

    def _report(self, code: int) -> None:
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            self._time.call_soon(receiver.lost, code)


class Server:
    """One desk at a time. `is_down` between a crash and the next start."""

    def __init__(self, time: Time, history: History) -> None:
        self.time = time
        self.history = history
        self.storage = Storage()
        self.is_down = True
        self.epoch = 0
        self._ring = RING
        self._agents = {agent.id: agent for agent in AGENTS}
        self.were_revoked: set[int] = set()
        self._clocks = [(0.0, 0.0)]  # since when the wall clock is wrong by how much
        self._ids = count(1)
        self._wires: list[Wire] = []
        time.after(0.0, self.start)

    # ── life and death ───────────────────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """An empty memory, the next epoch, the same keys."""
        self.is_down = False
        self.epoch += 1
        self._note("start")
        epoch = epoch_of(self.epoch, self.epoch)
        machine = ChatMachine(RULES, epoch, self._ring, lambda: f"chat-{next(self._ids):012}", lambda text: text)
        self.desk = Desk(machine, Hub(LIMITS), self._ports(), self._clock)
        self._look()

    def crash(self) -> None:
        """kill -9: memory and sockets are gone."""
        for wire in self._end():
            wire.dies()

    def stops(self) -> None:
        """SIGTERM: what is being written is written, everybody is told, and then it ends like any other life."""
        epoch = self.epoch

        async def drain() -> None:
            await self.desk.drain()
            if self.epoch == epoch and not self.is_down:
                for wire in self._end():
                    wire.close(CloseCode.RESTART)

        self.time.create_task(drain())

    def _end(self) -> list[Wire]:
        self.is_down = True
        self._note("crash")
        wires, self._wires = self._wires, []
        self.desk.close()
        self.time.after(self.time.chance.uniform(0.3, 4.0), self.start)
        return wires

    def _note(self, what: What, who: str = "server") -> None:
        self.history.append(Entry(who, self.time.now, what, true=self.time.now))

    # ── what administrators and clocks do ────────────────────────────────────────────────────────────────────────────

    def revoke(self, who: int) -> None:
        """An agent is disabled; the desk hears of it at its next look at the directory."""
        self._note("revoked", f"agent-{who}")
        self.were_revoked.add(who)
        del self._agents[who]
        self._look_soon()

    def restore(self, agent: ev.AgentIdentity) -> None:
        """And enabled again."""
        self._note("restored", f"agent-{agent.id}")
        self._agents[agent.id] = agent
        self._look_soon()

    def may_be(self, who: int) -> bool:
        """Whether this is an agent now."""
        return who in self._agents

    def renew_key(self) -> None:
        """The next sealing key; those before it still verify."""
        name = f"key-{len(self._ring.keys)}"
        self._ring = KeyRing(name, {**self._ring.keys, name: self.time.chance.randbytes(32)})
        if not self.is_down:
            self.desk.set_keys(self._ring)

    def set_clock(self, wrong: float) -> None:
        """The wall clock is wrong by so many seconds from now on; the steady one is right."""
        self._clocks.append((self.time.now, wrong))

    def true_time(self, wall: float) -> float:
        """When it was, at which the server's wall clock said so."""
        until = self.time.now
        for since, wrong in reversed(self._clocks):
            if since <= wall - WALL - wrong <= until:
                return wall - WALL - wrong
            until = since
        raise AssertionError("the clock has never said so")

    def _look_soon(self) -> None:
        self.time.after(self.time.chance.uniform(0.0, LOOKS_EVERY), self._look)

    def _look(self) -> None:
        if not self.is_down:
            self.desk.set_directory((SITE,), self._agents.values())

    def _clock(self) -> ev.Moment:
        return ev.Moment(self.time.now, WALL + self.time.now + self._clocks[-1][1])

    # ── sockets ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def visitor(self, link: Link) -> None:
        """A visitor's page has connected."""
        self._wires.append(Wire(self.time, link, VisitorReceiver(self.desk, "127.0.0.1"), self.history))

    def agent(self, link: Link, who: int) -> None:
        """A console has connected."""
        who_is_it = SignedIn(agent_id=who, session_id=f"session-{who}")
        self._wires.append(Wire(self.time, link, AgentReceiver(self.desk, "127.0.0.1", who_is_it), self.history))

    # ── the rest of the house ────────────────────────────────────────────────────────────────────────────────────────

    def _ports(self) -> Ports:
        epoch = self.epoch

        async def open_ticket(snapshot: ev.Snapshot) -> ev.TicketSaved | ev.TicketFailed:
            await self._work(epoch)
            if self.time.chance.random() < 0.1:
                return ev.TicketFailed(chat=snapshot.chat)
            number = self.storage.open(snapshot)
            await self._work(epoch)
            return ev.TicketSaved(chat=snapshot.chat, number=number)

        async def append_lines(lines: ev.AppendLines) -> bool:
            await self._work(epoch)
            saved = self.time.chance.random() >= 0.1
            if saved:
                self.storage.append(lines.chat, lines.lines)
                await self._work(epoch)
            return saved

        async def find_ticket(chat: str) -> str | None:
            await self._work(epoch)
            return self.storage.numbers.get(chat)

        async def nobody(*_asked: object) -> None:
            return None

        return Ports(
            open_ticket=open_ticket,
            find_ticket=find_ticket,
            append_lines=append_lines,
            save_request=nobody,
            authenticate=nobody,
            sign_token=lambda visitor, site, chat, number: f"{visitor}|{site}|{chat}|{number}|{self._clock().wall}",
            read_token=_read_token,
            parse_phone=lambda text, region: text,
            region_of=lambda site: "GE",
            fingerprint=lambda text: text,
            count=lambda effect: None,
            clean=lambda text: text,
        )

    async def _work(self, epoch: int) -> None:
        """Takes its time; with its server it dies, here or never."""
        await asyncio.sleep(self.time.chance.uniform(0.01, 0.5))
        if self.is_down or self.epoch != epoch:
            raise asyncio.CancelledError


def _read_token(token: str) -> VisitorToken:
    visitor, site, chat, number, issued = token.split("|")
    return VisitorToken(visitor, site, chat, int(number), float(issued))
