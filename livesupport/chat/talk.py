"""What people say to each other: messages, notes, typing, receipts. The hot path of the whole program runs through here."""

from __future__ import annotations

from livesupport.chat import conversion, endings
from livesupport.chat.events import Connection
from livesupport.chat.floor import Floor
from livesupport.chat.protocol import (
    AgentReceipt,
    AgentSay,
    AgentTyping,
    Note,
    Ping,
    Pong,
    Receipt,
    RefusalCode,
    Typing,
    VisitorReceipt,
    VisitorSay,
    VisitorTyping,
)
from livesupport.chat.state import Agent, AgentSocket, Chat, Receipts, VisitorSocket

VISITOR = "visitor"  # the author of a visitor's message ids


def visitor_say(floor: Floor, socket: VisitorSocket, command: VisitorSay) -> None:
    """A visitor's message: to everybody in the chat, once."""
    chat = socket.chat
    if chat is None or chat.status == "ended":
        floor.refuse(socket.connection, "ended" if chat else "no_such_chat", command.ref)
        return
    if not _is_repeated(floor, chat, socket.connection, VISITOR, command):
        if code := _why_not(floor, chat, command.text):
            floor.refuse(socket.connection, code, command.ref, chat=chat.id)
            return
        floor.say(chat, "message", "visitor", name=chat.card.name, text=command.text, id=command.id)
        endings.undo(floor, chat)
        _was_spoken_in(floor, chat)


def agent_say(floor: Floor, socket: AgentSocket, chat: Chat, command: AgentSay) -> None:
    """An agent's message: to everybody in the chat, once."""
    agent = socket.agent
    author = str(agent.id)
    if not _is_repeated(floor, chat, socket.connection, author, command):
        if code := _why_not(floor, chat, command.text):
            floor.refuse(socket.connection, code, command.ref, chat=chat.id)
            return
        floor.say(chat, "message", "agent", name=agent.name, text=command.text, id=command.id, agent=agent.id)
        _was_spoken_in(floor, chat)


def _is_repeated(floor: Floor, chat: Chat, connection: Connection, author: str, command: VisitorSay | AgentSay) -> bool:
    """A known id is answered with the line it already made; another text under a known id is refused."""
    line = chat.transcript.known(author, command.id)
    if line is None:
        return False
    if line.text == command.text:
        floor.send((connection,), line)
    else:
        floor.refuse(connection, "bad_text", command.ref, chat=chat.id)
    return True


def _why_not(floor: Floor, chat: Chat, text: str) -> RefusalCode | None:
    rules = floor.rules
    if not text.strip():
        return "bad_text"
    if len(text) > rules.text_limit:
        return "too_long"
    if chat.transcript.messages >= rules.messages_per_chat or chat.transcript.size >= rules.bytes_per_chat:
        return "chat_full"
    return "memory_full" if floor.bytes >= rules.bytes_of_all_chats else None


def _was_spoken_in(floor: Floor, chat: Chat) -> None:
    """A sign of life: the idle clock starts anew, and a saved chat gets its new line."""
    chat.last_said_at = floor.now.mono
    if chat.idle_warned or chat.inactive:
        endings.wake(floor, chat)
    if chat.saving.state == "saved":
        conversion.plan_append(floor, chat)


def note(floor: Floor, socket: AgentSocket, chat: Chat, command: Note) -> None:
    """A private note: to the chat's agents only."""
    known = next((each for each in chat.notes.lines if each.id == command.id), None)
    if known is not None and known.text == command.text:
        floor.send((socket.connection,), known)
    elif known is not None:
        floor.refuse(socket.connection, "bad_text", command.ref, chat=chat.id)
    elif not command.text.strip() or len(command.text) > floor.rules.note_limit:
        floor.refuse(socket.connection, "too_long" if command.text.strip() else "bad_text", command.ref, chat=chat.id)
    elif len(chat.notes.lines) >= floor.rules.messages_per_chat:
        floor.refuse(socket.connection, "chat_full", command.ref, chat=chat.id)
    else:
        add_note(floor, chat, socket.agent, command.text, command.id)


def add_note(floor: Floor, chat: Chat, agent: Agent, text: str, id: str | None = None) -> None:
    """Puts a private note beside the lines."""
    floor.tell_agents(chat, chat.notes.append(agent.id, agent.name, floor.now.wall, text, id))
    if chat.saving.state == "saved":
        conversion.plan_append(floor, chat)


def ping(floor: Floor, socket: VisitorSocket | AgentSocket, _command: Ping) -> None:
    """The line is alive."""
    floor.send((socket.connection,), Pong())


def visitor_typing(floor: Floor, socket: VisitorSocket, command: VisitorTyping) -> None:
    """Whoever types is not finished: it also stops an ending."""
    chat = socket.chat
    if chat is None or chat.status != "active":
        return
    if command.on:
        endings.undo(floor, chat)
    floor.tell_agents(chat, Typing(chat=chat.id, by="visitor", on=command.on))


def agent_typing(floor: Floor, _socket: AgentSocket, chat: Chat, command: AgentTyping) -> None:
    """Shown to the visitor."""
    floor.tell_visitor(chat, Typing(chat=chat.id, by="agent", on=command.on))


def visitor_receipt(floor: Floor, socket: VisitorSocket, command: VisitorReceipt) -> None:
    """How far the visitor has read: to the agents, and to the visitor's other tabs."""
    if (chat := socket.chat) and _advance(chat, chat.visitor_receipt, command):
        _tell_receipt(floor, chat, "visitor")


def agent_receipt(floor: Floor, _socket: AgentSocket, chat: Chat, command: AgentReceipt) -> None:
    """How far the agent has read; a supervisor who reads along does not count."""
    if _advance(chat, chat.agent_receipt, command):
        _tell_receipt(floor, chat, "agent")


def _advance(chat: Chat, receipts: Receipts, command: VisitorReceipt | AgentReceipt) -> bool:
    """Receipts only grow, and never beyond what there is."""
    received = min(max(receipts.received, command.received, command.seen), chat.transcript.last_seq)
    seen = min(max(receipts.seen, command.seen), received)
    if (received, seen) == (receipts.received, receipts.seen):
        return False
    receipts.received, receipts.seen = received, seen
    return True


def _tell_receipt(floor: Floor, chat: Chat, by: str) -> None:
    receipts = chat.visitor_receipt if by == VISITOR else chat.agent_receipt
    push = Receipt(chat=chat.id, by="visitor" if by == VISITOR else "agent", received=receipts.received, seen=receipts.seen)
    floor.send(floor.audience(chat), push)
