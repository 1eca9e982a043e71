"""The floor: everything the machine remembers, and the few verbs with which the handlers speak and plan.

Handlers change the nouns of `state` and call `say`, `touch`, `timers.set` …; the machine then flushes what was touched, so
that however much one event changes, each side hears one new state of a chat and hears it after the lines that led to it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from itertools import count

from livesupport.chat.believing import Restoring
from livesupport.chat.epochs import behind, counts_again, number_of
from livesupport.chat.events import (
    AppendLines,
    Connection,
    Count,
    CountedTwice,
    CountStart,
    Effect,
    Moment,
    Send,
    Site,
    VisitorArrived,
)
from livesupport.chat.protocol import EndReason, Line, LineKind, Lines, Party, Push, RefusalCode, Refused, Tip, VisitorCard
from livesupport.chat.seal import KeyRing
from livesupport.chat.state import Agent, AgentSocket, Chat, QueueKey, VisitorSocket
from livesupport.chat.timers import Timers
from livesupport.chat.transcript import Place
from livesupport.rules import Rules

RUNNING_TIMERS = (
    "offer", "show_queue", "wait_prompt", "max_wait", "agent_lost", "gone_notice", "grace", "idle", "age", "ending",
    "confirm",
)  # fmt: skip
MOST_ENDED = 5000
TOKEN_BITS = 40  # the numbers of one start's tokens are all greater than those of the starts before
CHAT_TIMERS = (*RUNNING_TIMERS, "saving", "append", "forget", "lease")


class Floor:
    """All memory of all chats of this server, and what is to be done about it."""

    def __init__(
        self, rules: Rules, epoch: int, ring: KeyRing, new_id: Callable[[], str], fingerprint: Callable[[str], str]
    ) -> None:
        self.rules = rules
        self.epoch = epoch
        self.ring = ring
        self.new_id = new_id
        self.fingerprint = fingerprint
        self.now = Moment(0.0, 0.0)
        self.effects: list[Effect] = []
        self.timers = Timers()
        self.sites: dict[str, Site] = {}
        self.closed: dict[str, float | None] = {}  # sites outside their hours → next opening, Unix seconds
        self.agents: dict[int, Agent] = {}
        self.chats: dict[str, Chat] = {}
        self.waiting: dict[str, Chat] = {}  # status waiting or offered
        self.visitor_sockets: dict[Connection, VisitorSocket] = {}
        self.agent_sockets: dict[Connection, AgentSocket] = {}
        self.blocked: dict[str, float] = {}  # keyed hash → until (monotonic)
        self.handle_seconds: deque[float] = deque(maxlen=rules.estimate_samples)
        self.bytes = 0
        self.messages = 0  # said since the start, for the metrics
        self.unwritten: dict[str, AppendLines] = {}  # lines of saved chats that are not known to be in their tickets
        self.restoring: dict[str, Restoring] = {}  # chats that their visitors are bringing back
        self.arrivals: dict[Connection, VisitorArrived] = {}  # those who will bring one back when it is their turn
        # Chats that ended lately, here for a known reason, or as an agent's page saw it; nobody brings them back.
        self.ended: dict[str, EndReason | None] = {}
        self.settled_at = float("-inf")  # until then those who were here before a restart come back, and nobody is offered
        self.draining = False
        self.counted_twice = False  # the database is known to be older than some of the chats
        self._tokens = count(number_of(epoch) << TOKEN_BITS | 1)
        self._tabs: dict[str, dict[Connection, VisitorSocket]] = {}  # the same sockets, by visitor
        self._touched: dict[str, Chat] = {}
        self._told_agents: dict[int, Agent] = {}
        self.seats_changed = False  # somebody came, left, was freed or taken: match again, refresh the lists

    # ── coming and going ─────────────────────────────────────────────────────────────────────────────────────────────

    def seat(self, socket: VisitorSocket) -> None:
        """A page of a visitor is here."""
        self.visitor_sockets[socket.connection] = socket
        self._tabs.setdefault(socket.visitor, {})[socket.connection] = socket

    def unseat(self, connection: Connection) -> VisitorSocket | None:
        """It is not any more. Returns what it was; None when it was never here."""
        socket = self.visitor_sockets.pop(connection, None)
        if socket is not None:
            tabs = self._tabs[socket.visitor]
            del tabs[connection]
            if not tabs:
                del self._tabs[socket.visitor]
        return socket

    def tabs_of(self, visitor: str) -> list[VisitorSocket]:
        """All open pages of one visitor, found without looking at those of others: after a restart thousands are asked for."""
        return list(self._tabs.get(visitor, {}).values())

    def next_token(self) -> int:
        """The number of the next token, greater than all before, also those of a server that has died."""
        return next(self._tokens)

    # ── speaking ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def send(self, to: Iterable[Connection], push: Push) -> None:
        """One push to some connections."""
        if connections := tuple(to):
            self.effects.append(Send(to=connections, push=push))

    def refuse(
        self,
        connection: Connection,
        code: RefusalCode,
        ref: int = 0,
        *,
        chat: str | None = None,
        field: str | None = None,
        by: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        """Tells one connection that its command changed nothing."""
        refused = Refused(code=code, ref=ref, chat=chat, field=field, by=by, retry_after=retry_after)
        self.effects.append(Send(to=(connection,), push=refused))

    def tell_visitor(self, chat: Chat, push: Push) -> None:
        """One push to every open panel of the chat's visitor."""
        self.send(chat.sockets, push)

    def tell_agents(self, chat: Chat, push: Push) -> None:
        """One push to every console that serves or reads the chat."""
        self.send(self.agent_connections(chat), push)

    def agent_connections(self, chat: Chat) -> list[Connection]:
        """The consoles of the chat's agent and of the supervisors who have joined."""
        readers = ([chat.agent] if chat.agent else []) + list(chat.supervisors.values())
        return [connection for agent in readers for connection in agent.sockets]

    def audience(self, chat: Chat) -> tuple[Connection, ...]:
        """Everybody who hears the lines of the chat, but pages that are to give theirs first; counted once and kept until
        somebody comes or goes."""
        if chat.audience is None:
            tabs = [each for each in chat.sockets if self.visitor_sockets[each].copy is None]
            consoles = [each for each in self.agent_connections(chat) if chat.id not in self.agent_sockets[each].copies]
            chat.audience = (*tabs, *consoles)
        return chat.audience

    def count(self, name: str, label: str = "", seconds: float | None = None) -> None:
        """One more in a counter without names."""
        self.effects.append(Count(name=name, label=label, seconds=seconds))  # type: ignore[arg-type]

    def count_start(self, chat: Chat) -> None:
        """It came back without an agent's page that knows it, so it counts as a start, as a new one would."""
        if address := next((self.visitor_sockets[each].address for each in chat.sockets), ""):
            self.effects.append(CountStart(address=address))

    # ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def say(
        self,
        chat: Chat,
        kind: LineKind,
        by: Party = "server",
        *,
        name: str = "",
        text: str = "",
        id: str | None = None,
        other: str = "",
        agent: int | None = None,
        topic: int | None = None,
        card: VisitorCard | None = None,
    ) -> Line:
        """Adds a line to the chat, sealed, and sends it to its whole audience."""
        before = chat.transcript.size
        line = chat.transcript.append(
            kind, by, self.now.wall, name=name, text=text, id=id, other=other, agent=agent, topic=topic, card=card
        )
        self.bytes += chat.transcript.size - before
        self.messages += kind == "message"
        if audience := self.audience(chat):
            self.effects.append(Send(to=audience, push=line))
        return line

    def show_lines(
        self, to: Iterable[Connection], chat: Chat, tip: Tip | None = None, held: frozenset[Place] | None = None
    ) -> None:
        """The lines after `tip`, or those that a page which told what it holds has not, to some connections: first how many,
        then each as the record that it is."""
        connections = tuple(to)
        lines, reset = chat.transcript.since(tip) if held is None else chat.transcript.beyond(held)
        self.send(connections, Lines(chat=chat.id, count=len(lines), reset=reset))
        for line in lines:
            self.send(connections, line)

    def go_on_behind(self, chat: Chat) -> None:
        """Lines that another start has said were put into the chat: its next one comes behind them all. Says once when such a
        line tells that the database is an old copy."""
        epochs = {line.epoch for line in chat.transcript.lines} | {note.epoch for note in chat.notes.lines}
        if max(epochs) > chat.transcript.epoch:
            chat.transcript.begin(behind(max(epochs), self.epoch))
            chat.notes.begin(chat.transcript.epoch)
        if not self.counted_twice and any(counts_again(self.epoch, each) for each in epochs):
            self.counted_twice = True
            self.effects.append(CountedTwice())

    # ── what has changed ─────────────────────────────────────────────────────────────────────────────────────────────

    def touch(self, chat: Chat) -> None:
        """The small state of this chat has changed: both sides will be told at the end of the event."""
        self._touched[chat.id] = chat

    def touch_agent(self, agent: Agent) -> None:
        """The availability of this agent has changed, and with it perhaps who can be matched."""
        self._told_agents[agent.id] = agent
        self.seats_changed = True

    def touched(self) -> list[Chat]:
        """The chats that have changed since they were last told."""
        return list(self._touched.values())

    def take_touched(self) -> tuple[list[Chat], list[Agent]]:
        """Hands over what has changed, and starts new lists."""
        touched = list(self._touched.values()), list(self._told_agents.values())
        self._touched, self._told_agents = {}, {}
        return touched

    @property
    def has_touched(self) -> bool:
        """Whether anything waits to be told."""
        return bool(self._touched or self._told_agents or self.seats_changed)

    # ── finding ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def queue(self, key: QueueKey) -> list[Chat]:
        """All who wait in one queue, in the order in which they will be served."""
        return sorted((chat for chat in self.waiting.values() if chat.queue == key), key=lambda chat: chat.order)

    def topic_name(self, chat: Chat) -> str:
        """The name of the chat's topic; empty when it has none."""
        return self.name_of_topic(chat.site, chat.topic)

    def name_of_topic(self, site_id: str, topic: int | None) -> str:
        """The name of a topic of a site; empty when there is none."""
        site = self.sites.get(site_id)
        return next((each.name for each in site.topics if each.id == topic), "") if site else ""

    def is_blocked(self, fingerprint: str) -> bool:
        """True while this address or phone is blocked; outdated entries are dropped."""
        until = self.blocked.get(fingerprint)
        if until is not None and until <= self.now.mono:
            del self.blocked[fingerprint]
            return False
        return until is not None

    # ── forgetting ───────────────────────────────────────────────────────────────────────────────────────────────────

    def forget(self, chat: Chat) -> None:
        """Drops every reference to a chat; afterwards nothing of it is in memory."""
        self.timers.cancel_all(chat.id, CHAT_TIMERS)
        for tab in [self.visitor_sockets[connection] for connection in chat.sockets]:
            tab.chat = tab.copy = tab.late = None
        self.drop_copies(chat.id)
        for supervisor in chat.supervisors.values():
            supervisor.reading.pop(chat.id, None)
        self.note_ended([chat.id], chat.reason)
        self.bytes -= chat.transcript.size
        chat.transcript.clear()
        chat.notes.lines.clear()
        chat.sockets.clear()
        self.chats.pop(chat.id, None)
        self.waiting.pop(chat.id, None)
        self._touched.pop(chat.id, None)

    def drop_copies(self, chat: str) -> None:
        """Forgets what consoles have given back of a chat so far: nobody waits for the rest."""
        for console in self.agent_sockets.values():
            console.copies.pop(chat, None)
            console.late.pop(chat, None)

    def note_ended(self, chats: Iterable[str], reason: EndReason | None = None) -> None:
        """Remembers the ids of chats that have ended, the newest few thousand: nobody brings them back."""
        for chat in chats:
            known = self.ended.pop(chat, None)
            self.ended[chat] = reason or known
        while len(self.ended) > MOST_ENDED:
            del self.ended[next(iter(self.ended))]
