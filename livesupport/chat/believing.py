"""What of the records that a page returns is believed: lines and notes whose seals verify, as far as their chain is unbroken.

Several pages may hold copies of one chat. What verifies in any of them is united by (epoch, seq); a record that does not is
dropped by itself, and those behind it are tied to the tag that it claims, so that another page's copy may fill the hole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import msgspec

from livesupport.chat.events import Connection
from livesupport.chat.protocol import Line, NoteLine, Tip
from livesupport.chat.seal import LINES, NOTES, ChatName, KeyRing, Record, Verifier, take_apart
from livesupport.chat.state import Pages
from livesupport.chat.transcript import Held, Place, place

Sealed = TypeVar("Sealed", Line, NoteLine)
Side = Literal["visitor", "agent"]

_lines: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)
_notes: msgspec.json.Decoder[NoteLine] = msgspec.json.Decoder(NoteLine)


@dataclass(slots=True, eq=False, repr=False)
class Union:
    """What is believed of one chat, from all pages so far."""

    opened: bytes = b""  # the tag of the first line, to which each epoch's first line is tied
    found: dict[Place, Line] = field(default_factory=dict)
    notes: dict[Place, NoteLine] = field(default_factory=dict)
    begins: set[Place] = field(default_factory=set)  # the first line of each epoch
    held: Held = field(default_factory=Held)

    def lines(self) -> list[Line]:
        """The lines in order, each epoch from its first line on and up to its first hole."""
        kept: list[Line] = []
        for line in sorted(self.found.values(), key=place):
            if place(line) in self.begins or (kept and place(line) == (kept[-1].epoch, kept[-1].seq + 1)):
                kept.append(line)
        return kept

    @classmethod
    def of(cls, lines: list[Line]) -> Union:
        """What is known already, and believed as it is."""
        return cls(found={place(line): line for line in lines}, begins={place(line) for line in lines})

    def __or__(self, other: Union) -> Union:
        """Both together."""
        return Union(
            self.opened or other.opened,
            other.found | self.found,
            other.notes | self.notes,
            self.begins | other.begins,
            self.held | other.held,
        )

    def add(self, ring: KeyRing, name: ChatName, pages: Pages, by: Side = "visitor") -> frozenset[Place] | None:
        """Takes over what verifies of the records of a page of this side. Returns the places of the lines that this page holds,
        or None when it also holds what is not believed."""
        verifier, records = Verifier(ring, name, LINES), list(_taken_apart(pages.lines))
        if not self.opened:
            self.opened = next((record.tag for record, _ in records if verifier.follows(record, b"")), b"")
        held: set[Place] = set()
        if self.opened:
            for line, begins in _verified(verifier, records, _lines, self.opened):
                self.found.setdefault(place(line), line)
                held.add(place(line))
                if begins or line.kind == "opened":
                    self.begins.add(place(line))
        side = self.held.visitor if by == "visitor" else self.held.agent
        side |= held
        notes = Verifier(ring, name, NOTES), list(_taken_apart(pages.notes))
        for note, _ in _verified(*notes, _notes, b""):
            self.notes.setdefault((note.epoch, note.seq), note)
        return frozenset(held) if len(held) == len(pages.lines) else None


@dataclass(slots=True, eq=False, repr=False)
class Restoring:
    """A chat that was lost with the server's memory and is being brought back by its visitor's pages."""

    name: ChatName
    remembered: Tip | None = None  # the last line that the browser has ever held
    sending: dict[Connection, Pages] = field(default_factory=dict)  # the visitor's pages whose records are on their way
    gave: dict[Connection, frozenset[Place] | None] = field(
        default_factory=dict
    )  # the others, and which lines each of them holds
    union: Union = field(default_factory=Union)
    asked: set[Connection] = field(default_factory=set)  # consoles whose records are on their way
    looking: bool = False  # for a ticket that it may have been saved as


def _taken_apart(raws: list[str]) -> Iterator[tuple[Record, str]]:
    for raw in raws:
        if (record := take_apart(raw)) is not None:
            yield record, raw


def _verified(
    verifier: Verifier, records: list[tuple[Record, str]], decoder: msgspec.json.Decoder[Sealed], first: bytes
) -> Iterator[tuple[Sealed, bool]]:
    """The values that we sealed, each with whether it is tied to `first`, as the beginning of an epoch is."""
    previous = b""
    for record, raw in records:
        tied = next((tag for tag in (previous, first) if verifier.follows(record, tag)), None)
        value = _decoded(decoder, raw) if tied is not None else None
        if value is not None:
            yield value, tied == first
        previous = record.tag


def _decoded(decoder: msgspec.json.Decoder[Sealed], raw: str) -> Sealed | None:
    """Decoded only now that it is known to be ours; a frame of an older program may lack what is needed."""
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def last_agent(lines: list[Line]) -> int | None:
    """Who served the chat at its last line; None when it waited."""
    agent: int | None = None
    for line in lines:
        if line.kind in ("assigned", "took_over") or (line.kind == "transferred" and line.agent is not None):
            agent = line.agent
        elif line.kind in ("requeued", "transferred"):
            agent = None
    return agent


def missing_lines(lines: list[Line], tip: Tip | None, most: int) -> int:
    """How many lines nobody holds any more: those that the numbers, which go on from epoch to epoch, leave out, and those that
    the visitor's browser has held beyond. `most` at most, for the tip is only a claim."""
    last = lines[-1]
    missing = max(0, last.seq - len(lines))
    if tip is not None and (tip.epoch, tip.seq) > place(last):
        missing += max(1, tip.seq - last.seq)
    return min(missing, most)
