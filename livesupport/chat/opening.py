"""How a chat comes into memory: from a visitor's start, or from the records of one that the server has lost."""

from __future__ import annotations

from livesupport.chat.floor import Floor
from livesupport.chat.protocol import VisitorCard
from livesupport.chat.seal import LINES, NOTES, Chain, ChatName
from livesupport.chat.state import Chat
from livesupport.chat.transcript import Notes, Transcript

LEASE_EVERY = 30.0  # seconds between two fresh tokens


def open_chat(
    floor: Floor,
    name: ChatName,
    topic: int | None,
    card: VisitorCard,
    start_id: str,
    *,
    began: float | None = None,
    opened_tag: bytes = b"",
) -> Chat:
    """A waiting chat, not in the queue yet. `began`: when, in Unix seconds, if not now; `opened_tag`: of its first line, if it
    has one."""
    now, ring = floor.now, floor.ring
    began = now.wall if began is None else began
    age = max(0.0, now.wall - began)  # the clock may have been set back since
    chat = Chat(
        id=name.chat,
        site=name.site,
        topic=topic,
        visitor=name.visitor,
        card=card,
        start_id=start_id,
        transcript=Transcript(name.chat, floor.epoch, Chain(ring, name, LINES, opened_tag)),
        notes=Notes(name.chat, floor.epoch, Chain(ring, name, NOTES)),
        started_wall=began,
        started_at=now.mono - age,
        enqueued_at=now.mono - age,
        last_said_at=now.mono,
    )
    floor.chats[chat.id] = chat
    floor.timers.set("lease", chat.id, now.mono + LEASE_EVERY)
    return chat


def fingerprints(floor: Floor, address: str, phone: str) -> tuple[str, ...]:
    """By what a blocked visitor is known again: keyed hashes of address and phone."""
    return tuple(each for each in (address, floor.fingerprint(phone) if phone else "") if each)
