"""What can be said for the transcript of a chat when it is saved: that every line bears its seal, and which pages held it."""

from __future__ import annotations

from livesupport.chat.protocol import encode
from livesupport.chat.seal import LINES, KeyRing, Verifier, take_apart
from livesupport.chat.state import Chat
from livesupport.chat.transcript import place


def seals_hold(ring: KeyRing, chat: Chat) -> bool:
    """Whether each line is, byte for byte, what the server sealed when it was said: behind the line before it, or as the
    first of its epoch behind the first of the chat. A seal whose key was destroyed no longer tells anything."""
    verifier = Verifier(ring, chat.name, LINES)
    first = previous = b""
    for line in chat.transcript.lines:
        record = take_apart(encode(line).decode())
        if record is None or not any(verifier.follows(record, tag) for tag in (previous, first)):
            return False
        previous = record.tag
        first = first or record.tag
    return bool(first)


def is_one_sided(chat: Chat) -> bool:
    """Whether a line from before the server's death was brought back by one side's page only, or by nobody's. Lines that this
    server relayed itself were given to both."""
    earlier = chat.transcript.of_earlier_starts()
    served = any(line.kind in ("assigned", "took_over") for line in earlier)
    sides = (chat.held.visitor, chat.held.agent) if served else (chat.held.visitor,)
    return bool(earlier) and (chat.missing > 0 or any(place(line) not in side for line in earlier for side in sides))
