"""From the bytes of a frame to a command that may be trusted in form: strict JSON, known fields, clean text. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

import msgspec

from livesupport.chat.protocol import (
    AgentCommand,
    AgentSay,
    BadFrame,
    LeaveRequest,
    Note,
    Start,
    Transfer,
    VisitorCommand,
    VisitorSay,
    decode_agent,
    decode_visitor,
    encode,
)
from livesupport.live.news_wire import NewsCommand, decode_news

TEXTS: dict[type, tuple[str, ...]] = {
    VisitorSay: ("text",),
    AgentSay: ("text",),
    Note: ("text",),
    Transfer: ("note",),
    Start: ("question",),
    LeaveRequest: ("question",),
}
"""What people write, with line breaks."""

LINES: dict[type, tuple[str, ...]] = {
    Start: ("name", "phone", "page"),
    LeaveRequest: ("name", "phone", "email", "page"),
}
"""What people write on one line."""

C = TypeVar("C", bound=VisitorCommand | AgentCommand | NewsCommand)


def read_visitor(frame: bytes) -> VisitorCommand:
    """A visitor's command; raises `BadFrame`."""
    return _once(frame, decode_visitor(frame))


def read_agent(frame: bytes) -> AgentCommand:
    """An agent's command; raises `BadFrame`."""
    return _once(frame, decode_agent(frame))


def read_news(frame: bytes) -> NewsCommand:
    """What a page that follows the news says; raises `BadFrame`."""
    return _once(frame, decode_news(frame))


def _once(frame: bytes, command: C) -> C:
    """Refuses a frame that says a key twice, which the decoder settles in silence, and a proxy or a log might settle otherwise.

    Each key has one colon. Written anew the command has at most as many as the frame; where there are more in the frame
    (a repeated key, a default that was spelt out, an escape that may hide a colon), the slow reader looks closely.
    """
    if (b"\\u" in frame or frame.count(b":") != encode(command).count(b":")) and _repeats_a_key(frame):
        raise BadFrame("a key was repeated")
    return command


def _repeats_a_key(frame: bytes) -> bool:
    repeated = False

    def look(pairs: list[tuple[str, object]]) -> None:
        nonlocal repeated
        repeated = repeated or len({key for key, _ in pairs}) != len(pairs)

    json.loads(frame, object_pairs_hook=look)
    return repeated


def cleaned(command: C, clean: Callable[[str], str]) -> C:
    """The command with clean texts; itself where they are clean already."""
    kind = type(command)
    changes = {}
    for field in TEXTS.get(kind, ()):
        said = getattr(command, field)
        if (text := clean(said)) != said:
            changes[field] = text
    for field in LINES.get(kind, ()):
        changes[field] = " ".join(clean(getattr(command, field)).split())
    return msgspec.structs.replace(command, **changes) if changes else command
