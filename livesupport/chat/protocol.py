"""The wire: what a browser may say (commands) and what it may hear (pushes), as JSON text frames tagged by `t`.

Both sides of the conversation speak from these pages: `frames` (what all are made of), `commands` and `pushes`. The rest of
the house finds every word here. All durations are seconds from the moment of sending, so that no clock has to agree; `at`
is the server's time in Unix seconds and only ever shown.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

# isort: off
from livesupport.chat.frames import (
    ID, AgentStatus, ChatId, ClientId, CloseCode, EndReason, Frame, Intent, Language, Limits, LineKind, OfferCloseReason,
    Party, QueueEntry, Record, RecordId, Ref, RefusalCode, Role, Seq, ServiceState, Short, Status, TeamTopic, Teammate, Text,
    Tip, TopicInfo, Value, VisitorCard, WaitBucket, WallAgent, WallChat, WallTopic,
)  # fmt: skip
from livesupport.chat.commands import (
    Accept, AgentCommand, AgentEnd, AgentHello, AgentReceipt, AgentSay, AgentTyping, AgentUndoEnd, Block, Convert, Decline,
    Depart, Join, KeepWaiting, Leave, LeaveRequest, Note, Pin, Ping, Rate, Records, Refuse, Requeue, Save, SetIntent, Start,
    TakeOver, Transfer, Visibility, VisitorCommand, VisitorEnd, VisitorHello, VisitorReceipt, VisitorSay, VisitorTyping,
    VisitorUndoEnd, Watch, Withdraw, command_names,
)  # fmt: skip
from livesupport.chat.pushes import (
    AgentChat, AgentPush, AgentWelcome, Erased, GoingAway, Line, Lines, Me, NoteLine, Offer, OfferClosed, Pong, Push, Queue,
    Receipt, Refused, Released, Requested, Service, Team, Token, Typing, VisitorChat, VisitorPush, VisitorWelcome, Wall,
    Wanted,
)  # fmt: skip
# isort: on

__all__ = [
    "FRAME_LIMIT", "ID", "SUBPROTOCOL", "VERSION", "Accept", "AgentChat", "AgentCommand", "AgentEnd", "AgentHello",
    "AgentPush", "AgentReceipt", "AgentSay", "AgentStatus", "AgentTyping", "AgentUndoEnd", "AgentWelcome", "BadFrame",
    "Block", "ChatId", "ClientId", "CloseCode", "Convert", "Decline", "Depart", "EndReason", "Erased", "Frame", "GoingAway",
    "Intent", "Join", "KeepWaiting", "Language", "Leave", "LeaveRequest", "Limits", "Line", "LineKind", "Lines", "Me", "Note",
    "NoteLine", "Offer", "OfferCloseReason", "OfferClosed", "Party", "Pin", "Ping", "Pong", "Push", "Queue", "QueueEntry",
    "Rate", "Receipt", "Record", "RecordId", "Records", "Ref", "RefusalCode", "Refuse", "Refused", "Released", "Requested",
    "Requeue", "Role", "Save", "Seq", "Service", "ServiceState", "SetIntent", "Short", "Start", "Status", "TakeOver", "Team",
    "TeamTopic", "Teammate", "Text", "Tip", "Token", "TopicInfo", "Transfer", "Typing", "Value", "Visibility", "VisitorCard",
    "VisitorChat", "VisitorCommand", "VisitorEnd", "VisitorHello", "VisitorPush", "VisitorReceipt", "VisitorSay",
    "VisitorTyping", "VisitorUndoEnd", "VisitorWelcome", "WaitBucket", "Wall", "WallAgent", "WallChat", "WallTopic", "Wanted",
    "Watch", "Withdraw", "command_names", "decode_agent", "decode_visitor", "encode", "protocol_schema",
]  # fmt: skip

VERSION = "1"  # as the welcome names it
SUBPROTOCOL = f"livesupport.v{VERSION}"
FRAME_LIMIT = 32 * 1024  # bytes, after which the connection is cut with 1009

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
    except (msgspec.DecodeError, UnicodeError, RecursionError):  # UnicodeError: bytes that are not UTF-8
        raise BadFrame("not a frame of this protocol") from None


def encode(push: Frame) -> bytes:
    """Writes a frame as UTF-8 JSON without white space."""
    return _encoder.encode(push)


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
