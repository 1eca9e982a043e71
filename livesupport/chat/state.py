"""The nouns of a running chat: who is connected, who serves, what is going on. Plain memory, changed by the handlers.

A chat's way is `waiting → offered → active → ended`, back to waiting when its agent is lost; `MOVES` is the table of legal
moves. Whether a side is gone, and whether the chat is saved, are facts beside the status, for they can be true together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from livesupport.chat.believing import Copy
from livesupport.chat.events import AgentIdentity, Connection
from livesupport.chat.protocol import EndReason, Intent, Status, Tip, VisitorCard
from livesupport.chat.seal import ChatName
from livesupport.chat.transcript import Held, Notes, Place, Transcript

QueueKey = tuple[str, int | None]  # (site, topic)
SavingState = Literal["none", "armed", "asked", "saving", "saved"]

MOVES: dict[Status, frozenset[Status]] = {
    "waiting": frozenset({"offered", "active", "ended"}),
    "offered": frozenset({"waiting", "active", "ended"}),
    "active": frozenset({"waiting", "ended"}),
    "ended": frozenset(),
}


class IllegalMove(Exception):
    """A handler tried a move that is not in `MOVES`: a fault of the program."""


@dataclass(slots=True, eq=False, repr=False)
class Agent:
    """A person who may answer. Availability is three facts: intent, connection (`sockets`) and load (`chats`)."""

    identity: AgentIdentity
    intent: Intent | None = None  # None: not told since the server started
    sockets: set[Connection] = field(default_factory=set)
    chats: dict[str, Chat] = field(default_factory=dict)
    offers: dict[str, Chat] = field(default_factory=dict)
    reading: dict[str, Chat] = field(default_factory=dict)  # as a supervisor who has joined
    lost_at: float | None = None
    last_assigned: float = float("-inf")
    missed: int = 0  # offers in a row
    away_by_misses: bool = False
    wrap_up_until: float = float("-inf")

    @property
    def id(self) -> int:
        return self.identity.id

    @property
    def name(self) -> str:
        return self.identity.name

    @property
    def supervises(self) -> bool:
        return self.identity.role in ("supervisor", "administrator")

    @property
    def load(self) -> int:
        """Seats taken: running chats that are not asleep, and chats that ring."""
        return sum(not chat.inactive for chat in self.chats.values()) + len(self.offers)

    def serves(self, queue: QueueKey) -> bool:
        site, topic = queue
        is_here = self.identity.site in (None, site)
        return is_here and (topic is None or not self.identity.topics or topic in self.identity.topics)


@dataclass(slots=True, eq=False, repr=False)
class Offer:
    """A chat rings at an agent. With `sender` it is a transfer: the sender keeps the chat until it is accepted."""

    agent: Agent
    expires_at: float
    sender: Agent | None = None
    note: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Saving:
    """How far the conversion into a ticket has come."""

    state: SavingState = "none"
    by: Agent | None = None  # None: the visitor
    due_at: float = 0.0
    refused: bool = False
    ticket: str | None = None
    saved_upto: int = 0  # so many lines are in the ticket
    saved_notes: int = 0
    then_end: EndReason | None = None  # an end that waits for the outcome


@dataclass(slots=True, eq=False, repr=False)
class Ending:
    """The agent is ending the chat; the visitor may still object."""

    by: str
    at: float


@dataclass(slots=True, eq=False, repr=False)
class Rating:
    """The one chance to rate a chat, shared by all pages of its visitor. It knows nothing of the chat and may outlive it."""

    is_open: bool = False


@dataclass(slots=True, eq=False, repr=False)
class Tokens:
    """The numbers of a chat's tokens (`tokens.py`)."""

    newest: int = 0
    lowest: int = 0  # those below open nothing any more
    held: list[tuple[float, int]] = field(default_factory=list)  # since when (monotonic) a page is known to hold which


@dataclass(slots=True, eq=False, repr=False)
class Receipts:
    """How far one side has received and seen the lines."""

    received: int = 0
    seen: int = 0


@dataclass(slots=True, eq=False, repr=False)
class Chat:
    """One conversation, from the question to the erasure."""

    id: str
    site: str
    topic: int | None
    visitor: str
    card: VisitorCard
    start_id: str
    transcript: Transcript
    notes: Notes
    started_wall: float  # Unix seconds, as the first line has it
    started_at: float
    enqueued_at: float
    last_said_at: float
    fingerprints: tuple[str, ...] = ()
    status: Status = "waiting"
    sockets: set[Connection] = field(default_factory=set)
    tokens: Tokens = field(default_factory=Tokens)
    visitor_receipt: Receipts = field(default_factory=Receipts)
    agent_receipt: Receipts = field(default_factory=Receipts)
    # the visitor's absence
    gone_at: float | None = None
    gone: bool = False  # noticed: gone for longer than a hiccup
    # the queue
    returning: bool = False
    missed: set[int] = field(default_factory=set)
    escalated: bool = False
    shown_position: int | None = None
    overtaken: bool = False
    ask_wait: bool = False
    lost_agent: bool = False
    hops: int = 0
    # the agent
    agent: Agent | None = None
    assigned_at: float = 0.0
    offer: Offer | None = None
    supervisors: dict[int, Agent] = field(default_factory=dict)
    pinned: bool = False
    inactive: bool = False
    idle_warned: bool = False
    age_warned: bool = False
    # its end
    saving: Saving = field(default_factory=Saving)
    ending: Ending | None = None
    reason: EndReason | None = None
    held: Held = field(default_factory=Held)  # what its pages have brought back after the server's death
    remembered: Tip | None = None  # the last line that the visitor's browser had held then
    missing: int = 0  # lines that were lost with the server's memory and with every page that held them
    unconfirmed: bool = False  # restored, and no agent's page has said yet that it held it
    rating: Rating = field(default_factory=Rating)
    audience: tuple[Connection, ...] | None = None  # cache of everybody who hears the lines; None: to be counted anew

    @property
    def name(self) -> ChatName:
        """What its seals are bound to."""
        return ChatName(self.site, self.id, self.visitor)

    @property
    def queue(self) -> QueueKey:
        return (self.site, self.topic)

    @property
    def order(self) -> tuple[bool, float, float, str]:
        """Its place among those who wait: people who were already served once come first, then who came first. Of those whom a
        clock that was set back makes equal, the sealed times tell."""
        return (not self.returning, self.enqueued_at, self.started_wall, self.id)

    @property
    def wants_agent(self) -> bool:
        """It waits, nobody is rung, and it is not on its way into a ticket."""
        return self.status == "waiting" and self.saving.then_end is None

    def move(self, status: Status) -> None:
        """Changes the status; raises `IllegalMove` for a way that does not exist."""
        if status not in MOVES[self.status]:
            raise IllegalMove(f"{self.status} to {status}")
        self.status = status


@dataclass(slots=True, eq=False, repr=False)
class VisitorSocket:
    """One open panel of a visitor."""

    connection: Connection
    visitor: str
    site: str
    address: str
    language: str
    hidden: bool
    mobile: bool
    chat: Chat | None = None
    rating: Rating | None = None
    copy: Copy | None = None  # what has come of its records, while more are on their way
    late: Copy | None = None  # the same, of a page that was shown its chat before they came
    unanswered_token: int = 0  # number of the token that it was given and has said nothing since; 0: there is none


@dataclass(slots=True, eq=False, repr=False)
class AgentSocket:
    """One open console of an agent."""

    connection: Connection
    agent: Agent
    watches: bool = False
    holds: dict[str, Tip] = field(default_factory=dict)  # chats of an earlier epoch whose records the page keeps
    copies: dict[str, Copy] = field(default_factory=dict)  # what has come of its records, by chat, while more are on their way
    late: dict[str, Copy] = field(default_factory=dict)  # the same, of chats that were shown or released before they came
    gave: dict[str, frozenset[Place] | None] = field(default_factory=dict)  # which lines of them it holds, as its records told
