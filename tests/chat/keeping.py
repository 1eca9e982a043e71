"""What a page keeps of its chats, as a browser does: the very texts of the frames it heard, to be given back one day."""

from __future__ import annotations

from livesupport.chat import protocol as p

PAGE_BYTES = 24 * 1024


class Kept:
    """One page's copies: by chat, lines and notes by their places."""

    def __init__(self) -> None:
        self.lines: dict[str, dict[tuple[int, int], str]] = {}
        self.notes: dict[str, dict[tuple[int, int], str]] = {}
        self.ended: list[str] = []

    def hear(self, push: p.Frame) -> None:
        """Takes in what the page hears."""
        if isinstance(push, p.Lines) and push.reset:
            self.lines[push.chat] = {}
        elif isinstance(push, p.Line):
            self.lines.setdefault(push.chat, {})[(push.epoch, push.seq)] = p.encode(push).decode()
        elif isinstance(push, p.NoteLine):
            self.notes.setdefault(push.chat, {})[(push.epoch, push.seq)] = p.encode(push).decode()
        elif isinstance(push, p.Erased | p.Released):
            self.lines.pop(push.chat, None)
            self.notes.pop(push.chat, None)
            self.ended += [push.chat] if isinstance(push, p.Erased) else []

    def tip(self, chat: str) -> p.Tip | None:
        """The last line of the copy."""
        places = sorted(self.lines.get(chat, {}))
        return p.Tip(epoch=places[-1][0], seq=places[-1][1]) if places else None

    def tips(self) -> dict[str, p.Tip]:
        """The last line of every copy."""
        return {chat: tip for chat in self.lines if (tip := self.tip(chat))}

    def records(self, chat: str) -> list[str]:
        """The lines of one chat, oldest first."""
        return [raw for _, raw in sorted(self.lines.get(chat, {}).items())]

    def page(self, chat: str, after: int) -> p.Records:
        """What answers a `wanted`: as much as one frame may hold."""
        notes = [raw for _, raw in sorted(self.notes.get(chat, {}).items())]
        records = [*(("lines", raw) for raw in self.records(chat)), *(("notes", raw) for raw in notes)][after:]
        taken: dict[str, list[str]] = {"lines": [], "notes": []}
        size = 0
        for kind, raw in records:
            size += len(raw.encode())
            if size > PAGE_BYTES and (taken["lines"] or taken["notes"]):
                return p.Records(chat=chat, lines=taken["lines"], notes=taken["notes"], last=False)
            taken[kind].append(raw)
        return p.Records(chat=chat, lines=taken["lines"], notes=taken["notes"])
