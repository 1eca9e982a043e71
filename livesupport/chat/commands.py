"""What a browser may say: the commands of a visitor's socket and of a console's.

`VisitorCommand` and `AgentCommand` are all that a socket of that kind accepts; anything else, or a field that is not listed
here, is refused.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from livesupport.chat.frames import ChatId, ClientId, Frame, Intent, Language, Record, RecordId, Ref, Seq, Short, Text, Tip

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
    proof: Annotated[str, Meta(max_length=64, description="answers `proof_needed`")] = ""
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


class Records(Frame, frozen=True, tag="records"):
    """Answers `wanted`: the exact texts of `line` frames as they came, oldest first, at most 24 KiB at once. From an agent's
    page also the private notes. The next `wanted` asks for more, unless `last` says that there is none."""

    chat: ChatId
    lines: Annotated[list[Record], Meta(max_length=1000)]
    notes: Annotated[list[Record], Meta(max_length=1000)] = []
    last: bool = True


class Ping(Frame, frozen=True, tag="ping"):
    """Asks for a sign of life, for pages, which see no pings of the socket itself. Answered by `pong`."""


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


class Depart(Frame, frozen=True, tag="depart"):
    """The agent is about to leave: `away` from now on, and after a minute the chats that are still open go back to their queue.
    Any `intent` takes it back, and so does taking a chat."""

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
    | KeepWaiting | VisitorUndoEnd | VisitorEnd | Rate | Records | Ping
)  # fmt: skip
AgentCommand = (
    AgentHello | SetIntent | Accept | Decline | AgentSay | Note | AgentTyping | AgentReceipt | Transfer | Withdraw | Requeue
    | Convert | AgentEnd | AgentUndoEnd | Pin | Block | Join | TakeOver | Leave | Watch | Records | Ping
    | Depart
)  # fmt: skip


def command_names(commands: Any) -> list[str]:
    """The tags of a union of commands, in the order of this file."""
    return [str(kind.__struct_config__.tag) for kind in commands.__args__]
