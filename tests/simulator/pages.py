"""The pages of a run: the reference client's sessions, which behave as docs/protocol.md says, on simulated sockets. Whatever
one of them shows to its person is written down."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from livesupport.client import AgentSession, ChatCopy, Frame, VisitorSession, backoff, may_return
from tests.simulator.clock import Time
from tests.simulator.history import Entry, History, Shown, Told, What, author_of
from tests.simulator.network import Link
from tests.simulator.server import CAPACITY, Server

S = TypeVar("S", VisitorSession, AgentSession)


class Page(Generic[S]):
    """One page in one browser tab, with a clock of its own."""

    def __init__(self, name: str, session: S, server: Server, history: History) -> None:
        self.name = name
        self.session: S = session
        self.frames: list[str] = []  # all that it heard, for a replay
        self.is_open = True
        self.link: Link | None = None
        self._server = server
        self._time: Time = server.time
        self._history = history
        self._skew = self._time.chance.uniform(-500.0, 500.0)
        self._tries = 0
        self._connect()

    # ── the socket ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _connect(self) -> None:
        if not self.is_open:
            return
        if self._server.is_down:
            self._again()
            return
        link = self.link = Link(self._time, self.name)
        link.hear["page"] = lambda raw: self._hear(link, raw)
        link.lost["page"] = lambda code: self._lost(link, code)
        link.on_cut = lambda: self._note("down", "")
        self._knock(link)
        self.send(self.session.hello())

    def _knock(self, link: Link) -> None:
        raise NotImplementedError

    def _lost(self, link: Link, code: int) -> None:
        if link is self.link:
            self.link = None
            self._note("lost", "")
            resume_after = self.session.resume_after
            self.session.lost()
            if may_return(code):
                self._again(resume_after)
            else:
                self._may_not_return()

    def _may_not_return(self) -> None:
        """The server says that it is no use."""

    def _again(self, wait: float | None = None) -> None:
        def again() -> None:
            if self.link is None:
                self._connect()

        self._time.after(backoff(self._tries, self._time.chance.random()) if wait is None else wait, again)
        self._tries += 1

    def connect_anew(self) -> None:
        """Drops the socket and makes a new one."""
        if self.link is not None:
            self.link.close(1000, "page")
            self.link = None
            self.session.lost()
        self._connect()

    def send(self, *frames: Frame) -> None:
        """Says it, if there is a connection; what the session keeps is said again after the next welcome."""
        for frame in frames if self.link is not None else ():
            assert self.link is not None
            self.link.send("server", msgspec.json.encode(frame).decode())

    def close(self) -> None:
        """The tab is closed, or left by a reload."""
        self.is_open = False
        for copy in self.copies():
            self._note("gone", copy.id)
        if self.link is not None:
            self.link.close(1001, "page")

    # ── what it hears ────────────────────────────────────────────────────────────────────────────────────────────────

    def _hear(self, link: Link, raw: str) -> None:
        if link is not self.link or not self.is_open:
            return
        frame = msgspec.json.decode(raw)
        self.frames.append(raw)
        before = {id for copy in self.copies() for id in copy.unsent}
        answers = self.session.hear(raw)
        if frame["t"] == "welcome":
            self._tries = 0
        self._write_down(frame, before)
        self.send(*answers)
        if self.session.has_gap:
            link.close(1000, "page")
            self._lost(link, 1000)

    def _write_down(self, frame: Frame, unsent: set[str]) -> None:
        chat = frame.get("chat", "")
        match frame["t"]:
            case "welcome" if self.link is not None and not self.link.is_cut:
                self._note("up", "")
            case "lines" if frame.get("reset"):
                self._note("reset", chat)
            case "line" if any(copy.id == chat for copy in self.copies()):
                place, id = (frame["epoch"], frame["seq"]), frame.get("id", "")
                told = Told(frame["kind"], frame.get("agent"), self._server.true_time(frame["at"]))
                self._note("seen", chat, id, author_of(frame), place, told)
                if id in unsent and all(id not in copy.unsent for copy in self.copies()):
                    self._note("ack", chat, id, author_of(frame))
            case "released":
                self._note("released", chat)
            case "erased":
                self._note("over", chat, data=frame["reason"])
            case "chat":
                state = {name: frame.get(name) for name in ("status", "agent", "ticket", "missing")}
                self._note("state", chat, data=state)
            case "refused":
                for copy in self.copies():
                    for id in unsent & copy.refused.keys():
                        self._note("refuse", copy.id, id)

    def said(self, copy: ChatCopy, frames: list[Frame]) -> None:
        """A person has said something; `frames` is what the session wants to be sent now."""
        self._note("invoke", copy.id, list(copy.unsent)[-1], self.author)
        self.send(*frames)

    def ends(self, copy: ChatCopy) -> None:
        """A person ends a chat."""
        self._note("end", copy.id)
        self.send({"t": "end", **({"chat": copy.id} if copy.side == "agent" else {})})

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────────────

    author: str

    def copies(self) -> list[ChatCopy]:
        """The chats that this page shows."""
        raise NotImplementedError

    def shows_at_the_end(self) -> None:
        """Writes down what a person would see now."""
        if not self.session.is_welcome:
            self._note("offline", "")
        for copy in self.copies():
            for id in copy.unsent:
                self._note("unsent", copy.id, id, self.author)
            self._note("view", copy.id, data=shown(copy))

    def _note(
        self, what: What, chat: str, id: str = "", author: str = "", place: tuple[int, int] = (0, 0), data: Any = None
    ) -> None:
        now = self._time.now
        self._history.append(Entry(self.name, now + self._skew, what, chat, id, author, place, data, now))


def shown(copy: ChatCopy) -> list[Shown]:
    """The lines that a page shows, in its order."""
    return [
        Shown((line["epoch"], line["seq"]), line["kind"], author_of(line), line.get("id", ""), line.get("agent"))
        for line in copy.view
    ]


class Browser:
    """The pages of one visitor, which tell each other their token."""

    def __init__(self, time: Time) -> None:
        self.pages: list[VisitorPage] = []
        self._time = time

    @property
    def may_start(self) -> bool:
        """No page of this person is in a chat, or has just asked for one."""
        return not any(page.is_open and (page.is_talking or page.session.is_starting) for page in self.pages)

    def joins(self, page: VisitorPage) -> None:
        """A new page asks the others."""
        for other in self.pages:
            if other.is_open and other.session.token:
                self._time.after(0.002, lambda other=other: page.hears_sibling(other.session.chat.id, other.session.token))  # type: ignore[misc]
        self.pages.append(page)

    def tells(self, page: VisitorPage, chat: str, token: str) -> None:
        """A page was given a token."""
        for other in self.pages:
            if other is not page:
                self._time.after(0.002, lambda other=other: other.hears_sibling(chat, token))  # type: ignore[misc]


class VisitorPage(Page[VisitorSession]):
    """A panel."""

    author = "visitor"

    def __init__(self, name: str, browser: Browser, session: VisitorSession, server: Server, history: History) -> None:
        self.browser = browser
        self._was_over = ""
        super().__init__(name, session, server, history)
        browser.joins(self)

    def hears_sibling(self, chat: str, token: str | None) -> None:
        """Another tab tells its token."""
        if self.is_open and token and self.session.hear_sibling(chat, token):
            self.connect_anew()

    def _knock(self, link: Link) -> None:
        self._server.visitor(link)

    def _write_down(self, frame: Frame, unsent: set[str]) -> None:
        super()._write_down(frame, unsent)
        if frame["t"] == "token":
            self.browser.tells(self, frame["chat"], frame["token"])
        if self.session.chat.over == "lost" and self._was_over != "lost":
            self._note("over", self.session.chat.id, data="lost")
        self._was_over = self.session.chat.over

    def copies(self) -> list[ChatCopy]:
        return [self.session.chat] if self.session.chat.id else []

    @property
    def is_talking(self) -> bool:
        """There is a chat, and it is not over."""
        return bool(self.session.chat.id) and not self.session.chat.over


class AgentPage(Page[AgentSession]):
    """A console."""

    def __init__(self, name: str, who: int, session: AgentSession, server: Server, history: History) -> None:
        self.who = who
        self.author = f"agent {who}"
        self._serves: set[str] = set()  # as it was told on this connection
        super().__init__(name, session, server, history)

    def _knock(self, link: Link) -> None:
        self._server.agent(link, self.who)

    def _may_not_return(self) -> None:
        """Somebody who was disabled has no use for this console; anybody else is still waiting at the end of the run."""
        if self.who in self._server.were_revoked:
            self.close()

    def _write_down(self, frame: Frame, unsent: set[str]) -> None:
        super()._write_down(frame, unsent)
        match frame["t"]:
            case "welcome":
                self._serves.clear()
            case "chat" if frame.get("mine", True):
                self._serves.add(frame["chat"])
            case "chat" | "released" | "erased":
                self._serves.discard(frame["chat"])
            case "offer":
                is_new = not (frame.get("returning") or frame.get("from_agent"))
                load = len(self._serves | self.session.offers.keys())
                ring = {"load": load, "capacity": CAPACITY[self.who], "is_new": is_new}
                self._note("offer", frame["chat"], data=ring)

    def copies(self) -> list[ChatCopy]:
        return list(self.session.chats.values())
