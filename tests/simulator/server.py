"""The server of a run: the real chat machine and the real wire, on simulated sockets, with a storage that may fail and be slow,
and a memory that can be lost at any moment."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from livesupport.chat import events as ev
from livesupport.chat import protocol as p
from livesupport.chat.machine import ChatMachine
from livesupport.chat.transcript import author
from livesupport.live.reading import read_agent, read_visitor
from livesupport.rules import Rules
from tests.keys import RING
from tests.simulator.history import Entry, History, author_of
from tests.simulator.network import Link, Time

RULES = Rules(between_assignments=1.0, wrap_up_seconds=0.0)
AGENTS = (
    ev.AgentIdentity(id=1, name="Ana", capacity=2),
    ev.AgentIdentity(id=2, name="Ben", capacity=1),
    ev.AgentIdentity(id=3, name="Sue", role="supervisor", capacity=1),
)
CAPACITY = {agent.id: agent.capacity or 0 for agent in AGENTS}
SUPERVISORS = {agent.id for agent in AGENTS if agent.role == "supervisor"}
SITE = ev.Site(id="shop", name="Shop")
WALL = 1_700_000_000.0
LEASE = 600.0


class Storage:
    """Tickets on a disk: they outlive the server. A chat has one at most, however often it is asked for."""

    def __init__(self) -> None:
        self.numbers: dict[str, str] = {}
        self.lines: dict[str, dict[tuple[int, int], p.Line]] = {}
        self.opened = 0

    def open(self, snapshot: ev.Snapshot) -> str:
        """Writes the ticket, or finds the one that there is."""
        if snapshot.chat not in self.numbers:
            self.opened += 1
            self.numbers[snapshot.chat] = f"{1000 + self.opened}"
            self.append(snapshot.chat, snapshot.lines)
        return self.numbers[snapshot.chat]

    def append(self, chat: str, lines: tuple[p.Line, ...]) -> None:
        """Each line once: what is said again under its old id is there already."""
        held = self.lines.setdefault(chat, {})
        said = {(author(line), line.id) for line in held.values() if line.id is not None}
        for line in lines:
            if (line.epoch, line.seq) not in held and (author(line), line.id) not in said:
                held[(line.epoch, line.seq)] = line
                said |= {(author(line), line.id)} if line.id is not None else set()

    def written_down(self) -> list[Entry]:
        """What is in the tickets at the end."""
        return [
            Entry("storage", 0.0, "ticket", chat, data=(number, self._messages(chat))) for chat, number in self.numbers.items()
        ]

    def _messages(self, chat: str) -> list[tuple[str, str]]:
        lines = sorted(self.lines.get(chat, {}).items())
        frames = [{"by": line.by, "agent": line.agent, "id": line.id} for _, line in lines if line.kind == "message"]
        return [(author_of(frame), str(frame["id"])) for frame in frames]


class Server:
    """One machine at a time. `is_down` between a crash and the next start."""

    def __init__(self, time: Time, history: History) -> None:
        self.time = time
        self.history = history
        self.storage = Storage()
        self.is_down = True
        self.epoch = 0
        self._ids, self._connections = count(1), count(1)
        self._links: dict[int, Link] = {}
        self.start()

    # ── life and death ───────────────────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """An empty memory, the next epoch, the same keys."""
        self.is_down = False
        self.epoch += 1
        self.machine = ChatMachine(RULES, self.epoch, RING, lambda: f"chat-{next(self._ids):012}", lambda text: text)
        self._ticking = float("inf")
        self.happens(ev.DirectoryChanged(sites=(SITE,), agents=AGENTS))

    def crash(self) -> None:
        """kill -9: memory and sockets are gone."""
        self.is_down = True
        self.history.append(Entry("server", self.time.now, "crash"))
        links, self._links = self._links, {}
        for link in links.values():
            link.breaks()
        self.time.after(self.time.chance.uniform(0.3, 4.0), self.start)

    # ── sockets ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def visitor(self, link: Link, new_visitor: str) -> None:
        """A visitor's page has connected."""
        number = next(self._connections)
        self._links[number] = link
        link.hear["server"] = lambda frame: self._hear_visitor(number, new_visitor, frame)
        link.lost["server"] = lambda code: self._lost(number, ev.VisitorLost(connection=number, leaving=code == 1001))

    def agent(self, link: Link, who: int) -> None:
        """A console has connected."""
        number = next(self._connections)
        self._links[number] = link
        link.hear["server"] = lambda frame: self._hear_agent(number, who, frame)
        link.lost["server"] = lambda code: self._lost(number, ev.AgentLost(connection=number))

    def _lost(self, number: int, event: ev.Event) -> None:
        if self._links.pop(number, None) is not None:
            self.happens(event)

    def _hear_visitor(self, number: int, new_visitor: str, frame: str) -> None:
        if number not in self._links:
            return
        command = read_visitor(frame.encode())
        if not isinstance(command, p.VisitorHello):
            self.happens(ev.VisitorSaid(connection=number, command=command))
            return
        visitor, chat, issued, token = (command.token or f"{new_visitor}-{number}||0|0").split("|")
        is_recent = self.time.now - float(issued) <= LEASE
        self.happens(
            ev.VisitorArrived(
                connection=number, visitor=visitor, hello=command, chat=chat or None, token=int(token), recent=is_recent
            )
        )

    def _hear_agent(self, number: int, who: int, frame: str) -> None:
        if number not in self._links:
            return
        command = read_agent(frame.encode())
        if isinstance(command, p.AgentHello):
            self.happens(ev.AgentArrived(connection=number, agent=who, hello=command))
        else:
            self.happens(ev.AgentSaid(connection=number, command=command))

    # ── the desk's part ──────────────────────────────────────────────────────────────────────────────────────────────

    def happens(self, event: ev.Event) -> None:
        """One event, and all that follows from it."""
        if self.is_down:
            return
        for effect in self.machine.handle(event, ev.Moment(self.time.now, WALL + self.time.now)):
            self._carry_out(effect)
        self._plan_tick()

    def _carry_out(self, effect: ev.Effect) -> None:
        match effect:
            case ev.Send():
                self._send(effect.to, effect.push)
            case ev.IssueToken():
                token = f"{effect.visitor}|{effect.chat}|{self.time.now}|{effect.number}"
                self._send((effect.connection,), p.Token(chat=effect.chat, token=token))
            case ev.Close():
                for connection in effect.connections:
                    if link := self._links.get(connection):
                        link.close(effect.code, "server")
                        self._lost(connection, ev.VisitorLost(connection=connection, leaving=False))
            case ev.FindTicket():
                self._later(lambda: ev.TicketFound(chat=effect.chat, number=self.storage.numbers.get(effect.chat)))
            case ev.OpenTicket():
                self._open_ticket(effect.snapshot)
            case ev.AppendLines():
                self._append(effect)

    def _send(self, to: tuple[int, ...], push: p.Frame) -> None:
        frame = p.encode(push).decode()
        for connection in to:
            if link := self._links.get(connection):
                link.send("page", frame)

    def _open_ticket(self, snapshot: ev.Snapshot) -> None:
        """Fails, or is written; either way the server may die before it hears of it."""

        def write() -> ev.Event:
            if self.time.chance.random() < 0.1:
                return ev.TicketFailed(chat=snapshot.chat)
            number = self.storage.open(snapshot)
            self._later(lambda: ev.TicketSaved(chat=snapshot.chat, number=number))
            return ev.Tick()

        self._later(write)

    def _append(self, effect: ev.AppendLines) -> None:
        def write() -> ev.Event:
            if self.time.chance.random() < 0.1:
                return ev.LinesAppended(handed=effect, saved=False)
            self.storage.append(effect.chat, effect.lines)
            return ev.LinesAppended(handed=effect, saved=True)

        self._later(write)

    def _later(self, answer: Callable[[], ev.Event]) -> None:
        """Work that waits; its answer reaches the server that asked, or nobody."""
        machine = self.machine

        def done() -> None:
            if self.machine is machine and not self.is_down:
                self.happens(answer())

        self.time.after(self.time.chance.uniform(0.01, 0.5), done)

    def _plan_tick(self) -> None:
        deadline, machine = self.machine.next_deadline(), self.machine
        if deadline is None or deadline >= self._ticking:
            return
        self._ticking = deadline

        def tick() -> None:
            if self.machine is machine and not self.is_down:
                self._ticking = float("inf")
                self.happens(ev.Tick())

        self.time.after(max(0.0, deadline - self.time.now), tick)
