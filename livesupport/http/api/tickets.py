"""/api/v1/tickets: listing, opening, reading and changing tickets, within what the agent's topics allow."""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from livesupport.http.api.call import Call, Shape, told_by
from livesupport.http.api.operations import operation
from livesupport.http.api.shapes import EventShape, TicketShape, of_event, of_ticket
from livesupport.model import Priority, TicketStatus
from livesupport.tickets.answers import LONGEST
from livesupport.tickets.requests import SHORT_LIMIT, TEXT_LIMIT, NewTicket, TicketChange, TicketFilter, Wish

Order = Literal["updated", "created", "due", "priority", "number"]
Id = Annotated[int, Meta(ge=1, lt=2**31)]
Short = Annotated[str, Meta(max_length=SHORT_LIMIT)]
Cursor = Annotated[str, Meta(max_length=200)]


class TicketQuery(Shape, frozen=True):
    """Which tickets. `assignee`: "any", "none", "me" or an id; `topic`: "any", "mine", "none" or an id. `status` may be
    repeated. `answered`: the requester wrote last, after an answer; `watched`: by the caller. `reverse` turns the
    order round."""

    status: tuple[TicketStatus, ...] = ()
    assignee: Annotated[str, Meta(pattern=r"\A(any|none|me|[1-9][0-9]{0,8})\Z")] = "any"
    topic: Annotated[str, Meta(pattern=r"\A(any|mine|none|[1-9][0-9]{0,8})\Z")] = "any"
    priority: Priority | None = None
    tag: Annotated[str, Meta(max_length=100)] = ""
    overdue: Literal["yes", "no"] = "no"
    answered: Literal["yes", "no"] = "no"
    watched: Literal["yes", "no"] = "no"
    q: Annotated[str, Meta(max_length=200)] = ""
    order: Order = "updated"
    reverse: Literal["yes", "no"] = "no"
    cursor: Cursor = ""


class TicketList(Shape, frozen=True):
    """A page of tickets; `next` is the cursor of the page after, null on the last one."""

    items: list[TicketShape]
    next: str | None


class NewTicketShape(Shape, frozen=True):
    """A ticket that an agent opens for somebody who called or wrote elsewhere. `text` is the request in their words; `answers`
    are those to the type's questions, by their ids."""

    site: Annotated[str, Meta(min_length=1, max_length=64)]
    name: Short
    text: Annotated[str, Meta(min_length=1, max_length=TEXT_LIMIT)]
    phone: Short = ""
    email: Short = ""
    language: Annotated[str, Meta(max_length=35)] = ""
    priority: Priority | UnsetType = UNSET
    assignee: Id | UnsetType = UNSET
    topic: Id | UnsetType | None = UNSET
    type: Id | UnsetType = UNSET
    answers: dict[str, Annotated[str, Meta(max_length=LONGEST)]] = {}


class TicketPatch(Shape, frozen=True):
    """What to change; what is left out stays. null takes assignee, topic or type away."""

    status: TicketStatus | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    assignee: Id | UnsetType | None = UNSET
    topic: Id | UnsetType | None = UNSET
    type: Id | UnsetType | None = UNSET


class EventList(Shape, frozen=True):
    """What was done to a ticket, oldest first."""

    items: list[EventShape]


@operation("GET", "/tickets", "tickets:read", "List tickets")
async def list_tickets(call: Call, query: TicketQuery) -> TicketList:
    """Tickets that the agent may see, in the order that was asked for. `q` searches in everything that was said in them."""
    page = await call.state["finder"].inbox(
        _filter(query, call), query.cursor or None, actor=call.agent, order=query.order, backwards=query.reverse == "yes"
    )
    call.follows("/tickets", query, page.next)
    return TicketList(items=[of_ticket(ticket) for ticket in page.items], next=page.next)


@operation("POST", "/tickets", "tickets:write", "Open a ticket", 201, once=True)
async def open_ticket(call: Call, body: NewTicketShape) -> TicketShape:
    """Opens a ticket, once for each `Idempotency-Key`: sent again, it gives the first one."""
    with told_by(lambda field: "text" if field == "question" else field):
        new = NewTicket(
            origin=_origin(call),
            site=body.site,
            name=body.name,
            phone=body.phone,
            email=body.email,
            question=body.text,
            actor=call.agent.name,
            language=body.language,
        )
    wish = Wish(priority=body.priority, assignee=body.assignee, topic=body.topic, type=body.type, answers=body.answers)
    ticket = await call.state["tickets"].take_down(new, wish, actor=call.agent)
    call.unchanged(ticket.version)
    call.made(f"/tickets/{ticket.number}")
    return of_ticket(ticket)


@operation("GET", "/tickets/{number}", "tickets:read", "Read a ticket", cached=True)
async def get_ticket(call: Call) -> TicketShape | None:
    """One ticket, by its number with or without the check digit. 304 while the `If-None-Match` that was sent is current."""
    thread = await call.state["tickets"].get(call["number"], actor=call.agent)
    return None if call.unchanged(thread.ticket.version) else of_ticket(thread.ticket)


@operation("PATCH", "/tickets/{number}", "tickets:write", "Change a ticket", match=True)
async def change_ticket(call: Call, body: TicketPatch) -> TicketShape:
    """Changes what is named, each with a line in the history. With `If-Match`: only if nobody was faster."""
    change = TicketChange(status=body.status, priority=body.priority, assignee=body.assignee, topic=body.topic, type=body.type)
    ticket = await call.state["tickets"].change(call["number"], change, actor=call.agent, version=call.expected_version)
    call.unchanged(ticket.version)
    return of_ticket(ticket)


@operation("GET", "/tickets/{number}/events", "tickets:read", "Read a ticket's history")
async def list_events(call: Call) -> EventList:
    """Who did what to the ticket, and when."""
    thread = await call.state["tickets"].get(call["number"], actor=call.agent)
    return EventList(items=[of_event(event) for event in thread.events])


def _filter(query: TicketQuery, call: Call) -> TicketFilter:
    words = {"any": "any", "none": "none", "me": call.agent.id}
    return TicketFilter(
        statuses=query.status,
        assignee=words[query.assignee] if query.assignee in words else int(query.assignee),  # type: ignore[arg-type]
        topic=query.topic if query.topic in ("any", "mine", "none") else int(query.topic),  # type: ignore[arg-type]
        priority=query.priority,
        tag=query.tag.casefold(),
        overdue=query.overdue == "yes",
        asked_again=query.answered == "yes",
        watched=query.watched == "yes",
        text=query.q,
    )


def _origin(call: Call) -> str:
    """The name of the opening: the caller's, apart from those of others, or a random one that opens a ticket of its own."""
    name = secrets.token_hex(16) if call.once is None else f"{call.agent.id} {call.once}"
    return hashlib.sha256(f"livesupport/api/v1 {name}".encode()).hexdigest()
