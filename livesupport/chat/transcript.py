"""The lines of one chat, bounded in number and size, sealed, in the one order that every side sees: (epoch, seq)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from livesupport.chat.epochs import are_of_one_start
from livesupport.chat.protocol import Line, LineKind, NoteLine, Party, Tip, VisitorCard
from livesupport.chat.seal import Chain

OVERHEAD = 120  # bytes that a line costs beside its text

Place = tuple[int, int]


@dataclass(slots=True, eq=False)
class Held:
    """Which lines each side's pages have brought back."""

    visitor: set[Place] = field(default_factory=set)
    agent: set[Place] = field(default_factory=set)

    def __or__(self, other: Held) -> Held:
        """Both together."""
        return Held(self.visitor | other.visitor, self.agent | other.agent)


def memory_of(line: Line | NoteLine) -> int:
    """Bytes of memory that it costs, counted roughly."""
    return OVERHEAD + len(line.text) * 2


def place(line: Line) -> Place:
    """Where a line stands."""
    return (line.epoch, line.seq)


class Transcript:
    """A message is known by its author and the author's own id, and is taken once. `epoch` is that of new lines.

    Only lines of other epochs can be found later (`add`). A message among them may have been sent again meanwhile, because
    its author had not heard of it: then it has two lines, and the earlier one counts: what was said behind it, and is not said
    again because a page has brought it back, stays behind it. The later one only holds the chain together.
    """

    def __init__(self, chat: str, epoch: int, chain: Chain) -> None:
        self.chat = chat
        self.epoch = epoch
        self.lines: list[Line] = []
        self.size = 0  # bytes of memory, counted roughly
        self.messages = 0
        self.opened = chain.tag  # the tag of the first line, to which each epoch's first line is tied
        self._chain = chain
        self._by_id: dict[tuple[str, str], Line] = {}
        self._settled: Place = (0, 0)  # up to here lines were found later: a page's tip does not tell which of them it holds

    def __repr__(self) -> str:
        return f"<Transcript of {len(self.lines)} lines>"

    @property
    def last_seq(self) -> int:
        """Number of the last line; 0 before the first."""
        return self.lines[-1].seq if self.lines else 0

    def append(
        self,
        kind: LineKind,
        by: Party,
        at: float,
        *,
        name: str = "",
        text: str = "",
        id: str | None = None,
        other: str = "",
        agent: int | None = None,
        topic: int | None = None,
        card: VisitorCard | None = None,
    ) -> Line:
        """Adds a line at the end and returns it, sealed. `agent` tells apart the agents whose message ids may be equal."""
        line = Line(
            chat=self.chat, epoch=self.epoch, seq=self.last_seq + 1, at=at, kind=kind, by=by,
            name=name, text=text, id=id, other=other, agent=agent, topic=topic, card=card,
        )  # fmt: skip
        sealed = msgspec.structs.replace(line, seal=self._chain.seal(line))
        self.opened = self.opened or self._chain.tag
        self.lines.append(sealed)
        self._index(sealed)
        return sealed

    def add(self, lines: Iterable[Line]) -> list[Line]:
        """Puts verified lines of other epochs into their places; returns those that were missing. Where they are of a later
        one, a new epoch must `begin` before the next line."""
        known = {place(line) for line in self.lines}
        missing = [line for line in lines if place(line) not in known]
        self.lines = sorted((*self.lines, *missing), key=place)
        for line in missing:
            self._index(line)
        if missing:
            self._settled = place(self.lines[-1])
        return missing

    def begin(self, epoch: int) -> None:
        """New lines are of this epoch from now on, which is behind all others."""
        self.epoch = epoch
        self._chain.restart(self.opened)

    def _index(self, line: Line) -> None:
        self.size += memory_of(line)
        if line.id is not None and not ((known := self.known(author(line), line.id)) and place(known) < place(line)):
            self._by_id[(author(line), line.id)] = line
        if line.kind == "message":
            self.messages += 1

    def of_earlier_starts(self) -> list[Line]:
        """The lines that another start than the present one has said."""
        return [line for line in self.lines if not are_of_one_start(line.epoch, self.epoch)]

    def known(self, author: str, id: str) -> Line | None:
        """The line that this author has already sent under this id."""
        return self._by_id.get((author, id))

    def since(self, tip: Tip | None) -> tuple[list[Line], bool]:
        """The lines after `tip`, and whether they are all there are (the tip does not tell what the page holds)."""
        if tip is None or (tip.epoch, tip.seq) <= self._settled or not self.holds(tip):
            return list(self.lines), True
        return self.lines[self._upto(tip) :], False

    def beyond(self, held: frozenset[Place]) -> tuple[list[Line], bool]:
        """As `since`, for a page that holds exactly these lines."""
        if held != {place(line) for line in self.lines[: len(held)]}:
            return list(self.lines), True
        return self.lines[len(held) :], False

    def holds(self, tip: Tip) -> bool:
        """Whether `tip` is a line of this chat."""
        index = self._upto(tip)
        return index > 0 and place(self.lines[index - 1]) == (tip.epoch, tip.seq)

    def _upto(self, tip: Tip) -> int:
        return bisect_right(self.lines, (tip.epoch, tip.seq), key=place)

    def counts(self, line: Line) -> bool:
        """Whether a line is to be read; False for one whose message has come again."""
        return line.id is None or self.known(author(line), line.id) == line

    def clear(self) -> None:
        """Forgets every line."""
        self.lines.clear()
        self._by_id.clear()


def author(line: Line) -> str:
    """Whose message id it is."""
    return "visitor" if line.by == "visitor" else str(line.agent)


class Notes:
    """The private notes of one chat: a second chain, held by agents' pages only."""

    def __init__(self, chat: str, epoch: int, chain: Chain) -> None:
        self.chat = chat
        self.epoch = epoch
        self.lines: list[NoteLine] = []
        self._chain = chain

    def append(self, agent: int, name: str, at: float, text: str, id: str | None) -> NoteLine:
        """Adds a note at the end and returns it, sealed."""
        seq = self.lines[-1].seq + 1 if self.lines else 1
        note = NoteLine(chat=self.chat, epoch=self.epoch, seq=seq, at=at, name=name, text=text, id=id, agent=agent)
        self.lines.append(msgspec.structs.replace(note, seal=self._chain.seal(note)))
        return self.lines[-1]

    def begin(self, epoch: int) -> None:
        """New notes are of this epoch from now on."""
        self.epoch = epoch
        self._chain.restart(b"")

    def add(self, notes: Iterable[NoteLine]) -> list[NoteLine]:
        """Puts verified notes of other epochs into their places; returns those that were missing."""
        known = {(note.epoch, note.seq) for note in self.lines}
        missing = [note for note in notes if (note.epoch, note.seq) not in known]
        self.lines = sorted((*self.lines, *missing), key=lambda note: (note.epoch, note.seq))
        return missing
