"""The lines of one chat, bounded in number and size, in the one order that every side sees: (epoch, seq)."""

from __future__ import annotations

from livesupport.chat.protocol import Line, LineKind, Party, Tip

OVERHEAD = 120  # bytes that a line costs beside its text


class Transcript:
    """Grows at its end only. A message is known by its author and the author's own id, and is taken once."""

    def __init__(self, chat: str, epoch: int) -> None:
        self.chat = chat
        self.epoch = epoch
        self.lines: list[Line] = []
        self.size = 0  # bytes of memory, counted roughly
        self.messages = 0
        self._by_id: dict[tuple[str, str], Line] = {}

    def __repr__(self) -> str:
        return f"<Transcript of {len(self.lines)} lines>"

    @property
    def last_seq(self) -> int:
        """Number of the last line; 0 before the first."""
        return len(self.lines)

    def append(
        self,
        kind: LineKind,
        by: Party,
        at: float,
        *,
        name: str = "",
        text: str = "",
        id: str | None = None,
        author: str = "",
        other: str = "",
    ) -> Line:
        """Adds a line at the end and returns it. `author` tells apart the people whose message ids may be equal."""
        line = Line(
            chat=self.chat, epoch=self.epoch, seq=len(self.lines) + 1, at=at, kind=kind, by=by,
            name=name, text=text, id=id, other=other,
        )  # fmt: skip
        self.lines.append(line)
        self.size += OVERHEAD + len(text) * 2
        if id is not None:
            self._by_id[(author, id)] = line
        if kind == "message":
            self.messages += 1
        return line

    def known(self, author: str, id: str) -> Line | None:
        """The line that this author has already sent under this id."""
        return self._by_id.get((author, id))

    def since(self, tip: Tip | None) -> tuple[list[Line], bool]:
        """The lines after `tip` and whether they are all there are (the tip is of another epoch, or beyond the end)."""
        if tip is None or tip.epoch != self.epoch or tip.seq > self.last_seq:
            return list(self.lines), True
        return self.lines[tip.seq :], False

    def clear(self) -> None:
        """Forgets every line."""
        self.lines.clear()
        self._by_id.clear()
