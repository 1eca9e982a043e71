"""One chat as a page holds it. Pure: pushes in, what is shown and what is to be said out."""

from __future__ import annotations

import json
import secrets
from typing import Any, Literal

RECORD_BYTES = 24 * 1024  # of records in one frame

Frame = dict[str, Any]
Place = tuple[int, int]  # (epoch, seq)


def new_id() -> str:
    """A client id: 128 random bits, base64url. It names a message for ever, also when it is sent again."""
    return secrets.token_urlsafe(16)


class ChatCopy:
    """One chat as a page holds it. `unsent` are the commands that no line has acknowledged yet, by client id."""

    def __init__(self, side: Literal["visitor", "agent"], id: str = "") -> None:
        self.side = side
        self.id = id
        self.state: Frame = {}
        self.lines: dict[Place, Frame] = {}
        self.notes: dict[Place, Frame] = {}
        self.records: dict[tuple[str, Place], str] = {}  # the very texts of the frames, as ("lines" or "notes", place)
        self.unsent: dict[str, Frame] = {}
        self.refused: dict[str, str] = {}  # client id → code, for what the server did not take
        self.peer = {"received": 0, "seen": 0}
        self.over: str = ""  # the reason, once the server has forgotten the chat; "lost": nobody could bring it back
        self._following = 0  # lines that were announced and are still to come
        self._told = 0
        self._tip: Place | None = None  # None: to be found anew

    def hear(self, frame: Frame, raw: str) -> None:
        """Takes in one push that concerns this chat."""
        match frame["t"]:
            case "chat":
                self.state, self.over = frame, ""
            case "lines":
                self._following = frame["count"]
                if frame.get("reset"):
                    self._forget("lines", self.lines)
            case "line":
                self._following = max(0, self._following - 1)
                self._keep("lines", self.lines, frame, raw)
                if frame["by"] == self.side:
                    self.unsent.pop(frame.get("id", ""), None)
            case "note":
                self._keep("notes", self.notes, frame, raw)
                self.unsent.pop(frame.get("id", ""), None)
            case "receipt" if frame["by"] != self.side:
                self.peer = {"received": frame["received"], "seen": frame["seen"]}
            case "erased":
                self.over = frame["reason"]
            case "refused":
                self._refuse(frame)

    def _keep(self, kind: str, held: dict[Place, Frame], frame: Frame, raw: str) -> None:
        place = (frame["epoch"], frame["seq"])
        held[place] = frame
        self._tip = None
        if "seal" in frame:
            self.records[(kind, place)] = raw

    def _forget(self, kind: str, held: dict[Place, Frame]) -> None:
        held.clear()
        self._tip = None
        self.records = {key: raw for key, raw in self.records.items() if key[0] != kind}

    def _refuse(self, frame: Frame) -> None:
        for id, command in list(self.unsent.items()):
            if frame.get("ref") == command["ref"] and frame["code"] != "too_fast":
                del self.unsent[id]
                self.refused[id] = frame["code"]

    @property
    def view(self) -> list[Frame]:
        """The lines in order. A message that was sent again because its line was lost may have two: the first one counts."""
        ordered = [self.lines[place] for place in sorted(self.lines)]
        first = {(line["by"], line.get("agent"), line["id"]): line for line in reversed(ordered) if "id" in line}
        return [line for line in ordered if "id" not in line or first[(line["by"], line.get("agent"), line["id"])] is line]

    @property
    def tip(self) -> Frame | None:
        """The last line before which nothing is missing."""
        if self._tip is None:
            for epoch, seq in sorted(self.lines):
                if self._tip is not None and epoch == self._tip[0] and seq != self._tip[1] + 1:
                    break
                self._tip = (epoch, seq)
        return {"epoch": self._tip[0], "seq": self._tip[1]} if self._tip else None

    @property
    def has_gap(self) -> bool:
        """A line is missing: a new connection brings it."""
        tip = self.tip
        return tip is not None and max(self.lines) != (tip["epoch"], tip["seq"])

    def receipt(self) -> Frame | None:
        """What to tell the server about how far this page has received, if that is news."""
        tip = self.tip
        if tip is None or self._following or tip["seq"] <= self._told:
            return None
        self._told = tip["seq"]
        return {"t": "receipt", **self._address, "received": self._told}

    def forget_receipt(self) -> None:
        """A server that was started anew knows of no receipt."""
        self._told = 0

    def give_back(self, after: int) -> Frame:
        """The `records` that answer a `wanted`."""
        frame: Frame = {"t": "records", "chat": self.id, "lines": [], "notes": [], "last": True}
        size = 0
        for (kind, _), raw in sorted(self.records.items())[after:]:
            size += len(json.dumps(raw))
            if size > RECORD_BYTES and (frame["lines"] or frame["notes"]):
                return {**frame, "last": False}
            frame[kind].append(raw)
        return frame

    def say(self, text: str, ref: int, kind: Literal["say", "note"] = "say") -> Frame:
        """One message, to be sent now and again until its line comes."""
        command = {"t": kind, **self._address, "id": new_id(), "text": text, "ref": ref}
        self.unsent[command["id"]] = command
        return command

    @property
    def _address(self) -> Frame:
        return {"chat": self.id} if self.side == "agent" else {}
