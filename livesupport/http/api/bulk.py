"""/api/v1/bulk: one change to many tickets, and taking it back."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from livesupport.http.api.call import Call, Shape
from livesupport.http.api.operations import operation
from livesupport.http.api.tickets import Id
from livesupport.model import Priority
from livesupport.tickets.bulk import MOST
from livesupport.tickets.requests import TicketChange

Number = Annotated[str, Meta(min_length=1, max_length=20)]


class BulkChange(Shape, frozen=True):
    """What to do with these tickets. null takes assignee or topic away; `tag` is added."""

    tickets: Annotated[list[Number], Meta(min_length=1, max_length=MOST)]
    status: Literal["open", "pending", "on_hold", "solved", "spam"] | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    assignee: Id | UnsetType | None = UNSET
    topic: Id | UnsetType | None = UNSET
    tag: Annotated[str, Meta(max_length=200)] = ""


class BulkDone(Shape, frozen=True):
    """Which tickets were changed, and which could not be. `undo` names it, for ten seconds; "": nothing was changed."""

    changed: list[str]
    refused: list[str]
    undo: str


class BulkUndone(Shape, frozen=True):
    """Which tickets are as they were, and which stay because somebody has changed them since."""

    restored: list[str]
    kept: list[str]


@operation("POST", "/bulk", "tickets:write", "Change many tickets")
async def change_many(call: Call, body: BulkChange) -> BulkDone:
    """One change to at most a hundred tickets; those that cannot be changed so are left as they are."""
    change = TicketChange(status=body.status, priority=body.priority, assignee=body.assignee, topic=body.topic)
    done = await call.state["bulk"].change(body.tickets, change, actor=call.agent, tag=body.tag)
    return BulkDone(changed=done.changed, refused=done.refused, undo=done.undo)


@operation("DELETE", "/bulk/{undo}", "tickets:write", "Take it back")
async def undo_many(call: Call) -> BulkUndone:
    """Puts the tickets back, as far as nobody has changed them since; 404 when it is too late."""
    undone = await call.state["bulk"].undo(call["undo"], actor=call.agent)
    return BulkUndone(restored=undone.restored, kept=undone.kept)
