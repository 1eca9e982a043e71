"""The order in which a ticket is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from livesupport.http.timeline import Chat, Happening, Letter, timeline
from livesupport.model import Author, MessageKind, TicketEvent, TicketMessage

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def message(minute: float, kind: MessageKind = "chat", author: Author = "requester", name: str = "Nino") -> TicketMessage:
    at = NOON + timedelta(minutes=minute)
    return TicketMessage(id=int(minute * 10), kind=kind, author=author, name=name, text=f"at {minute}", at=at)


def event(minute: float, what: str) -> TicketEvent:
    return TicketEvent(id=int(minute * 10), what=what, actor="Ana", at=NOON + timedelta(minutes=minute))


def test_the_chat_stands_together_where_it_began_also_with_lines_that_came_later() -> None:
    entries = timeline([message(0), message(5, "note", "agent", "Ben"), message(9)], [event(4, "created")])
    assert [type(entry) for entry in entries] == [Chat, Happening, Letter]
    chat = entries[0]
    assert isinstance(chat, Chat)
    assert (chat.count, chat.at, chat.until) == (2, NOON, NOON + timedelta(minutes=9))


def test_what_one_person_says_in_one_breath_stands_under_one_name() -> None:
    lines = [message(0), message(1), message(2, author="agent", name="Ana"), message(2.5), message(8)]
    (chat,) = timeline(lines, [])
    assert isinstance(chat, Chat)
    assert [(group.name, len(group.lines)) for group in chat.groups] == [("Nino", 2), ("Ana", 1), ("Nino", 1), ("Nino", 1)]


def test_what_happened_in_the_chat_is_no_message() -> None:
    (chat,) = timeline([message(0), message(1, author="system", name="")], [])
    assert isinstance(chat, Chat)
    assert chat.count == 1


def test_a_ticket_is_opened_before_its_first_letter_and_changed_after_the_letter_that_did_it() -> None:
    entries = timeline([message(0, "request"), message(5, "reply", "agent", "Ana")], [event(0, "created"), event(5, "status")])
    assert [entry.event.what if isinstance(entry, Happening) else type(entry).__name__ for entry in entries] == [
        "created",
        "Letter",
        "Letter",
        "status",
    ]


def test_replies_and_notes_are_told_by_themselves() -> None:
    assert timeline([message(1, "reply", "agent")], [event(1, "replied"), event(1, "noted")]) == [
        Letter(NOON + timedelta(minutes=1), message(1, "reply", "agent"))
    ]
