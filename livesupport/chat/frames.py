"""What commands and pushes are made of: small types, closed lists of words that both sides know, the frame and its parts.

A `repr` shows the kind of frame and nothing of what people said.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

# `$` alone would let a line break pass at the end; `\Z` is not known to a browser.
ID = r"^[A-Za-z0-9_-]{16,44}$(?!\n)"
ClientId = Annotated[str, Meta(pattern=ID, description="128 random bits or more, base64url")]
ChatId = Annotated[str, Meta(pattern=ID)]
Ref = Annotated[int, Meta(ge=0, le=2**53 - 1, description="the sender's own number, returned in a refusal")]
Seq = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Record = Annotated[str, Meta(max_length=16000, description="the text of a `line` or `note` frame, exactly as it came")]
RecordId = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Language = Annotated[str, Meta(max_length=16, pattern=r"^[A-Za-z0-9-]*$(?!\n)")]
Text = Annotated[str, Meta(max_length=8000, description="plain text; the exact limit is named by `welcome.limits`")]
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
    "proof_needed",  # the address has started many chats: send the same start with a proof of work, or wait `retry_after`
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


# ── Parts of frames ──────────────────────────────────────────────────────────────────────────────────────────────────


class Tip(Value, frozen=True):
    """How far a page has read: the last line that it holds."""

    epoch: Seq = 0
    seq: Seq = 0
    seal: Annotated[str, Meta(max_length=64)] | None = None


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


class VisitorCard(Value, frozen=True):
    """What the visitor has told."""

    name: str
    phone: str
    question: str
    page: str = ""
    language: str = ""
    utc_offset: int | None = None
    name_is_agents: bool = False


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
