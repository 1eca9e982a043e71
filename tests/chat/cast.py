"""The cast and its stage: Vera and other visitors, Ana and Ben who answer, Sue who supervises, and a clock that only they move.

A page is one socket with everything that it has heard. `vera.asks()`, `ana.accepts()`, `stage.run_for(30)`; then
`vera.hears(p.Line, text="Hello")` finds the latest such push, or fails. Times are exact when they are multiples of 1/8 s.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, Self, TypeVar

from livesupport.chat import events as ev
from livesupport.chat import protocol as p
from livesupport.chat.epochs import epoch_of
from livesupport.chat.machine import ChatMachine
from livesupport.chat.seal import KeyRing
from livesupport.rules import Rules
from tests.chat.keeping import Kept
from tests.keys import RING

ANA = ev.AgentIdentity(id=1, name="Ana")
BEN = ev.AgentIdentity(id=2, name="Ben")
SUE = ev.AgentIdentity(id=3, name="Sue", role="supervisor")
SHOP = ev.Site(id="shop", name="Corner Shop")
WALL = 1_700_000_000.0  # Unix seconds at mono 0

Heard = TypeVar("Heard", bound=p.Frame)


class Stage:
    """A machine, its clock, the pages that are connected to it, and what it wanted of the world."""

    def __init__(
        self,
        rules: Rules | None = None,
        *,
        sites: tuple[ev.Site, ...] = (SHOP,),
        agents: tuple[ev.AgentIdentity, ...] = (ANA, BEN, SUE),
        time: float = 1000.0,
        start: int = 1,
    ) -> None:
        self.rules = rules or Rules()
        self.time = time
        self.ids: Iterator[int] = count(1)
        self._connections = count(1)
        self.chances: Iterator[int] = count(1)
        self.start, self.ring = start, RING
        self.machine = self._new_machine()
        self.pages: dict[int, Page] = {}
        self.tickets: dict[str, str] = {}
        self.has_storage = True
        self._asked: list[tuple[Page, p.Wanted]] = []
        self.opened: list[ev.OpenTicket] = []
        self.appended: list[ev.AppendLines] = []
        self.requests: list[ev.SaveRequest] = []
        self.tokens: list[ev.IssueToken] = []
        self.counts: list[ev.Count] = []
        self.starts: list[ev.CountStart] = []
        self.alarms: list[ev.CountedTwice] = []
        self.closed: list[tuple[Page, p.CloseCode]] = []
        self.sites, self.agents = sites, agents
        self.directory()

    def _new_machine(self) -> ChatMachine:
        self.epoch = epoch_of(self.start, next(self.chances))
        return ChatMachine(self.rules, self.epoch, self.ring, lambda: self.new_id("chat"), lambda text: f"hash({text})")

    # ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def now(self) -> ev.Moment:
        return ev.Moment(self.time, WALL + self.time)

    def happens(self, event: ev.Event) -> list[ev.Effect]:
        """Tells the machine, and lets everybody hear what it says."""
        effects = self.machine.handle(event, self.now)
        for effect in effects:
            self._carry_out(effect)
        while self._asked:
            page, wanted = self._asked.pop(0)
            page.gives_back(wanted)
        return effects

    def _carry_out(self, effect: ev.Effect) -> None:
        if isinstance(effect, ev.Send):
            for connection in effect.to:
                self.pages[connection].hear(effect.push)
                if isinstance(effect.push, p.Wanted):
                    self._asked.append((self.pages[connection], effect.push))
        elif isinstance(effect, ev.FindTicket):
            number = self.tickets.get(effect.chat) if self.has_storage else None
            self.happens(ev.TicketFound(chat=effect.chat, number=number, asked=self.has_storage))
        elif isinstance(effect, ev.Close):
            self.closed += [(self.pages.pop(connection), effect.code) for connection in effect.connections]
            for connection in effect.connections:
                self.machine.handle(ev.VisitorLost(connection=connection, leaving=False), self.now)
        else:
            if isinstance(effect, ev.IssueToken):
                self.pages[effect.connection].token = effect.number
            shelves: dict[type, list[Any]] = {
                ev.OpenTicket: self.opened, ev.AppendLines: self.appended, ev.SaveRequest: self.requests,
                ev.IssueToken: self.tokens, ev.Count: self.counts, ev.CountStart: self.starts,
                ev.CountedTwice: self.alarms,
            }  # fmt: skip
            shelves[type(effect)].append(effect)

    def server_dies(self, seconds: float = 1.0, *, start: int | None = None, ring: KeyRing | None = None) -> None:
        """Nothing of it was on disk but the keys. All pages are alone, until they come back to the new server. `start`: its
        number, if the database counts it wrong."""
        self.time += seconds
        self.start = self.start + 1 if start is None else start
        self.ring = ring or self.ring
        self.machine = self._new_machine()
        self.pages.clear()
        self.directory()

    def run_for(self, seconds: float) -> None:
        """Lets time pass; the machine is woken exactly when it asked to be."""
        until = self.time + seconds
        while (at := self.machine.next_deadline()) is not None and at <= until:
            self.time = max(self.time, at)
            self.happens(ev.Tick())
        self.time = until

    def directory(
        self, *, sites: tuple[ev.Site, ...] | None = None, agents: tuple[ev.AgentIdentity, ...] | None = None
    ) -> None:
        """Who may answer, and where; what is not named stays."""
        self.sites = self.sites if sites is None else sites
        self.agents = self.agents if agents is None else agents
        self.happens(ev.DirectoryChanged(sites=self.sites, agents=self.agents))

    def new_id(self, what: str) -> str:
        return f"{what}-{next(self.ids):015d}"

    # ── who comes ────────────────────────────────────────────────────────────────────────────────────────────────────

    def new_connection(self, page: Page) -> int:
        """A number for a page's socket."""
        connection = next(self._connections)
        self.pages[connection] = page
        return connection

    def visitor(self, name: str = "Vera", *, site: str = "shop", address: str = "", **hello: Any) -> Visitor:
        """A visitor opens the panel on a page of the site."""
        return Visitor(self, name, self.new_id("visitor"), site, address).arrives(**hello)

    def agent(self, who: ev.AgentIdentity, intent: p.Intent | None = "available", **hello: Any) -> Agent:
        """An agent opens a console."""
        return Agent(self, who).arrives(intent=intent, **hello)

    # ── the world answers ────────────────────────────────────────────────────────────────────────────────────────────

    def saves(self, number: str = "1001-7") -> None:
        """The ticket that was asked for last is written."""
        self.tickets[self.opened[-1].snapshot.chat] = number
        self.happens(ev.TicketSaved(chat=self.opened[-1].snapshot.chat, number=number))

    def fails_to_save(self) -> None:
        """The ticket that was asked for last could not be written."""
        self.happens(ev.TicketFailed(chat=self.opened[-1].snapshot.chat))

    def appends(self, handed: ev.AppendLines, *, saved: bool = True) -> None:
        """Lines of a saved chat are written, or are not."""
        self.happens(ev.LinesAppended(handed=handed, saved=saved))

    def appended_texts(self) -> list[list[str]]:
        """What was said in each batch of lines that was handed over."""
        return [[line.text or line.kind for line in batch.lines] for batch in self.appended]

    def counted(self, name: str) -> list[str]:
        """The labels under which something was counted."""
        return [each.label for each in self.counts if each.name == name]


class Page:
    """One socket, and everything it has heard."""

    connection: int
    chat: str = ""
    token: int = 0  # the number of its newest one

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.heard: list[p.Frame] = []
        self.kept = Kept()

    def hear(self, push: p.Frame) -> None:
        """Takes in one push."""
        self.heard.append(push)
        self.kept.hear(push)

    def gives_back(self, wanted: p.Wanted, /) -> None:
        """Answers with the records that it keeps; a test may put something else in this place."""
        self.tells(self.kept.page(wanted.chat, wanted.after))

    def tells(self, records: p.Records) -> None:
        """Sends records."""
        raise NotImplementedError

    def all(self, kind: type[Heard], /, **fields: Any) -> list[Heard]:
        """Every push of this kind that was heard, with these fields."""
        return [
            push
            for push in self.heard
            if isinstance(push, kind) and all(getattr(push, name) == value for name, value in fields.items())
        ]

    def hears(self, kind: type[Heard], /, **fields: Any) -> Heard:
        """The latest push of this kind with these fields; there must be one."""
        found = self.all(kind, **fields)
        near = [{name: getattr(push, name) for name in fields} for push in self.all(kind)]
        assert found, f"no {kind.__name__} with {fields}, but {near or sorted({type(push).__name__ for push in self.heard})}"
        return found[-1]

    def hears_no(self, kind: type[p.Frame], /, **fields: Any) -> None:
        """Nothing of this kind came since `listens_anew`."""
        found = self.all(kind, **fields)
        assert not found, f"{kind.__name__} with {fields} was heard {len(found)} times"

    def listens_anew(self) -> Self:
        """Forgets what was heard."""
        self.heard.clear()
        return self

    @property
    def lines(self) -> list[p.Line]:
        """The lines of its chat that this page holds now, as a browser would put them together."""
        held: dict[tuple[int, int], p.Line] = {}
        for push in self.heard:
            if isinstance(push, p.Lines) and push.chat == self.chat:
                held = {} if push.reset else held
            elif isinstance(push, p.Line) and push.chat == self.chat:
                held[(push.epoch, push.seq)] = push
        return [held[key] for key in sorted(held)]

    @property
    def texts(self) -> list[str]:
        """What people said, in order."""
        return [line.text for line in self.lines if line.kind in ("opened", "message")]

    @property
    def story(self) -> list[str]:
        """The kinds of the lines, in order."""
        return [line.kind for line in self.lines]


class Visitor(Page):
    """A page of a visitor."""

    def __init__(self, stage: Stage, name: str, visitor: str, site: str, address: str) -> None:
        super().__init__(stage)
        self.name, self.visitor, self.site, self.address = name, visitor, site, address

    def arrives(self, *, token: bool = True, recent: bool = False, **hello: Any) -> Self:
        """Says hello on a new socket, with the token of its chat if there is one. `recent`: the token is fresh."""
        self.connection = self.stage.new_connection(self)
        self.stage.happens(
            ev.VisitorArrived(
                connection=self.connection, visitor=self.visitor, chat=(self.chat or None) if token else None,
                token=self.token, recent=recent, address=self.address, hello=p.VisitorHello(site=self.site, **hello),
            )
        )  # fmt: skip
        return self

    def comes_back(self, **hello: Any) -> Self:
        """Connects again after the server was gone, with all that a page knows."""
        tip = self.kept.tip(self.chat)
        return self.arrives(**({"recent": True, "tip": tip, "remembered": tip} | hello))

    def tells(self, records: p.Records) -> None:
        self.does(records)

    def opens_another_tab(self, **hello: Any) -> Visitor:
        """Another page of the same browser; it has got the token from this one."""
        tab = Visitor(self.stage, self.name, self.visitor, self.site, self.address)
        tab.chat, tab.token = self.chat, self.token
        return tab.arrives(**hello)

    def does(self, command: p.VisitorCommand) -> Self:
        """Sends one command."""
        self.stage.happens(ev.VisitorSaid(connection=self.connection, command=command))
        return self

    def asks(self, question: str = "Where is my parcel?", *, phone: str = "+995555000001", **fields: Any) -> Self:
        """Starts a chat."""
        command = {"id": self.stage.new_id("client"), "name": self.name, "phone": phone, "question": question} | fields
        self.does(p.Start(**command))
        if states := self.all(p.VisitorChat):
            self.chat = states[-1].chat
        return self

    def says(self, text: str, **fields: Any) -> Self:
        """Sends one message."""
        return self.does(p.VisitorSay(**({"id": self.stage.new_id("client"), "text": text} | fields)))

    def leaves(self) -> None:
        """Closes or leaves the page (1001)."""
        del self.stage.pages[self.connection]
        self.stage.happens(ev.VisitorLost(connection=self.connection, leaving=True))

    def loses_connection(self) -> None:
        """Vanishes without a word (1006)."""
        del self.stage.pages[self.connection]
        self.stage.happens(ev.VisitorLost(connection=self.connection, leaving=False))

    def sees(self) -> p.VisitorChat:
        """The state of the chat as it was told last."""
        return self.hears(p.VisitorChat, chat=self.chat)


class Agent(Page):
    """A console of an agent. `chat` is the one that rang, or was opened, last."""

    def __init__(self, stage: Stage, who: ev.AgentIdentity) -> None:
        super().__init__(stage)
        self.who = who

    def arrives(self, **hello: Any) -> Self:
        """Says hello on a new socket."""
        self.connection = self.stage.new_connection(self)
        self.stage.happens(ev.AgentArrived(connection=self.connection, agent=self.who.id, hello=p.AgentHello(**hello)))
        return self

    def comes_back(self, **hello: Any) -> Self:
        """Connects again after the server was gone, with all that a page knows."""
        return self.arrives(**({"intent": "available", "tips": self.kept.tips(), "ended": self.kept.ended} | hello))

    def tells(self, records: p.Records) -> None:
        self.does(records)

    def opens_another_tab(self) -> Agent:
        """Another console of the same agent."""
        return Agent(self.stage, self.who).arrives()

    def loses_connection(self) -> None:
        """The socket is gone."""
        del self.stage.pages[self.connection]
        self.stage.happens(ev.AgentLost(connection=self.connection))

    def does(self, command: p.AgentCommand) -> Self:
        """Sends one command."""
        self.stage.happens(ev.AgentSaid(connection=self.connection, command=command))
        return self

    def accepts(self, chat: str = "") -> Self:
        """Takes the chat that rings, or a named one."""
        self.chat = chat or self.hears(p.Offer).chat
        return self.does(p.Accept(chat=self.chat))

    def declines(self) -> Self:
        """Lets the ringing chat pass."""
        return self.does(p.Decline(chat=self.hears(p.Offer).chat))

    def says(self, text: str, **fields: Any) -> Self:
        """Sends one message."""
        return self.does(p.AgentSay(**({"chat": self.chat, "id": self.stage.new_id("client"), "text": text} | fields)))

    def wants_to_be(self, intent: p.Intent) -> Self:
        """Turns the switch."""
        return self.does(p.SetIntent(intent=intent))

    def converts(self) -> Self:
        """Clicks "save as ticket"."""
        return self.does(p.Convert(chat=self.chat))

    def ends(self) -> Self:
        """Clicks "end"."""
        return self.does(p.AgentEnd(chat=self.chat))

    def rings(self) -> bool:
        """Whether an offer rings in this console now."""
        ringing: set[str] = set()
        for push in self.heard:
            if isinstance(push, p.Offer):
                ringing.add(push.chat)
            elif isinstance(push, p.OfferClosed):
                ringing.discard(push.chat)
        return bool(ringing)

    def sees(self) -> p.AgentChat:
        """The state of its chat as it was told last."""
        return self.hears(p.AgentChat, chat=self.chat)

    def queue(self) -> list[p.QueueEntry]:
        """Who waits, as the console shows it once the list had time to come."""
        self.stage.run_for(1)
        return self.hears(p.Queue).waiting

    def me(self) -> p.Me:
        """The agent's own availability as it was told last."""
        return self.hears(p.Me)


def a_talk(stage: Stage, who: ev.AgentIdentity = ANA, **asks: Any) -> tuple[Visitor, Agent]:
    """Vera asks, and the only agent who is there takes the chat: the beginning of most stories."""
    ana, vera = stage.agent(who), stage.visitor()
    vera.asks(**asks)
    return vera, ana.accepts()


def a_saved_talk(stage: Stage, number: str = "1042-1") -> tuple[Visitor, Agent]:
    """Their chat is in a ticket already, with nothing left to append."""
    vera, ana = a_talk(stage)
    vera.does(p.Save())
    stage.saves(number)
    stage.run_for(2)
    stage.appends(stage.appended.pop())
    return vera, ana
