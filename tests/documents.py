"""Reads the documents for `test_docs`: sections, tables, code blocks, links; and replays the protocol's conversations."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from livesupport.chat import events, protocol
from livesupport.chat.machine import ChatMachine
from livesupport.phones import parse_phone
from livesupport.rules import Rules
from tests.keys import RING

ROOT = Path(__file__).parent.parent
DOCUMENTS = (ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def read(name: str) -> str:
    """A document, by its path in the checkout."""
    return (ROOT / name).read_text("utf-8")


# ── Parts of a document ──────────────────────────────────────────────────────────────────────────────────────────────


def without_code(text: str) -> str:
    """The text without its fenced blocks, where a `#` is a comment and a bracket no link."""
    return _FENCE.sub("", text)


def blocks(text: str, kind: str) -> list[str]:
    """The fenced blocks of one kind ("json", "text", …)."""
    return [body for name, body in _FENCE.findall(text) if name == kind]


def section(text: str, title: str, level: int = 2) -> str:
    """What stands under a heading, down to the next heading of its level or above; empty where there is none."""
    marks = "#" * level
    found = re.search(rf"^{marks} {re.escape(title)}$(.*?)(?=^#{{1,{level}}} |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def rows(text: str) -> list[list[str]]:
    """The rows of all tables, heads and rules left out, cells without their back-ticks."""
    lines = [line.strip() for line in without_code(text).split("\n")]
    table = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line, after in itertools.pairwise([*lines, ""])
        if line.startswith("|") and not after.startswith("| ---") and not line.startswith("| ---")
    ]
    return [[cell.replace("\\|", "|") for cell in row] for row in table]


def first_column(text: str) -> list[str]:
    """The first cells of all rows."""
    return [row[0] for row in rows(text)]


def named(text: str) -> set[str]:
    """Everything that stands between back-ticks, and every word of the fenced blocks."""
    spans = re.findall(r"`([^`\n]+)`", without_code(text))
    words = itertools.chain.from_iterable(body.split() for _kind, body in _FENCE.findall(text))
    return {*spans, *words}


# ── Links ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def anchors(text: str) -> set[str]:
    """The fragments that lead to the headings of a document. A title that occurs twice leads nowhere: each site generator
    tells its headings apart in a way of its own."""
    titles = (re.sub(r"[`*]", "", title).lower() for _marks, title in _HEADING.findall(without_code(text)))
    fragments = Counter(re.sub(r"[^\w\- ]", "", title).strip().replace(" ", "-") for title in titles)
    return {fragment for fragment, count in fragments.items() if count == 1}


def broken_links(file: Path, text: str) -> list[str]:
    """The relative links of `text`, as it would stand in `file`, that lead nowhere."""
    broken = []
    for link in _LINK.findall(without_code(text)):
        place, _hash, fragment = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        target = (file.parent / place) if place else file
        if not target.exists() or (fragment and fragment not in anchors(text if target == file else target.read_text("utf-8"))):
            broken.append(link)
    return broken


# ── The story of the protocol ────────────────────────────────────────────────────────────────────────────────────────

VISITORS = {"Nino": 1}  # name: connection
AGENTS = {"Ana": 11, "Ben": 12}
LISTS = ("me", "team", "queue")  # shown once after each hello, left out afterwards


class Story:
    """Plays what the people of a transcript say to a chat machine, and hears what it answers.

    A transcript's lines are `NAME → frame`, `NAME, NAME ← frame`, `NAME leaves`, `NAME is lost`, `(N seconds later)` and
    `(the server is killed and starts again)`.
    """

    def __init__(self) -> None:
        self._now = events.Moment(0.0, 1764000000.0)
        self._chats = itertools.count(1)
        self._epochs = itertools.count(7)
        self._fresh = itertools.count(100)
        self._chat_of_token: str | None = None
        self._token = 0
        self._tickets: dict[str, str] = {}
        self._heard: list[str] = []
        self._restart()

    def _restart(self) -> None:
        """A server without any memory of its own; the sealing keys are as before."""
        self._machine = ChatMachine(Rules(), next(self._epochs), RING, self._new_id, lambda text: text)
        self._numbers = VISITORS | AGENTS
        self._connections = {number: name for name, number in self._numbers.items()}
        self._shown: dict[str, set[str]] = {name: set(LISTS) for name in AGENTS}
        people = tuple(events.AgentIdentity(id=number - 10, name=name) for name, number in AGENTS.items())
        self._handle(events.DirectoryChanged(sites=(events.Site(id="shop", name="Shop"),), agents=people))

    def _new_id(self) -> str:
        return f"chatAAAAAAAAAAAAAAAAA{next(self._chats)}"

    def play(self, step: str) -> list[str]:
        """One line of a transcript that says what a person does; returns what is heard, as lines of a transcript."""
        self._heard = []
        if passed := re.fullmatch(r"\((\d+) seconds? later\)", step):
            self._let_pass(int(passed[1]))
        elif said := re.fullmatch(r"(\w+) → (.+)", step):
            self._say(said[1], said[2])
        elif gone := re.fullmatch(r"(\w+) (leaves|is lost)", step):
            self._lose(gone[1], leaving=gone[2] == "leaves")
        elif step == "(the server is killed and starts again)":
            self._restart()
        else:
            raise AssertionError(f"not a line of a transcript: {step}")
        self._let_pass(0)
        return self._heard

    def _say(self, name: str, frame: str) -> None:
        number = self._numbers[name]
        if name in VISITORS:
            self._visitor_says(number, protocol.decode_visitor(frame))
        elif isinstance(command := protocol.decode_agent(frame), protocol.AgentHello):
            self._shown[name] = set()
            self._handle(events.AgentArrived(connection=number, agent=AGENTS[name] - 10, hello=command))
        else:
            self._handle(events.AgentSaid(connection=number, command=command))

    def _visitor_says(self, number: int, command: protocol.VisitorCommand) -> None:
        if isinstance(command, protocol.VisitorHello):
            chat = self._chat_of_token if command.token else None
            self._handle(
                events.VisitorArrived(
                    connection=number, visitor="visitor", hello=command, chat=chat, token=self._token, recent=True
                )
            )
            return
        if isinstance(command, protocol.Start | protocol.LeaveRequest) and command.phone:
            command = msgspec.structs.replace(command, phone=parse_phone(command.phone, "GE") or "")
        self._handle(events.VisitorSaid(connection=number, command=command))

    def _lose(self, name: str, *, leaving: bool) -> None:
        number = self._numbers[name]
        lost = events.AgentLost(connection=number) if name in AGENTS else events.VisitorLost(connection=number, leaving=leaving)
        self._handle(lost)
        self._numbers[name] = next(self._fresh)
        self._connections[self._numbers[name]] = name

    def _let_pass(self, seconds: int) -> None:
        until = self._now.mono + seconds
        while (deadline := self._machine.next_deadline()) is not None and deadline <= until:
            self._move_to(max(deadline, self._now.mono))
            self._handle(events.Tick())
        self._move_to(until)

    def _move_to(self, mono: float) -> None:
        self._now = events.Moment(mono, self._now.wall + mono - self._now.mono)

    def _handle(self, event: events.Event) -> None:
        outcomes: list[events.Event] = []
        for effect in self._machine.handle(event, self._now):
            match effect:
                case events.Send(to=to, push=push):
                    self._hear(to, push)
                case events.IssueToken(connection=connection, chat=chat, number=number):
                    self._chat_of_token, self._token = chat, number
                    self._hear((connection,), protocol.Token(chat=chat, token="WyJ2aXNpdG9yIl0.example.signature"))
                case events.OpenTicket(snapshot=snapshot):
                    self._tickets[snapshot.chat] = "1001-7"
                    outcomes.append(events.TicketSaved(chat=snapshot.chat, number="1001-7"))
                case events.FindTicket(chat=chat):
                    outcomes.append(events.TicketFound(chat=chat, number=self._tickets.get(chat)))
                case events.SaveRequest(connection=connection, request=request):
                    outcomes.append(events.RequestSaved(connection=connection, request=request, number="1002-5"))
                case events.AppendLines():
                    outcomes.append(events.LinesAppended(handed=effect, saved=True))
        for outcome in outcomes:
            self._handle(outcome)

    def _hear(self, to: tuple[int, ...], push: protocol.Push) -> None:
        tag = str(type(push).__struct_config__.tag)
        names = [name for name in sorted({self._connections[each] for each in to}, reverse=True) if self._is_told(name, tag)]
        if names:
            self._heard.append(f"{', '.join(names)} ← {protocol.encode(push).decode()}")

    def _is_told(self, name: str, tag: str) -> bool:
        """Lists follow one another all the time; only those that belong to a hello are part of the story."""
        if tag not in LISTS or name in VISITORS:
            return True
        first = tag not in self._shown[name]
        self._shown[name].add(tag)
        return first


def differences(transcript: str, story: Story) -> Iterator[str]:
    """Where a transcript is not what the machine does; the story goes on from where it was."""
    lines = [line for line in transcript.split("\n") if line.strip()]
    expected: list[str] = []
    for line in [*lines, "(0 seconds later)"]:
        if " ← " in line:
            if not expected:
                yield f"is never heard: {line}"
            elif line != (heard := expected.pop(0)):
                yield f"{line}\n  is really: {heard}"
        else:
            yield from (f"is not told: {heard}" for heard in expected)
            expected = story.play(line)
