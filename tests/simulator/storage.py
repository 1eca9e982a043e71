"""Tickets on the disk of a run: they outlive the server, are slow, and sometimes cannot be written."""

from __future__ import annotations

from livesupport.chat import events as ev
from livesupport.chat import protocol as p
from livesupport.chat.transcript import author
from tests.simulator.history import Entry, author_of


class Storage:
    """Tickets on a disk: they outlive the server. A chat has one at most, however often it is asked for."""

    def __init__(self) -> None:
        self.numbers: dict[str, str] = {}
        self.lines: dict[str, dict[tuple[int, int], p.Line]] = {}
        self.opened = 0

    def open(self, snapshot: ev.Snapshot) -> str:
        """Writes the ticket, or finds the one that there is."""
        if snapshot.chat not in self.numbers:
            self.opened += 1
            self.numbers[snapshot.chat] = f"{1000 + self.opened}"
            self.append(snapshot.chat, snapshot.lines)
        return self.numbers[snapshot.chat]

    def append(self, chat: str, lines: tuple[p.Line, ...]) -> None:
        """Each line once: what is said again under its old id is there already."""
        held = self.lines.setdefault(chat, {})
        said = {(author(line), line.id) for line in held.values() if line.id is not None}
        for line in lines:
            if (line.epoch, line.seq) not in held and (author(line), line.id) not in said:
                held[(line.epoch, line.seq)] = line
                said |= {(author(line), line.id)} if line.id is not None else set()

    def written_down(self) -> list[Entry]:
        """What is in the tickets at the end."""
        return [
            Entry("storage", 0.0, "ticket", chat, data=(number, self._messages(chat))) for chat, number in self.numbers.items()
        ]

    def _messages(self, chat: str) -> list[tuple[str, str]]:
        lines = sorted(self.lines.get(chat, {}).items())
        frames = [{"by": line.by, "agent": line.agent, "id": line.id} for _, line in lines if line.kind == "message"]
        return [(author_of(frame), str(frame["id"])) for frame in frames]
