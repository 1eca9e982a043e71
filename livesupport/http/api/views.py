"""/api/v1/views: ways to look at the inbox that were kept under a name, and how much waits."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from livesupport.errors import Invalid, NotFound
from livesupport.http.api.call import Call, Shape
from livesupport.http.api.operations import operation
from livesupport.http.inbox_query import Query, fields
from livesupport.i18n import gettext as _
from livesupport.model import SavedView
from livesupport.tickets.finding import MOST_COUNTED
from livesupport.tickets.requests import TicketFilter

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Shown = dict[str, Annotated[str, Meta(max_length=200)]]


class ViewShape(Shape, frozen=True):
    """A view. `query`: the fields in the address of the inbox; `shared`: everybody's."""

    id: int
    name: str
    query: dict[str, str]
    shared: bool


class ViewList(Shape, frozen=True):
    """The agent's own views and everybody's."""

    items: list[ViewShape]


class NewView(Shape, frozen=True):
    """A view to be kept."""

    name: Name
    query: Shown
    shared: bool = False


class ViewPatch(Shape, frozen=True):
    """What to change of a view; what is left out stays."""

    name: Name | UnsetType = UNSET
    query: Shown | UnsetType = UNSET


class WaitingCount(Shape, frozen=True):
    """How many tickets wait for the agent; `more`: at least so many."""

    count: int
    more: bool


@operation("GET", "/views", "tickets:read", "List views")
async def list_views(call: Call) -> ViewList:
    """The views that were kept, the agent's own and everybody's."""
    return ViewList(items=[_view(one) for one in await call.state["views"].all(call.agent)])


@operation("POST", "/views", "tickets:write", "Keep a view", 201)
async def add_view(call: Call, body: NewView) -> ViewShape:
    """Keeps a view for the agent, or for everybody, which only supervisors and administrators may."""
    query = _checked(body.query)
    view = await call.state["views"].save(body.name, query, shared=body.shared, actor=call.agent)
    return await _found(call, view)


@operation("PATCH", "/views/{id}", "tickets:write", "Change a view")
async def change_view(call: Call, body: ViewPatch) -> ViewShape:
    """Gives a view another name, or lets it show something else."""
    views, view = call.state["views"], call.row_id
    query = UNSET if body.query is UNSET else _checked(body.query)
    if body.name is not UNSET:
        await views.rename(view, body.name, actor=call.agent)
    if query is not UNSET:
        await views.replace(view, query, actor=call.agent)
    return await _found(call, view)


@operation("DELETE", "/views/{id}", "tickets:write", "Remove a view", 204)
async def remove_view(call: Call) -> None:
    """Removes a view."""
    await call.state["views"].delete(call.row_id, actor=call.agent)


@operation("GET", "/waiting", "tickets:read", "How many tickets wait for me")
async def count_waiting(call: Call) -> WaitingCount:
    """The new and open tickets of the agent, counted up to a hundred."""
    turn = TicketFilter(statuses=("new", "open"), assignee=call.agent.id)
    [count] = await call.state["finder"].counts([turn], actor=call.agent)
    return WaitingCount(count=count, more=count >= MOST_COUNTED)


def _checked(query: dict[str, str]) -> dict[str, str]:
    """Raises `Invalid` for what no address of the inbox says."""
    try:
        return fields(msgspec.convert(query, Query))
    except msgspec.ValidationError:
        raise Invalid({"query": _("Use the fields in the address of the inbox.")}) from None


async def _found(call: Call, view: int) -> ViewShape:
    for one in await call.state["views"].all(call.agent):
        if one.id == view:
            return _view(one)
    raise NotFound("no such view")


def _view(view: SavedView) -> ViewShape:
    return ViewShape(id=view.id, name=view.name, query=view.query, shared=view.shared)
