"""The chat machine's own words: what happens to it (events) and what it wants done (effects).

A connection is a number that the hub has given to a socket; the machine never sees a socket. Whatever needs a secret, a
clock, storage or randomness is an effect that the desk carries out, and its outcome comes back as an event.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from livesupport.chat.protocol import (
    AgentCommand,
    AgentHello,
    CloseCode,
    LeaveRequest,
    Line,
    NoteLine,
    Push,
    Role,
    VisitorCard,
    VisitorCommand,
    VisitorHello,
)
from livesupport.chat.seal import KeyRing
from livesupport.rules import ConvertMode

Connection = int


class Moment(NamedTuple):
    """Now, on two clocks: `mono` (seconds, never goes back) decides, `wall` (Unix seconds) is only shown."""

    mono: float
    wall: float


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """An event, an effect or a part of one; its `repr` keeps silent about what people said."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


# ── Who is who, handed in from outside ───────────────────────────────────────────────────────────────────────────────


class Topic(Value, frozen=True):
    """A queue of a site."""

    id: int
    name: str


class Site(Value, frozen=True):
    """A web site that embeds the widget. Without topics it has one unnamed queue."""

    id: str
    name: str
    topics: tuple[Topic, ...] = ()
    mode: Literal["match", "pull"] = "match"
    convert: ConvertMode | None = None  # None: as the rules say


class AgentIdentity(Value, frozen=True):
    """A person who may answer. No topics means every topic, no site every site; no languages means any."""

    id: int
    name: str
    role: Role = "agent"
    capacity: int | None = None
    languages: frozenset[str] = frozenset()
    topics: frozenset[int] = frozenset()
    site: str | None = None


# ── Events ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class DirectoryChanged(Value, frozen=True):
    """All sites and all agents who are enabled now. Agents who are missing have lost their place and their sockets."""

    sites: tuple[Site, ...]
    agents: tuple[AgentIdentity, ...]


class HoursChanged(Value, frozen=True):
    """A site's business hours began or ended; `opens_at` (Unix seconds) is the next opening while it is closed."""

    site: str
    is_open: bool
    opens_at: float | None = None


class VisitorArrived(Value, frozen=True):
    """A visitor's hello. `chat` is what the token opened, after its signature was checked, `token` its number, and `recent`
    whether it was issued so lately that it may bring back a chat that the server has lost; `address` is a keyed hash."""

    connection: Connection
    visitor: str
    hello: VisitorHello
    chat: str | None = None
    token: int = 0
    recent: bool = False
    address: str = ""


class VisitorSaid(Value, frozen=True):
    """A visitor's command; its texts are clean, a phone number is in E.164."""

    connection: Connection
    command: VisitorCommand


class VisitorLost(Value, frozen=True):
    """A visitor's socket is gone; `leaving` when the page closed it itself (1001: navigation, reload or closed tab)."""

    connection: Connection
    leaving: bool


class AgentArrived(Value, frozen=True):
    """The hello of a signed-in agent's console."""

    connection: Connection
    agent: int
    hello: AgentHello


class AgentSaid(Value, frozen=True):
    """An agent's command; its texts are clean."""

    connection: Connection
    command: AgentCommand


class AgentLost(Value, frozen=True):
    """A console's socket is gone."""

    connection: Connection


Parting = Literal["requeue", "end"] | int
"""What becomes of the chats of an agent who leaves: back to the queue, ended, or offered to the colleague of this id."""


class AgentLeaves(Value, frozen=True):
    """An agent signs out, and has said what becomes of the open chats. The sockets are gone in a moment."""

    agent: int
    parting: Parting


class TicketSaved(Value, frozen=True):
    """The outcome of `OpenTicket`: the chat is saved under this number (again the same one for a second attempt)."""

    chat: str
    number: str


class TicketFailed(Value, frozen=True):
    """The outcome of `OpenTicket` when nothing was written."""

    chat: str


class TicketFound(Value, frozen=True):
    """The outcome of `FindTicket`: the number of the ticket that the chat was saved as, or None. `asked` False: the storage
    did not answer."""

    chat: str
    number: str | None
    asked: bool = True


class KeysChanged(Value, frozen=True):
    """The sealing keys were renewed. Chats that run keep theirs, which still verifies."""

    ring: KeyRing


class LinesAppended(Value, frozen=True):
    """The outcome of `AppendLines`: what was handed over is settled, or (`saved` False) nothing of it is written."""

    handed: AppendLines
    saved: bool


class RequestSaved(Value, frozen=True):
    """The outcome of `SaveRequest`; `number` None when nothing was written."""

    connection: Connection
    request: LeaveRequest
    number: str | None


class Draining(Value, frozen=True):
    """The server is about to stop: no new offers, no new chats."""


class Tick(Value, frozen=True):
    """A deadline that the machine named has come."""


VisitorEvent = VisitorArrived | VisitorSaid | VisitorLost
AgentEvent = AgentArrived | AgentSaid | AgentLost | AgentLeaves
Event = (
    DirectoryChanged | HoursChanged | KeysChanged | VisitorEvent | AgentEvent | TicketSaved | TicketFailed | TicketFound
    | LinesAppended | RequestSaved
    | Draining | Tick
)  # fmt: skip


# ── Effects ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Send(Value, frozen=True):
    """One push to these connections, in the order of the effects; encode it once."""

    to: tuple[Connection, ...]
    push: Push


class Close(Value, frozen=True):
    """Ends these connections."""

    connections: tuple[Connection, ...]
    code: CloseCode


class IssueToken(Value, frozen=True):
    """Sign a token with this number, which opens this chat for this visitor, and push it as `Token`."""

    connection: Connection
    visitor: str
    site: str
    chat: str
    number: int


class Snapshot(Value, frozen=True):
    """Everything that a ticket takes over from a chat."""

    chat: str
    site: str
    topic: int | None
    visitor: VisitorCard
    agent: int | None  # who serves the chat and becomes the assignee
    saved_by: int | None  # the agent who asked; None: the visitor
    lines: tuple[Line, ...]
    notes: tuple[NoteLine, ...]
    checked: bool = False  # every line bears its seal
    one_sided: bool = False  # only one side's page held all of it


class OpenTicket(Value, frozen=True):
    """Save this chat as a ticket; answer with `TicketSaved` or `TicketFailed`."""

    snapshot: Snapshot


class AppendLines(Value, frozen=True):
    """Add these lines to the ticket of a chat that is saved already; answer with `LinesAppended`."""

    chat: str
    lines: tuple[Line, ...]
    notes: tuple[NoteLine, ...]


class SaveRequest(Value, frozen=True):
    """Save a request that was left without a chat; answer with `RequestSaved`."""

    connection: Connection
    site: str
    request: LeaveRequest


class FindTicket(Value, frozen=True):
    """Is there a ticket of this chat already? Answer with `TicketFound`."""

    chat: str


class CountStart(Value, frozen=True):
    """A chat came back and no agent's page vouches for it: for the limits it is a start from this address (a keyed hash)."""

    address: str


class CountedTwice(Value, frozen=True):
    """An earlier start had the number of this one, or a later one: the database is an older copy. Said once."""


class Count(Value, frozen=True):
    """One more in a counter that names nobody."""

    name: Literal["started", "matched", "ended", "missed", "rated", "converted"]
    label: str = ""
    seconds: float | None = None


Effect = (
    Send | Close | IssueToken | FindTicket | OpenTicket | AppendLines | SaveRequest | CountStart | CountedTwice | Count
)  # fmt: skip
