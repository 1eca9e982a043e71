"""/api/v1/tickets: listing, opening, reading and changing tickets, within what the agent's topics allow."""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import UNSET, Meta, UnsetType
from starlette.exceptions import HTTPException

from livesupport.http.api.operations import PREFIX, Call, Shape, operation
from livesupport.http.api.shapes import EventShape, TicketShape, of_event, of_ticket
from livesupport.model import Priority, TicketStatus
from livesupport.tickets.requests import SHORT_LIMIT, TEXT_LIMIT, NewTicket, TicketChange, TicketFilter

Order = Literal["updated", "created", "due", "priority", "number"]
Id = Annotated[int, Meta(ge=1, lt=2**31)]
Short = Annotated[str, Meta(max_length=SHORT_LIMIT)]
Cursor = Annotated[str, Meta(max_length=200)]


class TicketQuery(Shape, frozen=True):
    """Which tickets. `assignee`: "any", "none", "me" or an id; `topic`: "any", "none" or an id. `status` may be repeated."""

    status: tuple[TicketStatus, ...] = ()
    assignee: Annotated[str, Meta(pattern=r"\A(any|none|me|[1-9][0-9]{0,8})\Z")] = "any"
    topic: Annotated[str, Meta(pattern=r"\A(any|none|[1-9][0-9]{0,8})\Z")] = "any"
    priority: Priority | None = None
    tag: Annotated[str, Meta(max_length=100)] = ""
    overdue: Literal["yes", "no"] = "no"
    q: Annotated[str, Meta(max_length=200)] = ""
    order: Order = "updated"
    cursor: Cursor = ""


class TicketList(Shape, frozen=True):
    """A page of tickets; `next` is the cursor of the page after, null on the last one."""

    items: list[TicketShape]
    next: str | None


class NewTicketShape(Shape, frozen=True):
    """A ticket that an agent opens for somebody who called or wrote elsewhere. `text` is the request in their words."""

    site: Annotated[str, Meta(min_length=1, max_length=64)]
    name: Short
    text: Annotated[str, Meta(min_length=1, max_length=TEXT_LIMIT)]
    phone: Short = ""
    email: Short = ""
    topic: Id | None = None
    language: Annotated[str, Meta(max_length=35)] = ""


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


class Merge(Shape, frozen=True):
    """The ticket that it becomes part of. `other_requester`: also if they are of different people."""

    into: Annotated[str, Meta(min_length=1, max_length=20)]
    other_requester: bool = False


@operation("GET", "/tickets", "tickets:read", "List tickets")
async def list_tickets(call: Call, query: TicketQuery) -> TicketList:
    """Tickets that the agent may see, in the order that was asked for. `q` searches in everything that was said in them."""
    page = await call.state["finder"].inbox(_filter(query, call), query.cursor or None, actor=call.agent, order=query.order)
    if page.next:
        fields = {**msgspec.to_builtins(query), "cursor": page.next}
        given = {name: value for name, value in fields.items() if value not in ("", None, (), [])}
        call.headers["Link"] = f'<{PREFIX}/tickets?{urlencode(given, doseq=True)}>; rel="next"'
    return TicketList(items=[of_ticket(ticket) for ticket in page.items], next=page.next)


@operation("POST", "/tickets", "tickets:write", "Open a ticket", 201)
async def open_ticket(call: Call, body: NewTicketShape) -> TicketShape:
    """Opens a ticket, once for each `Idempotency-Key`: sent again, it gives the first one."""
    ticket = await call.state["tickets"].open(
        NewTicket(
            origin=_origin(call),
            site=body.site,
            name=body.name,
            phone=body.phone,
            email=body.email,
            question=body.text,
            actor=call.agent.name,
            topic=body.topic,
            language=body.language,
        )
    )
    call.unchanged(ticket.version)
    call.headers["Location"] = f"{PREFIX}/tickets/{ticket.number}"
    return of_ticket(ticket)


@operation("GET", "/tickets/{number}", "tickets:read", "Read a ticket")
async def get_ticket(call: Call) -> TicketShape | None:
    """One ticket, by its number with or without the check digit. 304 while the `If-None-Match` that was sent is current."""
    thread = await call.state["tickets"].get(call["number"], actor=call.agent)
    return None if call.unchanged(thread.ticket.version) else of_ticket(thread.ticket)


@operation("PATCH", "/tickets/{number}", "tickets:write", "Change a ticket")
async def change_ticket(call: Call, body: TicketPatch) -> TicketShape:
    """Changes what is named, each with a line in the history. With `If-Match`: only if nobody was faster."""
    version = call.expected_version
    change = TicketChange(status=body.status, priority=body.priority, assignee=body.assignee, topic=body.topic, type=body.type)
    tickets = call.state["tickets"]
    if version is not None and (await tickets.get(call["number"], actor=call.agent)).ticket.version != version:
        raise HTTPException(412)
    ticket = await tickets.change(call["number"], change, actor=call.agent, version=version)
    call.unchanged(ticket.version)
    return of_ticket(ticket)


@operation("GET", "/tickets/{number}/events", "tickets:read", "Read a ticket's history")
async def list_events(call: Call) -> EventList:
    """Who did what to the ticket, and when."""
    thread = await call.state["tickets"].get(call["number"], actor=call.agent)
    return EventList(items=[of_event(event) for event in thread.events])


@operation("POST", "/tickets/{number}/merge", "tickets:write", "Merge a ticket into another one")
async def merge_ticket(call: Call, body: Merge) -> TicketShape:
    """Makes the ticket part of another one, which is answered from now on; both numbers go on finding it."""
    tickets = call.state["tickets"]
    merged = await tickets.merge(call["number"], body.into, actor=call.agent, other_requester=body.other_requester)
    call.unchanged(merged.version)
    return of_ticket(merged)


@operation("PUT", "/tickets/{number}/links/{other}", "tickets:write", "Link two tickets", 204)
async def link_tickets(call: Call) -> None:
    """Notes that two tickets belong together."""
    await call.state["tickets"].link(call["number"], call["other"], actor=call.agent)


@operation("DELETE", "/tickets/{number}/links/{other}", "tickets:write", "Unlink two tickets", 204)
async def unlink_tickets(call: Call) -> None:
    """Forgets that they belong together."""
    await call.state["tickets"].unlink(call["number"], call["other"], actor=call.agent)


@operation("PUT", "/tickets/{number}/tags/{tag}", "tickets:write", "Add a tag", 204)
async def add_tag(call: Call) -> None:
    """Adds a tag; one that is there already is left."""
    await call.state["tickets"].tag(call["number"], call["tag"], actor=call.agent)


@operation("DELETE", "/tickets/{number}/tags/{tag}", "tickets:write", "Remove a tag", 204)
async def remove_tag(call: Call) -> None:
    """Takes a tag away, if the ticket has it."""
    await call.state["tickets"].untag(call["number"], call["tag"], actor=call.agent)


@operation("PUT", "/tickets/{number}/watching", "tickets:write", "Watch a ticket", 204)
async def watch_ticket(call: Call) -> None:
    """Makes the agent a watcher of the ticket."""
    await call.state["tickets"].watch(call["number"], actor=call.agent)


@operation("DELETE", "/tickets/{number}/watching", "tickets:write", "Watch a ticket no longer", 204)
async def unwatch_ticket(call: Call) -> None:
    """Makes the agent a watcher of the ticket no longer."""
    await call.state["tickets"].unwatch(call["number"], actor=call.agent)


def _filter(query: TicketQuery, call: Call) -> TicketFilter:
    words = {"any": "any", "none": "none", "me": call.agent.id}
    return TicketFilter(
        statuses=query.status,
        assignee=words[query.assignee] if query.assignee in words else int(query.assignee),  # type: ignore[arg-type]
        topic=query.topic if query.topic in ("any", "none") else int(query.topic),  # type: ignore[arg-type]
        priority=query.priority,
        tag=query.tag,
        overdue=query.overdue == "yes",
        text=query.q,
    )


def _origin(call: Call) -> str:
    """The name of the opening: the caller's, apart from those of others, or a random one that opens a ticket of its own."""
    name = secrets.token_hex(16) if call.once is None else f"{call.agent.id} {call.once}"
    return hashlib.sha256(f"livesupport/api/v1 {name}".encode()).hexdigest()
