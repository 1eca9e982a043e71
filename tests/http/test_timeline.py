"""The order in which a ticket is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from livesupport.http.timeline import Chat, Entry, Happening, Letter, Part
from livesupport.http.timeline import timeline as timeline_of
from livesupport.model import Author, MessageKind, Ticket, TicketEvent, TicketMessage
from livesupport.tickets.reading import Thread

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def message(minute: float, kind: MessageKind = "chat", author: Author = "requester", name: str = "Nino") -> TicketMessage:
    at = NOON + timedelta(minutes=minute)
    return TicketMessage(id=int(minute * 10), kind=kind, author=author, name=name, text=f"at {minute}", at=at)


def event(minute: float, what: str) -> TicketEvent:
    return TicketEvent(id=int(minute * 10), what=what, actor="Ana", at=NOON + timedelta(minutes=minute))


def ticket(minute: float = 0) -> Ticket:
    at = NOON + timedelta(minutes=minute)
    return Ticket(
        id=1,
        number="1001-7",
        site="default",
        status="open",
        priority="normal",
        subject="Kettle",
        name="Nino",
        phone="",
        email="",
        channel="none",
        created_at=at,
        updated_at=at,
    )


def timeline(messages: list[TicketMessage], events: list[TicketEvent], *merged: Thread) -> list[Entry]:
    return timeline_of(Thread(ticket(), messages, events, NOON, merged=list(merged)))


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


def test_a_merged_ticket_stands_together_where_it_began() -> None:
    part = Thread(ticket(minute=2), [message(2), message(7, "note", "agent")], [event(2, "created")], NOON)
    before, there, after = timeline([message(0, "request"), message(4, "reply", "agent", "Ana")], [], part)
    assert isinstance(before, Letter)
    assert isinstance(there, Part)
    assert [type(entry) for entry in there.entries] == [Happening, Chat, Letter]
    assert isinstance(after, Letter)


def test_a_merge_is_told_once() -> None:
    moved = TicketEvent(id=1, what="status", actor="Ana", at=NOON, old="open", new="merged")
    assert [entry.event.what for entry in timeline([], [moved, event(0, "merged")]) if isinstance(entry, Happening)] == [
        "merged"
    ]
