"""Whether the transcript in a ticket still says what it said when its seals were checked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from livesupport.model import TicketMessage


def lines_hash(messages: Sequence[TicketMessage]) -> str:
    """The number of lines of the chat among these messages, and a hash over what they say, who said it, when and where."""
    lines = [message for message in messages if message.kind == "chat"]
    return f"{len(lines)} {_digest(lines)}"


def holds(known: str, messages: Sequence[TicketMessage]) -> bool:
    """Whether the lines that were there first still have this hash; what was said later is not among them."""
    count, _, digest = known.partition(" ")
    lines = sorted((message for message in messages if message.kind == "chat"), key=lambda line: line.id)[: int(count)]
    return len(lines) == int(count) and _digest(lines) == digest


def _digest(lines: Sequence[TicketMessage]) -> str:
    told = sorted((line.epoch, line.seq, line.at.isoformat(), line.author, line.name, line.text) for line in lines)
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()
