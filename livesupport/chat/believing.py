"""What of the records that a page returns is believed: lines and notes whose seals verify, as far as their chain is unbroken.

Several pages may hold copies of one chat. Each record is judged when it comes, and nothing of one that does not verify is
kept; those behind it are tied to the tag that it claims, so that another page's copy may fill the hole. What is believed of
all copies is united by (epoch, seq).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, TypeVar

import msgspec

from livesupport.chat.events import Connection
from livesupport.chat.protocol import Line, NoteLine, Records, Tip
from livesupport.chat.seal import LINES, NOTES, ChatName, KeyRing, Verifier, take_apart
from livesupport.chat.transcript import Held, Place, memory_of, place

Sealed = TypeVar("Sealed", Line, NoteLine)
Side = Literal["visitor", "agent"]

BYTES_PER_RECORD = 64  # what the shortest record costs

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


@dataclass(slots=True, eq=False, repr=False)
class Copy:
    """What one page gives back of a chat, page of records by page of records."""

    side: Side
    union: Union = field(default_factory=Union)
    count: int = 0  # records that came
    size: int = 0  # bytes of them
    kept: int = 0  # bytes of memory for what is believed, counted roughly
    _lines_came: int = 0
    _line_tag: bytes = b""  # of the last record: the next one is tied to it
    _note_tag: bytes = b""

    def take(self, ring: KeyRing, name: ChatName, records: Records) -> None:
        """Takes over what verifies of some more records. A visitor's page has no business with private notes."""
        self.count += len(records.lines) + len(records.notes)
        self.size += sum(len(record) + BYTES_PER_RECORD for record in (*records.lines, *records.notes))
        self._lines_came += len(records.lines)
        self._take_lines(Verifier(ring, name, LINES), records.lines)
        if self.side == "agent":
            self._take_notes(Verifier(ring, name, NOTES), records.notes)

    def drop(self) -> None:
        """None of it is believed after all."""
        self.union = Union()

    @property
    def is_ours(self) -> bool:
        """Whether any of it verifies, or nothing has come."""
        return bool(self._places or self.union.notes) or not self.count

    @property
    def lines_held(self) -> frozenset[Place] | None:
        """The places of the lines that the page holds, or None when it also holds what is not believed."""
        return frozenset(self._places) if len(self._places) == self._lines_came else None

    @property
    def _places(self) -> set[Place]:
        return self.union.held.visitor if self.side == "visitor" else self.union.held.agent

    def _take_lines(self, verifier: Verifier, raws: Iterable[str]) -> None:
        for raw in raws:
            if (record := take_apart(raw)) is None:
                continue
            tied = next((tag for tag in (self._line_tag, self.union.opened, b"") if verifier.follows(record, tag)), None)
            if tied == b"":
                self.union.opened = self.union.opened or record.tag
            line = _decoded(_lines, raw) if tied is not None else None
            if line is not None:
                self._keep_line(line, begins=tied in (b"", self.union.opened))
            self._line_tag = record.tag

    def _keep_line(self, line: Line, *, begins: bool) -> None:
        if place(line) not in self.union.found:
            self.union.found[place(line)] = line
            self.kept += memory_of(line)
        self._places.add(place(line))
        if begins:
            self.union.begins.add(place(line))

    def _take_notes(self, verifier: Verifier, raws: Iterable[str]) -> None:
        for raw in raws:
            if (record := take_apart(raw)) is None:
                continue
            is_tied = verifier.follows(record, self._note_tag) or verifier.follows(record, b"")
            note = _decoded(_notes, raw) if is_tied else None
            if note is not None and (note.epoch, note.seq) not in self.union.notes:
                self.union.notes[(note.epoch, note.seq)] = note
                self.kept += memory_of(note)
            self._note_tag = record.tag


@dataclass(slots=True, eq=False, repr=False)
class Restoring:
    """A chat that was lost with the server's memory and is being brought back by its visitor's pages."""

    name: ChatName
    remembered: Tip | None = None  # the last line that the browser has ever held
    sending: dict[Connection, Copy] = field(default_factory=dict)  # the visitor's pages whose records are on their way
    gave: dict[Connection, frozenset[Place] | None] = field(
        default_factory=dict
    )  # the others, and which lines each of them holds
    union: Union = field(default_factory=Union)
    asked: set[Connection] = field(default_factory=set)  # consoles whose records are on their way
    looking: bool = False  # for a ticket that it may have been saved as
    kept: int = 0  # bytes of memory

    @property
    def is_whole(self) -> bool:
        """Whether the lines reach as far as the visitor has read. If not, whoever served the chat last may be among those that
        are missing, and so may a refusal."""
        return reach(self.union.lines(), self.remembered)


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


def reach(lines: list[Line], tip: Tip | None) -> bool:
    """Whether there are lines, and they go as far as the tip."""
    return bool(lines) and (tip is None or place(lines[-1]) >= (tip.epoch, tip.seq))


def missing_lines(lines: list[Line], tip: Tip | None, most: int) -> int:
    """How many lines nobody holds any more: those that the numbers, which go on from epoch to epoch, leave out, and those that
    the visitor's browser has held beyond. `most` at most, for the tip is only a claim."""
    if not lines:
        return 0
    missing = lines[0].seq - 1 + sum(max(0, after.seq - before.seq - 1) for before, after in pairwise(lines))
    if tip is not None and (tip.epoch, tip.seq) > place(lines[-1]):
        missing += max(1, tip.seq - lines[-1].seq)
    return min(missing, most)
