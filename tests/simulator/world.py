"""One run: people who talk, and everything that can go wrong, all of it decided by one seed. At the end the faults stop,
everybody has time to come back, and what the pages show is written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from structlog.testing import capture_logs

from livesupport.client import AgentSession, VisitorSession
from tests.simulator.clock import Time
from tests.simulator.history import History
from tests.simulator.pages import AgentPage, Browser, Page, VisitorPage
from tests.simulator.server import AGENTS, SUPERVISORS, Server

T = TypeVar("T")

BUSY = (25.0, 60.0)  # seconds in which people talk and things break
AGAIN = 0.4  # how likely a crash is followed by another one
CRUMBLES = 5.0  # seconds
LINE_DIES = 0.4
HEALING = 130.0  # seconds: the longest notice, the longest backoff, the longest wait for a console


class World:
    """A server, visitors, agents, and a plan of faults."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.time = Time(seed)  # type: ignore[abstract]  # what no task of a run asks for is missing
        self.chance = self.time.chance
        self.history = History()
        self.server = Server(self.time, self.history)
        self.browsers: dict[str, Browser] = {}
        self.visitors: list[VisitorPage] = []
        self.agents: list[AgentPage] = []
        self._names = 0

    def run(self) -> History:
        """Lets it all happen. The desk carries on after a fault of the program; a run does not."""
        with capture_logs() as faults:
            self._live()
        assert not faults, faults
        return self.history

    def _live(self) -> None:
        for who in range(1, self.chance.choice((2, 2, 3, 4))):
            self.time.after(0.0, lambda who=who: self._open_console(who))  # type: ignore[misc]
        for number in range(self.chance.choice((1, 1, 2, 3))):
            self.time.after(self.chance.uniform(0.5, 5.0), lambda number=number: self._open_panel(f"visitor-{number:014}"))  # type: ignore[misc]
        end = self.time.now + self.chance.uniform(*BUSY)
        self._often(end, (0.4, 3.0), self._a_visitor_acts)
        self._often(end, (0.4, 3.0), self._an_agent_acts)
        self._often(end, (5.0, 25.0), self._a_supervisor_acts)
        self._often(end, (3.0, 15.0), self._something_breaks)
        self._often(end, (8.0, 40.0), self._the_house_changes)
        for _ in range(self.chance.choice((0, 1, 1, 2, 3))):
            self.time.after(self.chance.uniform(4.0, end - self.time.now), self._crumble)
        self.time.run_until(end)
        self._often(end + HEALING - 20.0, (1.0, 2.0), self._agents_answer)
        self.time.run_until(end + HEALING)
        for page in self._pages():
            page.shows_at_the_end()
        self.history += self.server.storage.written_down()

    def _pages(self) -> list[Page[Any]]:
        """All that are open now."""
        pages: list[Page[Any]] = [*self.visitors, *self.agents]
        return [page for page in pages if page.is_open]

    def _often(self, end: float, every: tuple[float, float], act: Callable[[], None]) -> None:
        """Does it again and again, until then."""

        def once() -> None:
            if self.time.now < end:
                act()
                self.time.after(self.chance.uniform(*every), once)

        self.time.after(self.chance.uniform(*every), once)

    # ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _name(self, who: str) -> str:
        self._names += 1
        return f"{who}.{self._names}"

    def _open_panel(self, visitor: str, session: VisitorSession | None = None) -> None:
        session = session or VisitorSession("shop")
        browser = self.browsers.setdefault(visitor, Browser(self.time))
        self.visitors.append(VisitorPage(self._name(visitor), browser, session, self.server, self.history))

    def _open_console(self, who: int) -> None:
        self.agents.append(AgentPage(self._name(f"agent-{who}"), who, AgentSession(), self.server, self.history))

    def _a_visitor_acts(self) -> None:
        page = self._one_of([page for page in self.visitors if page.is_open])
        if page is None:
            return
        session = page.session
        if not page.is_talking:
            if session.is_welcome and session.service.get("state") == "open" and page.browser.may_start:
                page.send(session.start("Vera", "+995555000001", "Where is my parcel?"))
            return
        match self.chance.choices(("say", "save", "refuse", "tab", "reload", "close", "end"), (40, 1, 1, 2, 3, 1, 0.5))[0]:
            case "say":
                page.said(session.chat, session.say(f"words {self.time.now}"))
            case "tab":
                self._open_panel(page.name.split(".")[0], VisitorSession("shop", session.token))
            case "reload":
                self._reload_panel(page)
            case "close" if sum(each.is_open and each.is_talking for each in self.visitors) > 1:
                page.close()
            case "end":
                page.ends(session.chat)
            case "save" | "refuse" as command:
                page.send({"t": command})

    def _reload_panel(self, page: VisitorPage) -> None:
        page.close()
        again = VisitorSession("shop", page.session.token, page.session.remembered)
        self.time.after(self.chance.uniform(0.1, 2.0), lambda: self._open_panel(page.name.split(".")[0], again))

    def _agents_answer(self) -> None:
        for page in self.agents:
            for chat in list(page.session.offers) if page.is_open else ():
                page.send(page.session.accept(chat))

    def _an_agent_acts(self) -> None:
        self._agents_answer()
        page = self._one_of([page for page in self.agents if page.is_open])
        copy = self._one_of([copy for copy in page.copies() if copy.state.get("mine", True)]) if page else None
        if page is None or copy is None:
            return
        match self.chance.choices(
            ("say", "note", "convert", "transfer", "requeue", "reload", "break", "console", "end"),
            (40, 3, 3, 2, 1, 2, 1, 1, 0.5),
        )[0]:
            case "say":
                page.said(copy, page.session.say(copy.id, f"words {self.time.now}"))
            case "note":
                page.send(*page.session.say(copy.id, "only for us", kind="note"))
            case "transfer":
                page.send({"t": "transfer", "chat": copy.id, "agent": self.chance.randint(1, 3)})
            case "reload" | "break" as pause:
                page.close()
                seconds = self.chance.uniform(0.1, 2.0) if pause == "reload" else self.chance.uniform(3.0, 40.0)
                self.time.after(seconds, lambda: self._open_console(page.who))
            case "console":
                self._open_console(page.who)
            case "end":
                page.ends(copy)
            case "convert" | "requeue" as command:
                page.send({"t": command, "chat": copy.id})

    def _a_supervisor_acts(self) -> None:
        """Looks over somebody's shoulder, takes over, or goes again."""
        consoles = [page for page in self.agents if page.is_open and page.who in SUPERVISORS]
        page = self._one_of(consoles)
        chat = self._one_of([page.session.chat.id for page in self.visitors if page.is_open and page.is_talking])
        if page is None or chat is None:
            return
        reads = [copy.id for copy in page.copies() if not copy.state.get("mine", True)]
        if not reads:
            page.send({"t": "join", "chat": chat})
        else:
            page.send({"t": self.chance.choice(("take_over", "leave")), "chat": self.chance.choice(reads)})

    def _one_of(self, some: list[T]) -> T | None:
        return self.chance.choice(some) if some else None

    # ── faults ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _something_breaks(self) -> None:
        links = [page.link for page in self._pages() if page.link is not None]
        link = self._one_of(links)
        if link is not None:
            self.chance.choice((link.breaks, link.breaks, link.vanishes, link.slows, link.stalls))()

    def _crumble(self) -> None:
        """A machine that is about to die seldom dies at once: some lines are dead before it is, others right after."""
        for page in self._pages():
            if self.chance.random() < LINE_DIES:
                self.time.after(self.chance.uniform(0.0, 2 * CRUMBLES), lambda page=page: page.link and page.link.vanishes())  # type: ignore[misc]
        self.time.after(CRUMBLES, self._crash)

    def _crash(self) -> None:
        """Whatever kills a server often kills it again while the pages are still coming back."""
        if not self.server.is_down:
            self.server.crash()
            if self.chance.random() < AGAIN:
                self.time.after(self.chance.uniform(2.0, 10.0), self._crash)

    # ── administrators ───────────────────────────────────────────────────────────────────────────────────────────────

    def _the_house_changes(self) -> None:
        match self.chance.choice(("key", "clock", "stop", "revoke")):
            case "key":
                self.server.renew_key()
            case "clock":
                self.server.set_clock(self.chance.choice((-60.0, -1.0, 1.0, 60.0)))
            case "stop" if not self.server.is_down:
                self.server.stops()
            case "revoke":
                self._revoke_somebody()

    def _revoke_somebody(self) -> None:
        """For a while an agent is none; afterwards a new console is opened."""
        agent = self.chance.choice(AGENTS)
        if not self.server.may_be(agent.id):
            return
        self.server.revoke(agent.id)

        def restore() -> None:
            self.server.restore(agent)
            self.time.after(self.chance.uniform(1.0, 3.0), lambda: self._open_console(agent.id))

        self.time.after(self.chance.uniform(5.0, 15.0), restore)
