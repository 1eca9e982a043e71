"""The only door between the chats, which forget, and the tickets, which remember.

What a chat hands over is turned into the tickets' own words. Whatever goes wrong on the way becomes "not saved" for the
chat, which goes on; no error text leaves this module, for it might quote what somebody said.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime

import structlog

from livesupport.chat.events import AppendLines, Snapshot, TicketFailed, TicketSaved
from livesupport.chat.protocol import EndReason, LeaveRequest, Line, NoteLine, Party
from livesupport.chat.transcript import author
from livesupport.errors import ServiceError
from livesupport.i18n import gettext as _
from livesupport.model import Author, Ticket
from livesupport.signing import origin_of_chat, origin_of_request
from livesupport.tickets.asking import Asking
from livesupport.tickets.new_request import NewRequest
from livesupport.tickets.requests import NewLine, NewTicket
from livesupport.tickets.service import Tickets

log = structlog.get_logger()

_AUTHORS: Mapping[Party, Author] = {"visitor": "requester", "agent": "agent", "server": "system"}


async def convert_chat_to_ticket(
    tickets: Tickets, name_of: Callable[[int], str], snapshot: Snapshot
) -> TicketSaved | TicketFailed:
    """Saves a chat as a ticket, once per chat: a second attempt finds the first ticket and adds what it lacks.

    `name_of` gives the name of an agent by id, for the ticket's history.
    """
    try:
        ticket = await tickets.open(_new_ticket(snapshot, name_of))
    except Exception as error:
        _report("ticket_not_saved", error)
        return TicketFailed(chat=snapshot.chat)
    return TicketSaved(chat=snapshot.chat, number=ticket.number)


async def find_tickets(tickets: Tickets, chats: Collection[str]) -> dict[str, str]:
    """The numbers of the tickets that these chats were saved as, by chat; those without one are left out. Raises
    `Unavailable`."""
    origins = {origin_of_chat(chat): chat for chat in chats}
    return {origins[origin]: number for origin, number in (await tickets.numbers(origins)).items()}


async def append_to_ticket(tickets: Tickets, addition: AppendLines) -> bool:
    """Adds the lines of a chat that goes on after it was saved; False when they could not be written. A ticket that was
    erased meanwhile takes none, and then they are not to be kept for it."""
    try:
        await tickets.append(origin_of_chat(addition.chat), tuple(_new_lines(addition.lines, addition.notes)))
    except Exception as error:
        _report("lines_not_saved", error)
        return False
    return True


async def save_request(tickets: Tickets, asking: Asking, site: str, request: LeaveRequest) -> str | None:
    """Saves a request that was left without a chat, once per request id; its number, or None when nothing was written.

    With an e-mail address it has no number ("") before the person has proved that the address is theirs.
    """
    try:
        if request.email:
            kept = await asking.ask(_new_request(site, request))
            return kept.number if isinstance(kept, Ticket) else ""
        ticket = await tickets.open(
            NewTicket(
                origin=origin_of_request(request.id),
                site=site,
                name=request.name,
                phone=request.phone,
                question=request.question,
                topic=request.topic,
                page=request.page,
                language=request.language,
                actor=request.name,
            )
        )
    except Exception as error:
        _report("request_not_saved", error)
        return None
    return ticket.number


def _new_request(site: str, request: LeaveRequest) -> NewRequest:
    return NewRequest(
        id=request.id,
        site=site,
        name=request.name,
        subject="",
        message=request.question,
        email=request.email,
        phone=request.phone,
        topic=request.topic,
        page=request.page,
        language=request.language,
        is_short=True,
    )


def _report(event: str, error: Exception) -> None:
    """A refusal of the tickets is told by its kind; anything else is a fault of ours, told with its places."""
    log.error(event, reason=type(error).__name__, exc_info=None if isinstance(error, ServiceError) else error)


def _new_ticket(snapshot: Snapshot, name_of: Callable[[int], str]) -> NewTicket:
    visitor = snapshot.visitor
    return NewTicket(
        origin=origin_of_chat(snapshot.chat),
        site=snapshot.site,
        topic=snapshot.topic,
        name=visitor.name,
        phone=visitor.phone,
        question=visitor.question,
        page=visitor.page,
        language=visitor.language,
        from_chat=True,
        assignee=snapshot.agent,
        actor=visitor.name if snapshot.saved_by is None else name_of(snapshot.saved_by),
        lines=tuple(_new_lines(snapshot.lines, snapshot.notes)),
        checked=snapshot.checked,
        one_sided=snapshot.one_sided,
    )


def _new_lines(lines: tuple[Line, ...], notes: tuple[NoteLine, ...]) -> Iterator[NewLine]:
    """Both chains of a chat: what everybody read, and the agents' private notes."""
    for line in lines:
        yield NewLine(
            chain="chat",
            epoch=line.epoch,
            seq=line.seq,
            at=_time(line.at),
            author=_AUTHORS[line.by] if line.text else "system",
            name=line.name,
            text=line.text or told(line),
            said_as=None if line.id is None else f"{author(line)} {line.id}",
        )
    for note in notes:
        yield NewLine(
            chain="note",
            epoch=note.epoch,
            seq=note.seq,
            at=_time(note.at),
            author="agent",
            name=note.name,
            text=note.text,
            said_as=None if note.id is None else f"note {note.agent} {note.id}",
        )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def told(line: Line) -> str:
    """What happened at this point of the chat, as a sentence for the ticket's reader."""
    match line.kind:
        case "assigned":
            sentence = _("{name} answers the chat.")
        case "transferred":
            sentence = _("{name} transferred the chat to {other}.")
        case "requeued":
            sentence = _("The visitor waits for another agent.")
        case "joined":
            sentence = _("{name} reads along.")
        case "left":
            sentence = _("{name} no longer reads along.")
        case "took_over":
            sentence = _("{name} took over the chat.")
        case "armed":
            sentence = _("{name} asked for the chat to be saved as a request.")
        case "refused":
            sentence = _("The visitor declined to have the chat saved.")
        case "converted":
            sentence = _("The chat was saved as request #{other}.")
        case "ended":
            return _end_reasons().get(line.other, _("The chat ended."))
        case _:
            sentence = _("The chat began.")
    return sentence.format(name=line.name or _("Someone"), other=line.other)


def _end_reasons() -> Mapping[EndReason | str, str]:
    return {
        "visitor_erased": _("The visitor ended and erased the chat."),
        "visitor_left": _("The visitor left."),
        "agent_ended": _("The agent ended the chat."),
        "idle_timeout": _("The chat ended after a long silence."),
        "queue_abandoned": _("The visitor stopped waiting."),
        "queue_to_ticket": _("The visitor stopped waiting and saved a request."),
        "agent_lost": _("The chat ended because no agent came back."),
        "converted_and_ended": _("The chat ended after it was saved."),
        "blocked": _("The visitor was blocked."),
        "too_old": _("The chat ended because of its age."),
        "waited_too_long": _("The chat ended after a long wait."),
    }
