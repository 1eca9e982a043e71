"""/api/v1/tickets/{number}: what stands around a ticket: tags, watchers, other tickets."""

from __future__ import annotations

import secrets
from typing import Annotated

from msgspec import Meta

from livesupport.http.api.call import Call, Shape
from livesupport.http.api.operations import operation
from livesupport.http.api.shapes import AgentShape, TicketShape, of_agent, of_ticket
from livesupport.model import Ticket


class Around(Shape, frozen=True):
    """What stands around a ticket; the others are numbers of tickets that the agent may see; `earlier` ones are of the
    same person."""

    tags: list[str]
    watchers: list[AgentShape]
    linked: list[str]
    merged_into: str | None
    follows: str | None
    followed_by: list[str]
    earlier: list[str]


class Merge(Shape, frozen=True):
    """The ticket that it becomes part of. `other_requester`: also if they are of different people."""

    into: Annotated[str, Meta(min_length=1, max_length=20)]
    other_requester: bool = False


@operation("GET", "/tickets/{number}/around", "tickets:read", "Read what stands around a ticket")
async def get_around(call: Call) -> Around:
    """Its tags and watchers, and the tickets that belong to it."""
    tickets = call.state["tickets"]
    around = await tickets.around((await tickets.get(call["number"], actor=call.agent)).ticket, actor=call.agent)
    return Around(
        tags=around.tags,
        watchers=[of_agent(one) for one in around.watchers],
        linked=_numbers(around.linked),
        merged_into=around.into.number if around.into else None,
        follows=around.follows.number if around.follows else None,
        followed_by=_numbers(around.followed_by),
        earlier=_numbers(around.earlier),
    )


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


@operation("POST", "/tickets/{number}/follow-ups", "tickets:write", "Go on in a new ticket", 201, once=True)
async def follow_up_ticket(call: Call) -> TicketShape:
    """Opens a ticket of the same requester that goes on from this one, for the agent to work on."""
    key = f"api {call.agent.id} {call.once or secrets.token_urlsafe(16)}"
    opened = await call.state["tickets"].follow_up(call["number"], key, actor=call.agent)
    call.unchanged(opened.version)
    call.made(f"/tickets/{opened.number}")
    return of_ticket(opened)


def _numbers(tickets: list[Ticket]) -> list[str]:
    return [ticket.number for ticket in tickets]
