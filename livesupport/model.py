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
FieldKind = Literal["text", "number", "date", "amount", "choice", "checkbox", "email", "phone"]
MailKind = Literal["confirm", "received", "answer", "sign_in", "solved", "due"]
Scope = Literal["tickets:read", "tickets:write", "admin:read", "admin:write"]
DraftKind = Literal["reply", "note"]
PromiseKind = Literal["first_reply", "next_reply", "resolution"]
NoticeState = Literal["shown", "later", "opened", "dismissed"]

SELF_CHECK = "selfcheck"  # the login of the self-check's agent, and the site that this agent alone serves, and no other


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
    device: str = ""
    locked_at: datetime | None = None


class ApiToken(Record, frozen=True):
    """What a program shows to act for an agent; its secret is stored hashed and never read again."""

    id: int
    agent: int
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None


class Act(Record, frozen=True):
    """An act of administration: who did what to whom or what. An empty `actor` is the command line."""

    id: int
    at: datetime
    actor: str
    act: str  # "agent.created"
    subject: str
    details: dict[str, object]


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


class Targets(Record, frozen=True):
    """What is promised to requests of one priority: business hours until a reply, business days until they are solved."""

    first_reply_hours: float
    next_reply_hours: float
    resolution_days: float


PROMISED: dict[Priority, Targets] = {
    "urgent": Targets(first_reply_hours=1, next_reply_hours=1, resolution_days=1),
    "high": Targets(first_reply_hours=4, next_reply_hours=4, resolution_days=2),
    "normal": Targets(first_reply_hours=8, next_reply_hours=8, resolution_days=5),
    "low": Targets(first_reply_hours=24, next_reply_hours=24, resolution_days=10),
}


class Sla(Record, frozen=True):
    """The times that a site promises. `on_hold_pauses`: waiting for somebody else does not count towards the resolution."""

    enabled: bool = False
    on_hold_pauses: bool = False
    targets: dict[Priority, Targets] = msgspec.field(default_factory=PROMISED.copy)


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
    logo: str = ""  # id of a file of the house; empty: none
    rules: str = ""  # Markdown beside the form of a new request
    hours: Hours = Hours()
    contacts: tuple[Contact, ...] = ()
    sla: Sla = Sla()
    topics: tuple[Topic, ...] = ()


class Field(Record, frozen=True):
    """A question that a type of request asks beside the message."""

    id: str  # a short name, unique in its type
    label: str
    kind: FieldKind
    required: bool = False
    choices: tuple[str, ...] = ()
    hint: str = ""


class RequestType(Record, frozen=True):
    """What kind of request it is: what is said before the form, and what is asked in it."""

    id: int
    site: str
    name: str
    topic: int | None = None  # None: offered under every topic of the site
    instructions: str = ""  # Markdown
    fields: tuple[Field, ...] = ()
    retention_days: int | None = None  # None: kept
    position: int = 0
    retired_at: datetime | None = None


class CannedReply(Record, frozen=True):
    """A ready answer that an agent fetches by typing `/` and its shortcut."""

    id: int
    shortcut: str
    text: str


class Requester(Record, frozen=True):
    """Somebody who asks, and who proved an address or is vouched for by their site."""

    id: int
    site: str
    account: str | None  # the site's own id of this person
    email: str | None  # proved to be theirs
    name: str
    phone: str
    language: str
    created_at: datetime


class RequesterSession(Record, frozen=True):
    """A browser in which somebody who asks is signed in. `id` is the hash under which it is stored, never the secret itself."""

    id: str
    requester: Requester
    expires_at: datetime


class Answer(Record, frozen=True):
    """An answer to a type's question, with the question as it was asked."""

    field: str
    label: str
    kind: FieldKind
    value: str


class OutgoingMail(Record, frozen=True):
    """A mail to be sent from the moment `send_at` on; it is written from what it names when it is sent."""

    id: int
    kind: MailKind
    recipient: str
    language: str
    site: str
    ticket: int | None
    message: int | None
    pending: str | None
    sign_in: str | None
    state: Literal["queued", "sent", "failed"]
    created_at: datetime
    send_at: datetime


class PendingRequest(Record, frozen=True):
    """What somebody has asked with an address that they have not yet proved to be theirs. It has no number, and nobody who
    answers sees it; `content` is kept by `tickets/asking.py`."""

    id: str
    site: str
    email: str
    content: dict[str, object]
    mails: int  # confirmations sent
    created_at: datetime


class StoredFile(Record, frozen=True):
    """A file that belongs to a message; `id` is random and names it in the store. `media_type` is what its bytes say."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime
    message_id: int | None = None


class Notice(Record, frozen=True):
    """That a public reply waits for its requester; `due_at` is when they are told of it."""

    id: int
    requester: int
    ticket: int
    message: int
    number: str
    subject: str
    author: str
    text: str
    html: str | None
    at: datetime
    state: NoticeState
    due_at: datetime


class TicketNews(Record, frozen=True):
    """That a ticket has changed, told after the commit, to whoever has it on the screen. Carries no content."""

    number: str
    what: str  # as `TicketEvent.what`
    topic: int | None = None  # whose agents are told; None: all. A new topic is always told to all
    requester: int | None = None  # who is told too; None where only agents see the change
    requester_in: float = 0.0  # seconds until the requester can see it, and is told
    assignee: int | None = None


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
    requester: int | None = None
    type: int | None = None
    answers: tuple[Answer, ...] = ()
    diagnostics: dict[str, str] = {}
    merged_into: int | None = None
    follows: int | None = None
    version: int = 0  # raised by every change
    answered: int = 0  # id of the newest public reply
    seen: int = 0  # id of the newest reply that the requester has opened
    solved_at: datetime | None = None
    due_at: datetime | None = None  # the next promise that ends, or the one that has been broken longest; None: none
    due_kind: PromiseKind | None = None  # which promise that is
    warn_at: datetime | None = None  # from when on it is near
    checked_at: datetime | None = None  # when the seals of the chat were checked
    one_sided: bool = False  # only one of the chat's two pages held it
    lines_hash: str = ""  # of the chat as it was when the seals were checked


class SavedView(Record, frozen=True):
    """A way to look at the inbox that somebody has kept; `query` is what the address line says."""

    id: int
    name: str
    query: dict[str, str]
    shared: bool  # everybody's


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
    agent: int | None = None
    html: str | None = None  # the text as it is shown, where it is Markdown
    visible_at: datetime | None = None  # until then a reply can be taken back; None: at once


class Draft(Record, frozen=True):
    """What an agent has begun to write and not yet sent. `files`: what the form says of the files that go with it."""

    kind: DraftKind
    text: str
    files: str = ""


class TicketEvent(Record, frozen=True):
    """Something that happened to a ticket: who, what, when."""

    id: int
    what: str  # "created", "status", "priority", "assignee", "topic", "replied", "noted"
    actor: str
    at: datetime
    old: str = ""
    new: str = ""


class Job(Record, frozen=True):
    """Work of some kind that a runner has taken, and until when it is the runner's."""

    id: int
    kind: str
    key: str | None
    payload: dict[str, object]
    attempts: int  # this one included
    leased_until: datetime
