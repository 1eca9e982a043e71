"""Puts a ticket's messages and events in the order in which one reads them: letters, notes, the chat, thin lines between.

A ticket that has become part of this one stands folded together where it began.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from livesupport.model import Ticket, TicketEvent, TicketMessage
from livesupport.tickets.reading import Thread

SAME_BREATH = timedelta(minutes=3)  # lines of one person within this time stand under one name
TOLD_BY_THEIR_MESSAGE = frozenset({"replied", "noted"})


class Group(msgspec.Struct, frozen=True):
    """Lines of a chat that one person wrote in one breath."""

    author: str
    name: str
    at: datetime
    lines: list[TicketMessage]


class Chat(msgspec.Struct, frozen=True):
    """The chat that the ticket was made from; `count` is the number of messages that people wrote, `altered` whether it was
    changed since its seals were checked."""

    at: datetime
    until: datetime
    count: int
    groups: list[Group]
    altered: bool = False


class Letter(msgspec.Struct, frozen=True):
    """A request, a public reply or an internal note."""

    at: datetime
    message: TicketMessage


class Happening(msgspec.Struct, frozen=True):
    """Something that was done to the ticket."""

    at: datetime
    event: TicketEvent


class Part(msgspec.Struct, frozen=True):
    """A ticket that has become part of this one, with entries of its own."""

    at: datetime
    ticket: Ticket
    entries: list[Entry]


Entry = Chat | Letter | Happening | Part


def timeline(thread: Thread) -> list[Entry]:
    """All entries, oldest first. All lines of the chat stand together where the chat began."""
    lines = [message for message in thread.messages if message.kind == "chat"]
    entries: list[Entry] = [Happening(event.at, event) for event in thread.events if not _is_told_elsewhere(event)]
    entries += [Letter(message.at, message) for message in thread.messages if message.kind != "chat"]
    entries += [Part(part.ticket.created_at, part.ticket, timeline(part)) for part in thread.merged]
    if lines:
        entries.append(_chat(lines, thread.altered))
    return sorted(entries, key=_place)


def _is_told_elsewhere(event: TicketEvent) -> bool:
    """By the message that it brought, or by the event that says it better."""
    return event.what in TOLD_BY_THEIR_MESSAGE or (event.what, event.new) == ("status", "merged")


def _place(entry: Entry) -> tuple[datetime, bool]:
    """By time; what was done stands after the letter that did it, but a ticket was opened before its first letter."""
    return entry.at, isinstance(entry, Happening) and entry.event.what != "created"


def _chat(lines: list[TicketMessage], altered: bool) -> Chat:
    spoken = sum(line.author != "system" for line in lines)
    return Chat(lines[0].at, lines[-1].at, spoken, _groups(lines), altered)


def _groups(lines: list[TicketMessage]) -> list[Group]:
    groups: list[Group] = []
    for line in lines:
        last = groups[-1] if groups else None
        if last and (last.author, last.name) == (line.author, line.name) and line.at - last.lines[-1].at <= SAME_BREATH:
            last.lines.append(line)
        else:
            groups.append(Group(line.author, line.name, line.at, [line]))
    return groups
