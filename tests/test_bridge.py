"""From chat to ticket: what is carried over, once, and what a chat is told when it could not be."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
import structlog

from livesupport import bridge
from livesupport.chat.events import AppendLines, Snapshot, TicketFailed, TicketSaved
from livesupport.chat.protocol import EndReason, LeaveRequest, Line, LineKind, NoteLine, Party, VisitorCard
from livesupport.cleaning import clean
from livesupport.config import Files as FileLimits
from livesupport.errors import Unavailable
from livesupport.model import PendingRequest
from livesupport.signing import ConfirmLinks
from livesupport.storage.database import Database
from livesupport.storage.files import FileStore
from livesupport.tickets.asking import Asking
from livesupport.tickets.files import Files
from livesupport.tickets.requests import NewTicket
from livesupport.tickets.service import Tickets
from tests.databases import SOFIA, Clock

LINKS = ConfirmLinks(bytes(range(32)))
CHAT = "chat-0123456789abcdef"
ANA = 7


@pytest.fixture
def asking(database: Database, clock: Clock, tmp_path: Path) -> Asking:
    links = ConfirmLinks(bytes(range(32)), lambda: clock.now.timestamp())
    files = Files(database, FileStore(tmp_path / "files"), FileLimits(), clock)
    return Asking(database, clock, lambda news: None, files, links)


def line(seq: int, kind: LineKind, by: Party = "server", *, name: str = "", text: str = "", other: str = "") -> Line:
    return Line(chat=CHAT, epoch=3, seq=seq, at=1_800_000_000.0 + seq, kind=kind, by=by, name=name, text=text, other=other)


def snapshot(*more: Line, saved_by: int | None = None) -> Snapshot:
    """Nino's chat with Ana."""
    return Snapshot(
        chat=CHAT,
        site="default",
        topic=None,
        visitor=VisitorCard(
            name="Nino", phone="+995555123456", question="Where is my parcel?", page="https://shop.example/cart", language="ka"
        ),
        agent=None,
        saved_by=saved_by,
        lines=(
            line(1, "opened", "visitor", name="Nino", text="Where is my parcel?"),
            line(2, "assigned", name="Ana"),
            line(3, "message", "agent", name="Ana", text="On its way."),
            *more,
        ),
        notes=(NoteLine(chat=CHAT, epoch=1, seq=1, at=1_800_000_001.0, name="Ana", text="A regular customer."),),
    )


def name_of(agent: int) -> str:
    return {ANA: "Ana"}.get(agent, "")


async def saved(tickets: Tickets, chat: Snapshot) -> str:
    """Saves it; the ticket's number."""
    outcome = await bridge.convert_chat_to_ticket(tickets, name_of, chat)
    assert isinstance(outcome, TicketSaved)
    return outcome.number


async def test_a_ticket_holds_who_asked_what_and_every_line_as_it_was_said(tickets: Tickets) -> None:
    thread = await tickets.get(await saved(tickets, snapshot()), actor=SOFIA)

    ticket = thread.ticket
    assert (ticket.name, ticket.phone, ticket.page, ticket.language) == (
        "Nino",
        "+995555123456",
        "https://shop.example/cart",
        "ka",
    )
    assert ticket.subject == "Where is my parcel?"
    assert (ticket.status, ticket.channel, ticket.from_chat) == ("open", "none", True)
    assert [(m.kind, m.author, m.name, m.text, m.epoch, m.seq) for m in thread.messages if m.kind == "chat"] == [
        ("chat", "requester", "Nino", "Where is my parcel?", 3, 1),
        ("chat", "system", "Ana", "Ana answers the chat.", 3, 2),
        ("chat", "agent", "Ana", "On its way.", 3, 3),
    ]
    assert [(m.author, m.name, m.text) for m in thread.messages if m.kind == "note"] == [
        ("agent", "Ana", "A regular customer.")
    ]
    assert {m.at.timestamp() for m in thread.messages} == {1_800_000_001.0, 1_800_000_002.0, 1_800_000_003.0}


POISON = {
    "nul": "a\0b",
    "lone surrogate": "a\ud800b",
    "noncharacter": "a\ufffeb",
    "override": "a\u202eb",
    "marks": "e" + "\u0301" * 1999,
    "families": "\U0001f469\u200d\U0001f467\u200d\U0001f466" * 400,
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
async def test_what_was_poison_before_the_edge_cleaned_it_is_saved(tickets: Tickets, poison: str) -> None:
    """T43, on both databases."""
    text = clean(poison)

    thread = await tickets.get(
        await saved(tickets, snapshot(line(4, "message", "visitor", name="Nino", text=text))), actor=SOFIA
    )

    assert [message.text for message in thread.messages if message.seq == 4] == [text]


@pytest.mark.parametrize("poison", ["nul", "lone surrogate"])
async def test_without_the_cleaning_the_chat_would_not_be_saved(tickets: Tickets, poison: str) -> None:
    chat = snapshot(line(4, "message", "visitor", name="Nino", text=POISON[poison]))

    assert await bridge.convert_chat_to_ticket(tickets, name_of, chat) == TicketFailed(chat=CHAT)


@pytest.mark.parametrize(("saved_by", "actor"), [(None, "Nino"), (ANA, "Ana")])
async def test_the_history_names_who_saved_it(tickets: Tickets, saved_by: int | None, actor: str) -> None:
    thread = await tickets.get(await saved(tickets, snapshot(saved_by=saved_by)), actor=SOFIA)

    assert [(event.what, event.actor) for event in thread.events] == [("created", actor)]


async def test_a_second_attempt_finds_the_first_ticket_and_adds_what_it_lacks(tickets: Tickets) -> None:
    first = await saved(tickets, snapshot())
    second = await saved(tickets, snapshot(line(4, "message", "visitor", name="Nino", text="Thank you")))

    assert second == first
    thread = await tickets.get(first, actor=SOFIA)
    assert [m.seq for m in thread.messages if m.kind == "chat"] == [1, 2, 3, 4]


async def test_a_chat_that_goes_on_adds_its_lines_once(tickets: Tickets) -> None:
    number = await saved(tickets, snapshot())
    more = AppendLines(chat=CHAT, lines=(line(4, "message", "visitor", name="Nino", text="Thank you"),), notes=())

    assert await bridge.append_to_ticket(tickets, more)
    assert await bridge.append_to_ticket(tickets, more)
    assert [m.text for m in (await tickets.get(number, actor=SOFIA)).messages if m.seq == 4] == ["Thank you"]


async def test_a_message_that_is_said_again_after_the_servers_death_is_one_line_of_the_ticket(tickets: Tickets) -> None:
    """Told apart by who said it and by the author's own id: two authors may have the same."""

    def said(epoch: int, seq: int, by: Party, agent: int | None = None) -> Line:
        return msgspec.structs.replace(line(seq, "message", by, text=by), epoch=epoch, id="A" * 22, agent=agent)

    note = NoteLine(chat=CHAT, epoch=3, seq=2, at=1_800_000_004.0, name="Ana", text="note", id="A" * 22, agent=ANA)
    number = await saved(tickets, snapshot(said(3, 4, "visitor")))
    again = AppendLines(
        chat=CHAT,
        lines=(said(4, 4, "visitor"), said(4, 5, "agent", ANA), said(5, 6, "agent", ANA), said(5, 7, "agent", ANA + 1)),
        notes=(note, msgspec.structs.replace(note, epoch=4)),
    )

    assert await bridge.append_to_ticket(tickets, again)
    added = [
        (m.text, m.epoch, m.seq)
        for m in (await tickets.get(number, actor=SOFIA)).messages
        if (m.epoch, m.seq) > (3, 3) or m.text == "note"
    ]
    assert added == [("visitor", 3, 4), ("note", 3, 2), ("agent", 4, 5), ("agent", 5, 7)]


async def test_lines_of_a_chat_whose_ticket_was_erased_are_neither_written_nor_kept_for_later(tickets: Tickets) -> None:
    more = AppendLines(chat=CHAT, lines=(line(4, "message", "visitor", text="Thank you"),), notes=())

    assert await bridge.append_to_ticket(tickets, more)
    assert await bridge.find_tickets(tickets, [CHAT]) == {}


async def test_a_request_without_a_chat_is_saved_once(tickets: Tickets, asking: Asking) -> None:
    request = LeaveRequest(id="request-0123456789", name="Levan", phone="+995555000000", question="Open\non Sunday?")

    number = await bridge.save_request(tickets, asking, "default", request)

    assert number is not None
    assert await bridge.save_request(tickets, asking, "default", request) == number
    thread = await tickets.get(number, actor=SOFIA)
    assert (thread.ticket.phone, thread.ticket.from_chat) == ("+995555000000", False)
    assert [(m.kind, m.author, m.text) for m in thread.messages] == [("request", "requester", "Open\non Sunday?")]


async def test_a_request_with_an_address_has_no_number_before_the_address_is_proved(
    tickets: Tickets, asking: Asking, clock: Clock
) -> None:
    request = LeaveRequest(
        id="request-0123456789", name="Levan", phone="", question="Open\non Sunday?", email="levan@example.com"
    )

    assert await bridge.save_request(tickets, asking, "default", request) == ""
    assert await bridge.save_request(tickets, asking, "default", request) == ""

    waiting = await asking.known(request.id)
    assert isinstance(waiting, PendingRequest)
    ticket = await asking.confirm(LINKS.sign(waiting.id, waiting.email, clock.now.timestamp()))
    assert (ticket.subject, ticket.channel, ticket.email) == ("Open on Sunday?", "email", "levan@example.com")
    assert await bridge.save_request(tickets, asking, "default", request) == ticket.number


class Full(Tickets):
    """A desk whose disk is full; `words` stand in for what a database error quotes."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    async def open(self, new: NewTicket) -> object:  # type: ignore[override]
        raise self.failure

    async def append(self, origin: str, lines: object) -> bool:
        raise self.failure


@pytest.mark.parametrize(
    "failure", [Unavailable("disk full"), RuntimeError("INSERT 'Where is my parcel?'"), OSError(28, "full")]
)
async def test_a_failure_is_told_as_not_saved_and_no_word_of_it_gets_out(asking: Asking, failure: Exception) -> None:
    tickets = Full(failure)
    request = LeaveRequest(id="request-0123456789", name="Levan", phone="+995555000000", question="Where is my parcel?")
    with structlog.testing.capture_logs() as logs:
        assert isinstance(await bridge.convert_chat_to_ticket(tickets, name_of, snapshot()), TicketFailed)
        assert not await bridge.append_to_ticket(tickets, AppendLines(chat=CHAT, lines=(), notes=()))
        assert await bridge.save_request(tickets, asking, "default", request) is None

    assert [entry["event"] for entry in logs] == ["ticket_not_saved", "lines_not_saved", "request_not_saved"]
    shown = json.dumps([{key: value for key, value in entry.items() if key != "exc_info"} for entry in logs])
    assert "parcel" not in shown


KINDS: list[LineKind] = ["assigned", "transferred", "requeued", "joined", "left", "took_over", "armed", "refused", "converted"]


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_happens_in_a_chat_is_a_sentence_in_the_ticket(kind: LineKind) -> None:
    sentence = bridge.told(line(1, kind, name="Ana {b}", other="Ben"))

    assert sentence.endswith(".")
    assert sentence != bridge.told(line(1, "opened"))
    assert "{other}" not in sentence
    assert "{name}" not in sentence


@pytest.mark.parametrize("reason", EndReason.__args__)  # type: ignore[attr-defined]
def test_every_reason_of_an_end_has_its_sentence(reason: str) -> None:
    assert bridge.told(line(9, "ended", other=reason)) != bridge.told(line(9, "ended", other="unheard of"))
