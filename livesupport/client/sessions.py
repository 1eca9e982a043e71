"""What a page knows and answers: a visitor's, and an agent's console. Pure: a push in, the frames that answer it out."""

from __future__ import annotations

import json
from typing import Any, Literal, Protocol

from livesupport.client.copy import ChatCopy, Frame, new_id


class Session(Protocol):
    """What a `Client` talks for."""

    path: str
    resume_after: float | None

    @property
    def is_welcome(self) -> bool:
        """The server has answered the hello of the present connection."""

    @property
    def has_gap(self) -> bool:
        """A line is missing: a new connection brings it."""

    def hello(self) -> Frame:
        """The first frame of every new connection."""

    def hear(self, raw: str) -> list[Frame]:
        """Takes in one push; returns what is to be said to it, in this order."""

    def lost(self) -> None:
        """The connection has ended."""


class VisitorSession:
    """A visitor's page: one site, one chat at a time. Keep `token` and `remembered` over a reload, and nothing else."""

    path = "/ws/visitor"

    def __init__(self, site: str, token: str | None = None, remembered: Frame | None = None) -> None:
        self.site = site
        self.token = token
        self.remembered = remembered
        self.chat = ChatCopy("visitor")
        self.welcome: Frame = {}
        self.service: Frame = {}
        self.resume_after: float | None = None
        self.is_restoring = False
        self._starting: Frame | None = None  # sent again until it is answered
        self._ref = 0

    @property
    def is_welcome(self) -> bool:
        """The server has answered the hello of the present connection."""
        return bool(self.welcome)

    @property
    def has_gap(self) -> bool:
        """A line is missing: a new connection brings it."""
        return self.chat.has_gap

    @property
    def is_starting(self) -> bool:
        """It has asked for a human, and has no answer yet."""
        return self._starting is not None

    def hello(self) -> Frame:
        """Shows the token, and how far this page and this tab have read."""
        told = {"token": self.token, "tip": self.chat.tip, "remembered": self.remembered}
        return {"t": "hello", "site": self.site, **{name: value for name, value in told.items() if value and self.token}}

    def lost(self) -> None:
        """Nothing is known until the next welcome."""
        self.welcome, self.is_restoring = {}, False

    def hear(self, raw: str) -> list[Frame]:
        """Takes in one push; returns what is to be said to it."""
        frame: Frame = json.loads(raw)
        if frame.get("chat") and self.chat.id and frame["chat"] != self.chat.id and frame["t"] != "token":
            return []
        self.chat.hear(frame, raw)
        answers = self._answer(frame)
        self.remembered = self.chat.tip or self.remembered
        receipt = self.chat.receipt() if frame["t"] == "line" and not self.is_restoring else None
        return [*answers, receipt] if receipt else answers

    def _answer(self, frame: Frame) -> list[Frame]:
        match frame["t"]:
            case "welcome":
                return self._welcomed(frame)
            case "service":
                self.service = frame
            case "token":
                self._named(frame)
            case "wanted":
                self.chat.id = frame["chat"]
                return [self.chat.give_back(frame.get("after", 0))]
            case "chat":
                self._starting = None
                was_restoring, self.is_restoring = self.is_restoring, False
                return list(self.chat.unsent.values()) if was_restoring else []
            case "refused" if frame["code"] == "not_restored":
                self._over("lost")
            case "refused" if self._starting and frame.get("ref") == self._starting["ref"]:
                self._starting = None
            case "erased":
                self._over(frame["reason"])
            case "going_away":
                self.resume_after = frame["resume_after"]
        return []

    def _welcomed(self, frame: Frame) -> list[Frame]:
        self.welcome, self.resume_after = frame, None
        self.is_restoring = frame.get("restoring", False)
        self.chat.forget_receipt()
        if frame.get("resumed"):
            return list(self.chat.unsent.values())
        if self.token and not self.is_restoring:
            self._over("lost")
        return [self._starting] if self._starting else []

    def _named(self, frame: Frame) -> None:
        if frame["chat"] != self.chat.id and self.chat.id:
            self.chat = ChatCopy("visitor")
        self.chat.id, self.token = frame["chat"], frame["token"]

    def hear_sibling(self, chat: str, token: str) -> bool:
        """Another page of the same browser was given this token, and older ones will open the chat no more. True when this page
        knew of no chat: then it should connect anew. A page in one chat is not drawn into another."""
        knew = self.token is not None
        if not (knew and self.chat.id and self.chat.id != chat):
            self.token = token
        return not knew

    def _over(self, reason: str) -> None:
        self.chat.over = reason
        self.token = self.remembered = None
        self.is_restoring = False

    def start(self, name: str, phone: str, question: str, **more: Any) -> Frame:
        """Asks for a human."""
        self.chat = ChatCopy("visitor")
        self._ref += 1
        about = {"name": name, "phone": phone, "question": question, **more}
        self._starting = {"t": "start", "id": new_id(), "ref": self._ref, **about}
        return self._starting

    def say(self, text: str) -> list[Frame]:
        """One message: what to send now. It is sent again under the same id after a loss, behind those before it."""
        self._ref += 1
        command = self.chat.say(text, self._ref)
        return [command] if self.is_welcome and not self.is_restoring else []


class AgentSession:
    """A console: every chat that this agent serves or reads, and every offer that rings."""

    path = "/ws/agent"

    def __init__(self, intent: Literal["available", "away", "offline"] = "available") -> None:
        self.intent = intent
        self.chats: dict[str, ChatCopy] = {}
        self.offers: dict[str, Frame] = {}
        self.ended: list[str] = []
        self.unsent: list[Frame] = []  # said in chats that were taken away before a line acknowledged it; the caller clears it
        self.latest: dict[str, Frame] = {}  # the last push of each kind: me, team, queue, welcome
        self.resume_after: float | None = None
        self._awaited: set[str] = set()  # chats that the server has not named since the welcome
        self._ref = 0

    @property
    def is_welcome(self) -> bool:
        """The server has answered the hello of the present connection."""
        return "welcome" in self.latest

    @property
    def has_gap(self) -> bool:
        """A line is missing: a new connection brings it."""
        return any(copy.has_gap for copy in self.chats.values())

    def hello(self) -> Frame:
        """Tells what this page holds, and what it saw ending."""
        tips = {id: copy.tip for id, copy in self.chats.items() if copy.tip}
        return {"t": "hello", "intent": self.intent, "tips": tips, "ended": self.ended[-200:]}

    def lost(self) -> None:
        """Nothing is known until the next welcome; nothing rings here any more."""
        self.latest.clear()
        self.offers.clear()

    def hear(self, raw: str) -> list[Frame]:
        """Takes in one push; returns what is to be said to it."""
        frame: Frame = json.loads(raw)
        chat = frame.get("chat", "")
        match frame["t"]:
            case "welcome":
                self._awaited, self.resume_after = set(self.chats), None
            case "going_away":
                self.resume_after = frame["resume_after"]
            case "offer":
                self.offers[chat] = frame
            case "offer_closed":
                self.offers.pop(chat, None)
            case "released" | "erased":
                self._drop(chat)
                self.ended += [chat] if frame["t"] == "erased" else []
            case "chat":
                self.chats.setdefault(chat, ChatCopy("agent", chat))
        if not chat:
            self.latest[frame["t"]] = frame
        copy = self.chats.get(chat)
        return self._hear_chat(copy, frame, raw) if copy else []

    def _drop(self, chat: str) -> None:
        """The copy goes; what nobody has heard of it yet is handed back."""
        if copy := self.chats.pop(chat, None):
            self.unsent += copy.unsent.values()

    def _hear_chat(self, copy: ChatCopy, frame: Frame, raw: str) -> list[Frame]:
        copy.hear(frame, raw)
        if frame["t"] == "wanted":
            return [copy.give_back(frame.get("after", 0))]
        if frame["t"] == "chat" and copy.id in self._awaited:
            self._awaited.discard(copy.id)
            copy.forget_receipt()
            return list(copy.unsent.values())
        receipt = copy.receipt() if frame["t"] == "line" and copy.state.get("mine", True) else None
        return [receipt] if receipt else []

    def accept(self, chat: str) -> Frame:
        """Takes a chat that rings."""
        return {"t": "accept", "chat": chat}

    def say(self, chat: str, text: str, kind: Literal["say", "note"] = "say") -> list[Frame]:
        """One message, or a private note: what to send now. It is sent again under the same id after a loss, behind those
        before it."""
        self._ref += 1
        command = self.chats[chat].say(text, self._ref, kind)
        return [command] if self.is_welcome and chat not in self._awaited else []
