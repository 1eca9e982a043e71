"""The news: tells open pages that a ticket has changed, and agents who else has a ticket before them.

A page opens `/ws/news`, says as whom it is signed in, and listens. Nothing that is told has content, and nothing is kept for
those who are away: whoever comes back asks for what they show again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable
from time import monotonic
from typing import Protocol, get_args

import msgspec
import structlog

from livesupport.chat.events import Connection
from livesupport.chat.protocol import VERSION, CloseCode, Ping, Pong
from livesupport.live.desk import Desk
from livesupport.live.news_wire import (
    Doing,
    NewsCommand,
    NewsHello,
    NewsPush,
    NewsWelcome,
    People,
    RequestsChanged,
    TicketChanged,
    Who,
)
from livesupport.live.reading import read_news
from livesupport.live.receivers import SocketReceiver

MOST_WATCHED = 20  # tickets that one page may say it has before it
COMMANDS = ["watch", "ping"]
SLACK = 10.0  # seconds by which a hello may be later than the page that it speaks for

log = structlog.get_logger()


class Change(Protocol):
    """What is told of a ticket (`model.TicketNews`). `requester`: who hears of it too, `requester_in` seconds later."""

    @property
    def number(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def topic(self) -> int | None: ...
    @property
    def requester(self) -> int | None: ...
    @property
    def requester_in(self) -> float: ...


class Reader(msgspec.Struct, frozen=True):
    """Who follows the news: an agent or a requester by their id, and the session that lets them."""

    who: Who
    id: int
    session: str


class NewsPorts(msgspec.Struct, frozen=True, kw_only=True):
    """What the news asks of the rest of the house."""

    identify: Callable[[Who, str], Awaitable[Reader | None]]
    """As whom, and the secret of a session in; who it is out."""
    may_see: Callable[[int, str], Awaitable[bool]]
    """Agent and the number of a ticket in."""
    serves: Callable[[int, int | None], bool]
    """Agent and topic in: whether tickets of this topic are the agent's business."""
    name_of: Callable[[int], str]
    """An agent's name."""


class News:
    """All pages that follow the news of this server."""

    def __init__(self, desk: Desk, ports: NewsPorts) -> None:
        self.ports = ports
        self._desk = desk
        self._readers: dict[Connection, Reader] = {}
        self._watched: defaultdict[str, dict[Connection, Doing]] = defaultdict(dict)
        self._writing = False
        self._later: set[asyncio.TimerHandle] = set()
        # When something was last told to each kind of page; nobody knows what was before this server.
        self._told: dict[Who, float] = dict.fromkeys(get_args(Who), monotonic())

    def __len__(self) -> int:
        return len(self._readers)

    # ── What is told ─────────────────────────────────────────────────────────────────────────────────────────────────

    def publish(self, change: Change) -> None:
        """A ticket has changed, and the change is committed: tells the agents whose business it is, and its requester.

        Never raises and never waits. Agents of all topics hear of a new topic, for some of them lose the ticket by it.
        """
        self._told["agent"] = monotonic()
        topic = None if change.what == "topic" else change.topic
        self._deliver(self._agents(topic), TicketChanged(number=change.number, what=change.what))
        if change.requester is not None:
            self._tell_requester(change, change.requester)

    def _agents(self, topic: int | None) -> list[Connection]:
        serves = self.ports.serves
        return [number for number, one in self._readers.items() if one.who == "agent" and serves(one.id, topic)]

    def _tell_requester(self, change: Change, requester: int) -> None:
        """At once, or when the requester can see it: an answer may be taken back for some seconds."""

        def tell() -> None:
            self._told["requester"] = monotonic()
            to = [number for number, one in self._readers.items() if one.who == "requester" and one.id == requester]
            self._deliver(to, RequestsChanged(number=change.number, what=change.what))

        if change.requester_in <= 0:
            tell()
        else:
            self._at(change.requester_in, tell)

    def _at(self, delay: float, work: Callable[[], None]) -> None:
        def run() -> None:
            self._later.discard(timer)
            work()

        timer = asyncio.get_running_loop().call_later(delay, run)
        self._later.add(timer)

    def _deliver(self, to: Iterable[Connection], push: NewsPush) -> None:
        """Has it sent with everything else that this turn of the loop brings: a bulk action tells of many tickets."""
        self._desk.hub.deliver(to, push)
        if not self._writing:
            self._writing = True
            asyncio.get_running_loop().call_soon(self._write)

    def _write(self) -> None:
        self._writing = False
        self._desk.hub.write()

    # ── Who is there ─────────────────────────────────────────────────────────────────────────────────────────────────

    def join(self, connection: Connection, reader: Reader, age: float | None = None) -> None:
        """A page has been let in, which asked for what it shows `age` seconds ago, or at a time that nobody knows."""
        self._readers[connection] = reader
        if reader.who == "agent":
            self._desk.signed_in(connection, reader.session)
        missed = age is None or monotonic() - age - SLACK < self._told[reader.who]
        self._deliver((connection,), NewsWelcome(version=VERSION, commands=COMMANDS, missed=missed))

    def answer_ping(self, connection: Connection) -> None:
        """The line is alive."""
        self._deliver((connection,), Pong())

    def leave(self, connection: Connection) -> None:
        """A page is closed."""
        self._readers.pop(connection, None)
        self._desk.signed_out(connection)
        for number in [number for number, pages in self._watched.items() if connection in pages]:
            self._forget(connection, number)

    def requester_sessions(self) -> set[str]:
        """The sessions under which requesters follow the news."""
        return {one.session for one in self._readers.values() if one.who == "requester"}

    def close_sessions(self, ended: Collection[str]) -> None:
        """Ends the sockets of requesters whose sessions are no longer valid. (The agents' are ended by the desk.)"""
        gone = [number for number, one in self._readers.items() if one.who == "requester" and one.session in ended]
        self._desk.hub.close(gone, CloseCode.NOT_SIGNED_IN)

    def close(self) -> None:
        """Stops the timers; the last call."""
        for timer in self._later:
            timer.cancel()
        self._later.clear()

    # ── Who looks at which ticket ────────────────────────────────────────────────────────────────────────────────────

    def watches(self, connection: Connection, number: str) -> bool:
        """Whether this page is known to have the ticket before it."""
        return connection in self._watched.get(number, ())

    def watch(self, connection: Connection, number: str, doing: Doing) -> None:
        """A page that may see this ticket says what it does with it."""
        if doing == "left":
            self._forget(connection, number)
        elif connection in self._readers:
            self._watched[number][connection] = doing
            self._tell_people(number)

    def _forget(self, connection: Connection, number: str) -> None:
        if self._watched.get(number, {}).pop(connection, None) is None:
            return
        self._tell_people(number)
        if not self._watched[number]:
            del self._watched[number]

    def _tell_people(self, number: str) -> None:
        """Tells each agent on the ticket of the others; who has it in several tabs is one person, who drafts in one of them."""
        pages = self._watched[number]
        doing: dict[int, Doing] = {}
        for connection, what in pages.items():
            agent = self._readers[connection].id
            doing[agent] = "drafting" if "drafting" in (what, doing.get(agent)) else "viewing"
        for connection in pages:
            others = {agent: what for agent, what in doing.items() if agent != self._readers[connection].id}
            viewing, drafting = (self._names(others, what) for what in ("viewing", "drafting"))
            self._deliver((connection,), People(number=number, viewing=viewing, drafting=drafting))

    def _names(self, doing: dict[int, Doing], what: str) -> list[str]:
        return sorted(self.ports.name_of(agent) for agent, does in doing.items() if does == what)


class NewsReceiver(SocketReceiver):
    """The socket of a page that follows the news. Only its hello tells who it is, and that may take a moment to find out."""

    __slots__ = ("_cookies", "_doing", "_news", "_reader", "_seated", "_tasks")

    def __init__(self, desk: Desk, news: News, host: str, cookies: dict[Who, str]) -> None:
        """`cookies`: the secrets of the sessions that the handshake has shown."""
        super().__init__(desk, host, desk.hub.admission.visitor_frames)
        self._news = news
        self._cookies = cookies
        self._reader: Reader | None = None
        self._seated = ""
        self._doing: dict[str, Doing] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def _read(self, payload: bytes) -> None:
        command: NewsCommand = read_news(payload)
        if isinstance(command, NewsHello):
            if self._greet():
                self._spawn(self._let_in(command))
        elif self._reader is None:
            self._noise("hello_first")
        elif isinstance(command, Ping):
            self._news.answer_ping(self.connection)
        elif self._reader.who != "agent":
            self._noise("not_allowed")
        else:
            self._watch(self._reader.id, command.number, command.doing)

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _let_in(self, hello: NewsHello) -> None:
        secret = hello.token if hello.token and hello.who == "requester" else self._cookies.get(hello.who, "")
        try:
            reader = await self._news.ports.identify(hello.who, secret) if secret else None
        except Exception as fault:
            log.error("port_failed", port="identify", error=type(fault).__name__)
            self._socket.close(CloseCode.TRY_LATER)
            return
        if reader is None:
            self._socket.close(CloseCode.NOT_SIGNED_IN)
        elif not self._take_own_seat(reader):
            self._socket.close(CloseCode.TOO_FAST)
        else:
            self._reader = reader
            self._news.join(self.connection, reader, hello.age)

    def _take_own_seat(self, reader: Reader) -> bool:
        """Changes the seat of the address for one of the person: an office behind one address opens many pages."""
        key = f"{reader.who} {reader.id}"
        if not self._limited:
            return True
        if not self._desk.hub.admission.visitors.take(key):
            return False
        super().stay_out()
        self._seated = key
        return True

    def stay_out(self) -> None:
        """Gives back whichever seat it has."""
        if self._seated:
            self._desk.hub.admission.visitors.give_back(self._seated)
        else:
            super().stay_out()

    def _watch(self, agent: int, number: str, doing: Doing) -> None:
        """Whether the agent may see the ticket is asked once; what counts then is what the page said last."""
        if doing == "left":
            self._doing.pop(number, None)
            self._news.watch(self.connection, number, doing)
        elif number not in self._doing and len(self._doing) >= MOST_WATCHED:
            self._noise("not_allowed")
        else:
            self._doing[number] = doing
            if self._news.watches(self.connection, number):
                self._news.watch(self.connection, number, doing)
            else:
                self._spawn(self._begin_to_watch(agent, number))

    async def _begin_to_watch(self, agent: int, number: str) -> None:
        try:
            may_see = await self._news.ports.may_see(agent, number)
        except Exception as fault:
            log.error("port_failed", port="may_see", error=type(fault).__name__)
            return
        if may_see and (doing := self._doing.get(number)):
            self._news.watch(self.connection, number, doing)

    def _leave(self, code: int) -> None:
        for task in self._tasks:
            task.cancel()
        self._news.leave(self.connection)
