"""What a browser hears. A `chat` push carries the whole small state of a chat (not its lines) and replaces the one before.

Browsers ignore pushes and fields that they do not know, so pushes may grow.
"""

from __future__ import annotations

from typing import Literal

from livesupport.chat.frames import (
    AgentStatus,
    EndReason,
    Frame,
    Intent,
    Limits,
    LineKind,
    OfferCloseReason,
    Party,
    QueueEntry,
    RefusalCode,
    Role,
    ServiceState,
    Status,
    Teammate,
    TeamTopic,
    TopicInfo,
    VisitorCard,
    WaitBucket,
    WallAgent,
    WallChat,
    WallTopic,
)

# ── Pushes to both ───────────────────────────────────────────────────────────────────────────────────────────────────


class Line(Frame, frozen=True, tag="line"):
    """One line of a chat. Order is (epoch, seq), the same for everybody. To the sender of a message, its own `line` (known
    by author and `id`) is the acknowledgement. `agent`, `topic` and `card` are what the server needs to bring a lost chat
    back, and `seal`, always the last member, ties the line to all before it (`seal.py`): pages keep the frame's very text."""

    chat: str
    epoch: int
    seq: int
    at: float
    kind: LineKind
    by: Party
    name: str = ""
    text: str = ""
    id: str | None = None
    other: str = ""
    agent: int | None = None
    topic: int | None = None
    card: VisitorCard | None = None
    seal: str | None = None


class Lines(Frame, frozen=True, tag="lines"):
    """So many `line` frames follow at once; with the last of them nothing is missing. `reset` says that these are all: forget
    what was shown before."""

    chat: str
    count: int
    reset: bool = False


class Wanted(Frame, frozen=True, tag="wanted"):
    """The server has lost this chat, or lines of it, and asks for the records that the page holds, from number `after` on."""

    chat: str
    after: int = 0


class Typing(Frame, frozen=True, tag="typing"):
    """The other side is typing; shown for 6 s after the last signal."""

    chat: str
    by: Party
    on: bool = True


class Receipt(Frame, frozen=True, tag="receipt"):
    """How far the side `by` has received and seen the chat: cumulative line numbers."""

    chat: str
    by: Party
    received: int
    seen: int


class Erased(Frame, frozen=True, tag="erased"):
    """The server has forgotten this chat. Sent before anything else is told of it."""

    chat: str
    reason: EndReason


class Refused(Frame, frozen=True, tag="refused"):
    """A command was not carried out and nothing has changed."""

    code: RefusalCode
    ref: int = 0
    chat: str | None = None
    field: str | None = None
    by: str | None = None
    retry_after: float | None = None
    challenge: str | None = None
    bits: int | None = None


class GoingAway(Frame, frozen=True, tag="going_away"):
    """The server restarts as planned. Reconnect after this many seconds."""

    resume_after: float


class Pong(Frame, frozen=True, tag="pong"):
    """Answers `ping`."""


# ── Pushes to a visitor ──────────────────────────────────────────────────────────────────────────────────────────────


class Service(Frame, frozen=True, tag="service"):
    """Whether somebody can answer: the one truth for the widget, the API and the hub."""

    state: ServiceState
    topics: list[TopicInfo] = []
    opens_at: float | None = None
    opens_in: float | None = None


class VisitorWelcome(Frame, frozen=True, tag="welcome"):
    """Answer to a visitor's hello. `resumed`: the token's chat is still here. `restoring`: it was lost with the server's memory
    and is being brought back; `chat`, or `refused` with `not_restored`, will tell. Neither: it is gone."""

    version: str
    site: str
    brand: str
    commands: list[str]
    limits: Limits
    convert: Literal["notify", "ask", "recorded"]
    grace: float
    resumed: bool = False
    restoring: bool = False


class Token(Frame, frozen=True, tag="token"):
    """Opens this one chat again, from this browser: to be kept in sessionStorage, never longer."""

    chat: str
    token: str


class VisitorChat(Frame, frozen=True, tag="chat"):
    """The state of the visitor's chat; replaces the one before."""

    chat: str
    status: Status
    agent: str | None = None
    agent_gone: bool = False
    agent_lost: bool = False
    position: int | None = None
    wait: WaitBucket | None = None
    overtaken: bool = False
    ask_wait: bool = False
    armed_by: str | None = None
    armed_in: float | None = None
    asked_in: float | None = None
    ending_by: str | None = None
    ending_in: float | None = None
    idle_in: float | None = None
    too_old_in: float | None = None
    supervisors: list[str] = []
    ticket: str | None = None
    reason: EndReason | None = None
    missing: int = 0
    save_in: float | None = None


class Requested(Frame, frozen=True, tag="requested"):
    """The request that was left is saved under this number; without one, it waits until its author has opened the link that
    was mailed to them."""

    id: str
    ticket: str


# ── Pushes to an agent ───────────────────────────────────────────────────────────────────────────────────────────────


class Me(Frame, frozen=True, tag="me"):
    """The agent's own availability."""

    intent: Intent
    status: AgentStatus
    load: int
    capacity: int
    missed: bool = False
    wrap_up_in: float | None = None


class AgentWelcome(Frame, frozen=True, tag="welcome"):
    """Answer to an agent's hello; `me`, `team`, `queue` and every chat of the agent follow."""

    version: str
    id: int
    name: str
    role: Role
    commands: list[str]
    limits: Limits
    pull: bool = False


class Team(Frame, frozen=True, tag="team"):
    """Who else is here; replaces the one before."""

    agents: list[Teammate]
    topics: list[TeamTopic]


class Queue(Frame, frozen=True, tag="queue"):
    """All who wait and whom this agent may serve, in order; replaces the one before."""

    waiting: list[QueueEntry]


class Offer(Frame, frozen=True, tag="offer"):
    """Rings for this agent in all consoles. Name and phone follow only after `accept`."""

    chat: str
    question: str
    waited: float
    expires_in: float
    topic: str = ""
    language: str = ""
    returning: bool = False
    from_agent: str | None = None
    note: str = ""


class OfferClosed(Frame, frozen=True, tag="offer_closed"):
    """The offer no longer rings."""

    chat: str
    reason: OfferCloseReason
    by: str | None = None


class AgentChat(Frame, frozen=True, tag="chat"):
    """The state of a chat that this agent serves or reads; replaces the one before."""

    chat: str
    status: Status
    visitor: VisitorCard
    site: str
    topic: str = ""
    agent: str | None = None
    mine: bool = True
    started_at: float = 0.0
    inactive: bool = False
    pinned: bool = False
    visitor_gone: bool = False
    erases_in: float | None = None
    transfer_to: str | None = None
    armed_in: float | None = None
    asked_in: float | None = None
    refused: bool = False
    saving: bool = False
    ending_in: float | None = None
    idle_in: float | None = None
    too_old_in: float | None = None
    supervisors: list[str] = []
    ticket: str | None = None
    reason: EndReason | None = None
    missing: int = 0


class NoteLine(Frame, frozen=True, tag="note"):
    """A private note of the chat. Order is (epoch, seq), counted apart from the lines."""

    chat: str
    epoch: int
    seq: int
    at: float
    name: str
    text: str
    id: str | None = None
    agent: int | None = None
    seal: str | None = None


class Released(Frame, frozen=True, tag="released"):
    """This agent no longer serves or reads the chat (transferred, requeued, taken over): drop its copy from the page."""

    chat: str


class Wall(Frame, frozen=True, tag="wall"):
    """The live wall: counts and names of agents, no content."""

    waiting: int
    longest_wait: float
    seats: int
    active: int
    agents: list[WallAgent]
    topics: list[WallTopic]
    chats: list[WallChat]


VisitorPush = (
    VisitorWelcome | Service | Token | VisitorChat | Line | Lines | Wanted | Typing | Receipt | Erased | Requested
    | Refused | GoingAway | Pong
)  # fmt: skip
AgentPush = (
    AgentWelcome | Me | Team | Queue | Offer | OfferClosed | AgentChat | Line | Lines | Wanted | NoteLine | Typing | Receipt
    | Erased | Released | Wall | Refused | GoingAway | Pong
)  # fmt: skip
Push = VisitorPush | AgentPush
