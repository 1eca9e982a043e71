"""The wire: what a browser may say (commands) and what it may hear (pushes), as JSON text frames tagged by `t`.

Both sides of the conversation speak from this one page. `VISITOR_COMMANDS` and `AGENT_COMMANDS` are all that a socket of
that kind accepts; anything else, or a field that is not listed here, is refused. Browsers ignore pushes and fields that
they do not know, so pushes may grow. A `repr` shows the kind of frame and nothing of what people said.

All durations are seconds from the moment of sending, so that no clock has to agree; `at` is the server's time in Unix
seconds and only ever shown. A `chat` push carries the whole small state of a chat (not its lines) and replaces
the one before.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

SUBPROTOCOL = "livesupport.v1"
FRAME_LIMIT = 32 * 1024  # bytes, after which the connection is cut with 1009

# `$` alone would let a line break pass at the end; `\Z` is not known to a browser.
ID = r"^[A-Za-z0-9_-]{16,44}$(?!\n)"
ClientId = Annotated[str, Meta(pattern=ID, description="128 random bits or more, base64url")]
ChatId = Annotated[str, Meta(pattern=ID)]
Ref = Annotated[int, Meta(ge=0, le=2**53 - 1, description="the sender's own number, returned in a refusal")]
Seq = Annotated[int, Meta(ge=0, le=2**53 - 1)]
RecordId = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Language = Annotated[str, Meta(max_length=16, pattern=r"^[A-Za-z0-9-]*$(?!\n)")]
Text = Annotated[str, Meta(max_length=8000, description="plain text; the exact limit is named by `welcome.limits`")]
Record = Annotated[str, Meta(max_length=16000, description="the text of a `line` or `note` frame, exactly as it came")]
Short = Annotated[str, Meta(max_length=2000)]

Party = Literal["visitor", "agent", "server"]
Intent = Literal["available", "away", "offline"]
AgentStatus = Literal["available", "busy", "wrap_up", "away", "reconnecting", "offline"]
ServiceState = Literal["open", "busy_full", "no_agents", "closed_hours"]
Status = Literal["waiting", "offered", "active", "ended"]
WaitBucket = Literal["under_1", "1_to_3", "3_to_5", "5_to_10", "over_10"]
Role = Literal["agent", "supervisor", "administrator"]
LineKind = Literal[
    "opened",  # the question that began the chat; the first line
    "message",
    "assigned",  # `name` now serves the chat
    "transferred",  # `name` handed the chat to `other`
    "requeued",  # `name` was lost or handed the chat back; the visitor waits again
    "joined",  # `name`, a supervisor, reads along from now on
    "left",  # `name`, a supervisor, no longer reads along
    "took_over",  # `name`, a supervisor, serves the chat from now on
    "armed",  # `name` asked for the chat to be saved as a request
    "refused",  # the visitor declined
    "converted",  # saved as the request whose number is `other`
    "ended",  # `other` is the EndReason
]
EndReason = Literal[
    "visitor_erased",
    "visitor_left",
    "agent_ended",
    "idle_timeout",
    "queue_abandoned",
    "queue_to_ticket",
    "agent_lost",
    "converted_and_ended",
    "blocked",
    "too_old",
    "waited_too_long",
    "server_shutdown",
]
RefusalCode = Literal[
    "malformed",  # not a frame of this protocol
    "hello_first",  # the first frame must be a hello
    "unknown_site",
    "bad_name",
    "bad_phone",
    "bad_question",
    "bad_topic",
    "bad_text",
    "too_long",
    "too_fast",  # come back after `retry_after`
    "chat_full",  # the chat has reached its size: save it as a request
    "memory_full",  # all chats together have reached the server's limit
    "not_open",  # nobody can take a chat now: leave a request
    "blocked",
    "no_such_chat",
    "not_your_chat",
    "already_taken",  # `by` has it
    "already_chatting",
    "ended",
    "not_routable",  # the chosen agent or topic cannot take the chat
    "too_many_hops",
    "not_allowed",
    "visitor_refused",  # the visitor declined the saving; only the visitor can ask again
    "already_saved",
    "not_restored",  # the server has lost the chat and could not bring it back: the page's copy is all there is
    "not_saved",  # the request could not be written; the chat goes on, try again
    "busy_chats",  # intent `offline` while chats are open: hand over, requeue or end them first
    "shutting_down",
]
OfferCloseReason = Literal["accepted", "taken", "expired", "withdrawn", "declined"]


class CloseCode(IntEnum):
    """Why a socket was closed. 44xx: do not come back by yourself. 45xx, 1001, 1006, 1012, 1013: come back with backoff."""

    GOING_AWAY = 1001
    UNSUPPORTED = 1003
    TOO_BIG = 1009
    RESTART = 1012
    TRY_LATER = 1013
    MALFORMED = 4400
    NOT_SIGNED_IN = 4401
    FORBIDDEN = 4403
    TOO_FAST = 4429
    SLOW_READER = 4508


class Frame(msgspec.Struct, frozen=True, tag_field="t", forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Anything on the wire."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A part of a frame."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Tip(Value, frozen=True):
    """How far a page has read: the last line that it holds."""

    epoch: Seq = 0
    seq: Seq = 0
    seal: Annotated[str, Meta(max_length=64)] | None = None


# ── Commands of a visitor ────────────────────────────────────────────────────────────────────────────────────────────


class VisitorHello(Frame, frozen=True, tag="hello"):
    """First frame of a visitor's socket: names the site, or shows the token of a chat that is going on.
    `tip`: the last line that the page holds, nothing after a reload. `remembered`: the last one that it ever held."""

    site: Annotated[str, Meta(max_length=64)]
    token: Annotated[str, Meta(max_length=1024)] | None = None
    tip: Tip | None = None
    remembered: Tip | None = None
    language: Language = ""
    hidden: bool = False
    mobile: bool = False


class Start(Frame, frozen=True, tag="start"):
    """Asks for a human. Answered by `token` and `chat`, or by `refused` naming the field that is wrong."""

    id: ClientId
    name: Short
    phone: Short
    question: Text
    topic: RecordId | None = None
    page: Short = ""
    language: Language = ""
    utc_offset: Annotated[int, Meta(ge=-1080, le=1080, description="minutes east of UTC")] | None = None
    ref: Ref = 0


class LeaveRequest(Frame, frozen=True, tag="request"):
    """Leaves a request without a chat (nobody can answer now). Answered by `requested`; the same id is saved once."""

    id: ClientId
    name: Short
    phone: Short
    question: Text
    email: Annotated[str, Meta(max_length=254)] = ""
    topic: RecordId | None = None
    page: Short = ""
    language: Language = ""
    ref: Ref = 0


class VisitorSay(Frame, frozen=True, tag="say"):
    """One message. The same `id` may be sent again until its `line` arrives; it is taken once."""

    id: ClientId
    text: Text
    ref: Ref = 0


class VisitorTyping(Frame, frozen=True, tag="typing"):
    """The visitor is typing (sent at most every 3 s) or has stopped."""

    on: bool = True


class VisitorReceipt(Frame, frozen=True, tag="receipt"):
    """Cumulative: every line up to `received` is here, every line up to `seen` was shown in a focused panel."""

    received: Seq
    seen: Seq = 0


class Visibility(Frame, frozen=True, tag="visibility"):
    """The page was hidden or shown; a hidden page is granted a longer absence."""

    hidden: bool


class Save(Frame, frozen=True, tag="save"):
    """The visitor wants the chat saved as a request: at once, also from the queue, and as consent to an agent's wish."""

    ref: Ref = 0


class Refuse(Frame, frozen=True, tag="refuse"):
    """The visitor declines an agent's wish to save the chat."""

    ref: Ref = 0


class KeepWaiting(Frame, frozen=True, tag="keep_waiting"):
    """The visitor answers the question "keep waiting?" with yes."""


class VisitorUndoEnd(Frame, frozen=True, tag="undo_end"):
    """The visitor is not finished: stops the agent's ending of the chat."""

    ref: Ref = 0


class VisitorEnd(Frame, frozen=True, tag="end"):
    """End and erase, at once. Answered by `erased`."""

    ref: Ref = 0


class Records(Frame, tag="records", frozen=True):
    """Answers `wanted`: the exact texts of `line` frames as they came, oldest first, at most 24 KiB at once. From an agent's
    page also the private notes. The next `wanted` asks for more, unless `last` says that there is none."""

    chat: ChatId
    lines: Annotated[list[Record], Meta(max_length=1000)]
    notes: Annotated[list[Record], Meta(max_length=1000)] = []
    last: bool = True


class Rate(Frame, frozen=True, tag="rate"):
    """How it was, after the end: counted, never tied to a person."""

    good: bool


# ── Commands of an agent ─────────────────────────────────────────────────────────────────────────────────────────────


class AgentHello(Frame, frozen=True, tag="hello"):
    """First frame of a console's socket; the session cookie has said who it is. Answered by `welcome`.
    `tips`: the chats that the page holds. `ended`: chats that it saw ending (no text), which nobody may bring back."""

    intent: Intent | None = None
    tips: Annotated[dict[ChatId, Tip], Meta(max_length=64)] = {}
    ended: Annotated[list[ChatId], Meta(max_length=200)] = []


class SetIntent(Frame, frozen=True, tag="intent"):
    """What the agent wants to be. `offline` is refused with `busy_chats` while chats are open."""

    intent: Intent
    ref: Ref = 0


class Accept(Frame, frozen=True, tag="accept"):
    """Takes a chat that is offered to this agent, or that this agent may pull. The loser hears `already_taken`."""

    chat: ChatId
    ref: Ref = 0


class Decline(Frame, frozen=True, tag="decline"):
    """Passes an offer on."""

    chat: ChatId
    ref: Ref = 0


class AgentSay(Frame, frozen=True, tag="say"):
    """One message in a chat of this agent. The same `id` is taken once."""

    chat: ChatId
    id: ClientId
    text: Text
    ref: Ref = 0


class Note(Frame, frozen=True, tag="note"):
    """A private note: goes to agents only, and into the ticket as an internal note."""

    chat: ChatId
    id: ClientId
    text: Text
    ref: Ref = 0


class AgentTyping(Frame, frozen=True, tag="typing"):
    """The agent is typing in this chat (sent at most every 3 s) or has stopped."""

    chat: ChatId
    on: bool = True


class AgentReceipt(Frame, frozen=True, tag="receipt"):
    """Cumulative, as for the visitor."""

    chat: ChatId
    received: Seq
    seen: Seq = 0


class Transfer(Frame, frozen=True, tag="transfer"):
    """Hands the chat to an agent (an offer; the sender keeps it until it is accepted) or to a topic (queued at once)."""

    chat: ChatId
    agent: RecordId | None = None
    topic: RecordId | None = None
    note: Text = ""
    ref: Ref = 0


class Withdraw(Frame, frozen=True, tag="withdraw"):
    """Takes back a transfer that nobody has accepted yet."""

    chat: ChatId
    ref: Ref = 0


class Requeue(Frame, frozen=True, tag="requeue"):
    """Gives the chat back to the head of its queue."""

    chat: ChatId
    ref: Ref = 0


class Convert(Frame, frozen=True, tag="convert"):
    """Asks for the chat to be saved as a ticket: at once, armed or asked, as the site's rule says."""

    chat: ChatId
    ref: Ref = 0


class AgentEnd(Frame, frozen=True, tag="end"):
    """Ends the chat; the visitor may object for a few seconds."""

    chat: ChatId
    ref: Ref = 0


class AgentUndoEnd(Frame, frozen=True, tag="undo_end"):
    """Stops the ending of the chat."""

    chat: ChatId
    ref: Ref = 0


class Pin(Frame, frozen=True, tag="pin"):
    """Keeps a quiet chat longer before it is ended for idleness."""

    chat: ChatId
    on: bool
    ref: Ref = 0


class Block(Frame, frozen=True, tag="block"):
    """Ends the chat and refuses its visitor for a day (a keyed hash in memory, no stored address)."""

    chat: ChatId
    ref: Ref = 0


class Join(Frame, frozen=True, tag="join"):
    """A supervisor reads along; the visitor is told."""

    chat: ChatId
    ref: Ref = 0


class TakeOver(Frame, frozen=True, tag="take_over"):
    """A supervisor who has joined serves the chat from now on."""

    chat: ChatId
    ref: Ref = 0


class Leave(Frame, frozen=True, tag="leave"):
    """A supervisor stops reading along."""

    chat: ChatId
    ref: Ref = 0


class Watch(Frame, frozen=True, tag="wall"):
    """A supervisor's page shows, or stops showing, the live wall."""

    on: bool
    ref: Ref = 0


VisitorCommand = (
    VisitorHello | Start | LeaveRequest | VisitorSay | VisitorTyping | VisitorReceipt | Visibility | Save | Refuse
    | KeepWaiting | VisitorUndoEnd | VisitorEnd | Records | Rate
)  # fmt: skip
AgentCommand = (
    AgentHello | SetIntent | Accept | Decline | AgentSay | Note | AgentTyping | AgentReceipt | Transfer | Withdraw | Requeue
    | Convert | AgentEnd | AgentUndoEnd | Pin | Block | Join | TakeOver | Leave | Watch | Records
)  # fmt: skip


# ── Pushes to both ───────────────────────────────────────────────────────────────────────────────────────────────────


class VisitorCard(Value, frozen=True):
    """What the visitor has told."""

    name: str
    phone: str
    question: str
    page: str = ""
    language: str = ""
    utc_offset: int | None = None
    name_is_agents: bool = False


class Line(Frame, frozen=True, tag="line"):
    """One line of a chat. Order is (epoch, seq), the same for everybody. To the sender of a message, its own `line`
    (known by author and `id`) is the acknowledgement."""

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


class Lines(Frame, tag="lines", frozen=True):
    """So many `line` frames follow at once; with the last of them nothing is missing. `reset` says that these are all: forget
    what was shown before."""

    chat: str
    count: int
    reset: bool = False


class Wanted(Frame, tag="wanted", frozen=True):
    """The server has lost this chat and asks for the records that the page holds, from number `after` on (see `records`)."""

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


class GoingAway(Frame, frozen=True, tag="going_away"):
    """The server restarts as planned. Reconnect after this many seconds."""

    resume_after: float


# ── Pushes to a visitor ──────────────────────────────────────────────────────────────────────────────────────────────


class Limits(Value, frozen=True):
    """What the server accepts, in Unicode code points."""

    text: int
    name: int
    phone: int
    question: int


class TopicInfo(Value, frozen=True):
    """A topic that the site offers, with its own availability."""

    id: int
    name: str
    state: ServiceState


class Service(Frame, frozen=True, tag="service"):
    """Whether somebody can answer: the one truth for the widget, the API and the hub."""

    state: ServiceState
    topics: list[TopicInfo] = []
    opens_at: float | None = None
    opens_in: float | None = None


class VisitorWelcome(Frame, frozen=True, tag="welcome"):
    """Answer to a visitor's hello. `resumed`: the token's chat is still here. `restoring`: it was lost with the server's memory
    and is being brought back; `chat` or `refused` (`not_restored`) will tell. Neither: it is gone."""

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
    """The request that was left is saved under this number."""

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


class Teammate(Value, frozen=True):
    """A colleague, as a target of transfers."""

    id: int
    name: str
    status: AgentStatus
    load: int
    capacity: int
    routable: bool


class TeamTopic(Value, frozen=True):
    """A topic, as a target of transfers."""

    id: int
    name: str
    site: str
    state: ServiceState


class Team(Frame, frozen=True, tag="team"):
    """Who else is here; replaces the one before."""

    agents: list[Teammate]
    topics: list[TeamTopic]


class QueueEntry(Value, frozen=True):
    """Somebody who waits."""

    chat: str
    waited: float
    question: str = ""
    topic: str = ""
    language: str = ""
    returning: bool = False
    may_pull: bool = False
    escalated: bool = False


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


class WallAgent(Value, frozen=True):
    """One agent on the live wall."""

    name: str
    status: AgentStatus
    load: int
    capacity: int


class WallTopic(Value, frozen=True):
    """One queue on the live wall."""

    name: str
    site: str
    state: ServiceState
    waiting: int
    longest_wait: float
    active: int


class WallChat(Value, frozen=True):
    """One running chat on the live wall: who serves it, nothing of what is said."""

    chat: str
    status: Status
    agent: str | None
    topic: str
    age: float


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
    | Refused | GoingAway
)  # fmt: skip
AgentPush = (
    AgentWelcome | Me | Team | Queue | Offer | OfferClosed | AgentChat | Line | Lines | Wanted | NoteLine | Typing | Receipt
    | Erased | Released | Wall | Refused | GoingAway
)  # fmt: skip
Push = VisitorPush | AgentPush

_visitor_decoder: msgspec.json.Decoder[VisitorCommand] = msgspec.json.Decoder(VisitorCommand)
_agent_decoder: msgspec.json.Decoder[AgentCommand] = msgspec.json.Decoder(AgentCommand)
_encoder = msgspec.json.Encoder()

Command = TypeVar("Command")


class BadFrame(ValueError):
    """A frame that is not of this protocol; says nothing of its content."""


def decode_visitor(raw: bytes | str) -> VisitorCommand:
    """Reads one text frame of a visitor's socket; raises `BadFrame`."""
    return _decode(_visitor_decoder, raw)


def decode_agent(raw: bytes | str) -> AgentCommand:
    """Reads one text frame of a console's socket; raises `BadFrame`."""
    return _decode(_agent_decoder, raw)


def _decode(decoder: msgspec.json.Decoder[Command], raw: bytes | str) -> Command:
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):  # UnicodeError: bytes that are not UTF-8 (stack.md, trap 1)
        raise BadFrame("not a frame of this protocol") from None


def encode(push: Frame) -> bytes:
    """Writes a frame as UTF-8 JSON without white space."""
    return _encoder.encode(push)


def command_names(commands: Any) -> list[str]:
    """The tags of a union of commands, in the order of this file."""
    return [str(kind.__struct_config__.tag) for kind in commands.__args__]


def protocol_schema() -> dict[str, Any]:
    """A JSON Schema (2020-12) of every frame, for `/protocol.json` and for whoever writes a client."""
    roots = {
        "VisitorCommand": VisitorCommand,
        "AgentCommand": AgentCommand,
        "VisitorPush": VisitorPush,
        "AgentPush": AgentPush,
    }
    schemas, components = msgspec.json.schema_components(roots.values(), ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SUBPROTOCOL,
        "description": "Frames of livesupport's WebSocket protocol, one JSON text frame each, told apart by `t`.",
        "$defs": {**components, **dict(zip(roots, schemas, strict=True))},
        "closeCodes": {code.name.lower(): int(code) for code in CloseCode},
    }
