"""What we remember: the nouns of the durable side, as the services hand them out. Times are aware datetimes in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Role = Literal["agent", "supervisor", "administrator"]
TicketStatus = Literal["unconfirmed", "new", "open", "pending", "on_hold", "solved", "closed", "merged", "spam"]
Priority = Literal["low", "normal", "high", "urgent"]
ReplyChannel = Literal["none", "email", "account"]
MessageKind = Literal["chat", "reply", "note", "request"]
Author = Literal["requester", "agent", "system"]
RoutingMode = Literal["match", "pull"]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A row as a value; its `repr` names the kind and the id only."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'id', '')}>"


class Agent(Record, frozen=True):
    """A person who answers, supervises or administers."""

    id: int
    login: str
    name: str
    role: Role
    capacity: int | None = None
    languages: tuple[str, ...] = ()
    topics: tuple[int, ...] = ()
    disabled_at: datetime | None = None


class Session(Record, frozen=True):
    """A signed-in browser. `id` is the hash under which it is stored, never the secret itself."""

    id: str
    agent: Agent
    created_at: datetime
    expires_at: datetime


class Topic(Record, frozen=True):
    """A queue of a site, and a heading for its tickets."""

    id: int
    site: str
    name: str


class Hours(Record, frozen=True):
    """Business hours: weekly intervals in a named zone, and dated exceptions. No weekly interval means always open.

    `weekly` holds (weekday 0 = Monday, minute of opening, minute of closing); a closing minute at or below the opening
    one belongs to the next day. `exceptions` maps an ISO date to that day's intervals; none means closed.
    """

    zone: str = "UTC"
    weekly: tuple[tuple[int, int, int], ...] = ()
    exceptions: dict[str, tuple[tuple[int, int], ...]] = {}


class Contact(Record, frozen=True):
    """Another way to reach the organisation, always shown with its hours."""

    label: str
    value: str
    hours: str = ""


class Site(Record, frozen=True):
    """A web site that embeds the widget."""

    id: str
    name: str
    origins: tuple[str, ...] = ()
    mode: RoutingMode = "match"
    convert: Literal["notify", "ask", "recorded"] | None = None
    region: str = "GE"  # ISO 3166 code, for phone numbers without a country code
    language: str = "en"
    accent: str = "#2f5bd7"
    greeting: str = ""
    hours: Hours = Hours()
    contacts: tuple[Contact, ...] = ()
    topics: tuple[Topic, ...] = ()


class CannedReply(Record, frozen=True):
    """A ready answer that an agent fetches by typing `/` and its shortcut."""

    id: int
    shortcut: str
    text: str


class Ticket(Record, frozen=True):
    """A request that will not be lost."""

    id: int
    number: str  # with its check digit: "1042-1"
    site: str
    status: TicketStatus
    priority: Priority
    subject: str
    name: str
    phone: str
    email: str
    channel: ReplyChannel
    created_at: datetime
    updated_at: datetime
    topic: Topic | None = None
    assignee: Agent | None = None
    page: str = ""
    language: str = ""
    from_chat: bool = False


class TicketMessage(Record, frozen=True):
    """One entry of a ticket's thread. Lines of a chat keep their (epoch, seq)."""

    id: int
    kind: MessageKind
    author: Author
    name: str
    text: str
    at: datetime
    epoch: int | None = None
    seq: int | None = None


class TicketEvent(Record, frozen=True):
    """Something that happened to a ticket: who, what, when."""

    id: int
    what: str  # "created", "status", "priority", "assignee", "topic", "replied", "noted"
    actor: str
    at: datetime
    old: str = ""
    new: str = ""
