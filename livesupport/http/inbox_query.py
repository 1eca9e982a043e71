"""What the address line of the inbox may say, the views that stand ready, and the links from one list to the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from livesupport.errors import NotFound
from livesupport.http.forms import Form
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Priority, SavedView, Ticket, TicketStatus
from livesupport.tickets.requests import TicketFilter

StatusChoice = Literal["unsolved", "all", "new", "open", "pending", "on_hold", "solved", "closed", "spam"]
OrderChoice = Literal["updated", "created", "due", "priority"]

UNSOLVED: tuple[TicketStatus, ...] = ("new", "open", "pending", "on_hold")
STATUSES: tuple[StatusChoice, ...] = ("unsolved", "new", "open", "pending", "on_hold", "solved", "closed", "spam", "all")
ORDERS: tuple[OrderChoice, ...] = ("updated", "created", "due", "priority")
READY: dict[str, dict[str, str]] = {
    "": {},
    "mine": {"assignee": "me"},
    "unassigned": {"assignee": "none"},
    "topics": {"topic": "mine"},
    "overdue": {"only": "overdue", "sort": "due"},
    "answered": {"only": "answered"},
    "watched": {"only": "watched", "status": "all"},
    "spam": {"status": "spam"},
}
"""The views that everybody has, by name: what they say of the fields of `Query`."""
APART = frozenset({"view", "cursor", "numbers", "lang"})  # what is no filter


class Query(Form, frozen=True, omit_defaults=True):
    """The fields of the address. A `view` alone stands for what it was saved as; with other fields it is where one came from.
    `assignee`: "any", "me", "none" or an agent's id; `topic`: "any", "mine", "none" or a topic's id."""

    view: Annotated[str, Meta(pattern=r"\A([a-z]{0,20}|[1-9][0-9]{0,8})\Z")] = ""
    status: StatusChoice = "unsolved"
    assignee: Annotated[str, Meta(pattern=r"\A(any|me|none|[1-9][0-9]{0,8})\Z")] = "any"
    topic: Annotated[str, Meta(pattern=r"\A(any|mine|none|[1-9][0-9]{0,8})\Z")] = "any"
    priority: Literal["", "low", "normal", "high", "urgent"] = ""
    only: Literal["", "overdue", "answered", "watched"] = ""
    tag: Annotated[str, Meta(max_length=40)] = ""
    q: Annotated[str, Meta(max_length=200)] = ""
    sort: OrderChoice = "updated"
    reverse: Literal["", "1"] = ""
    cursor: Annotated[str, Meta(max_length=200)] = ""
    numbers: Annotated[str, Meta(max_length=2000)] = ""
    lang: str = ""


def fields(query: Query) -> dict[str, str]:
    """What a query says of the tickets: its fields that are not as usual."""
    told: dict[str, str] = msgspec.to_builtins(query)
    return {name: value for name, value in told.items() if name not in APART}


def kept(views: list[SavedView]) -> dict[str, dict[str, str]]:
    """All views by name, those that stand ready and those that were saved; one that no longer fits this program is left out."""
    found = dict(READY)
    for view in views:
        try:
            found[str(view.id)] = fields(msgspec.convert(view.query, Query))
        except msgspec.ValidationError:
            continue
    return found


def resolved(query: Query, views: Mapping[str, dict[str, str]]) -> Query:
    """The query with what its view stands for. Raises `NotFound` for a view that is not there."""
    if query.view not in views:
        raise NotFound("no such view")
    if fields(query):
        return query
    return msgspec.convert({**msgspec.to_builtins(query), **views[query.view]}, Query)


def wanted(query: Query, me: Agent) -> TicketFilter:
    """What a resolved query asks for. Raises `NotFound` for an id that no row can have."""
    statuses: tuple[TicketStatus, ...] = {"all": (), "unsolved": UNSOLVED}.get(query.status) or (
        () if query.status == "all" else (query.status,)  # type: ignore[assignment]
    )
    priority: Priority | None = query.priority or None
    return TicketFilter(
        statuses=statuses,
        assignee=me.id if query.assignee == "me" else _id_or(query.assignee),  # type: ignore[arg-type]
        topic=_id_or(query.topic),  # type: ignore[arg-type]
        priority=priority,
        tag=query.tag.casefold(),
        overdue=query.only == "overdue",
        asked_again=query.only == "answered",
        watched=query.only == "watched",
        text=query.q,
    )


def _id_or(choice: str) -> int | str:
    return int(choice) if choice.isdecimal() else choice


def link(query: Query, views: Mapping[str, dict[str, str]], **changes: str) -> str:
    """The address of the list that differs from this one in `changes`; its first page, unless they name another."""
    changed = msgspec.structs.replace(query, **{"cursor": "", "numbers": "", "lang": "", **changes})
    told = fields(changed)
    if told == views.get(changed.view):
        told = {}
    elif not told:
        changed = msgspec.structs.replace(changed, view="")
    apart = {"view": changed.view} if changed.view else {}
    address = {**apart, **told, **({"cursor": changed.cursor} if changed.cursor else {})}
    return "/inbox" + (f"?{urlencode(address)}" if address else "")


def view_names() -> dict[str, str]:
    """What the ready views are called."""
    return {
        "": _("All unsolved"),
        "mine": _("Mine"),
        "unassigned": _("Unassigned"),
        "topics": _("My topics"),
        "overdue": _("Overdue"),
        "answered": _("Answered back"),
        "watched": _("Watched"),
        "spam": _("Spam"),
    }


def lateness(ticket: Ticket, now: datetime) -> str:
    """How near the end of what was promised is: "late", "near", or nothing."""
    if ticket.due_at is None:
        return ""
    if ticket.due_at <= now:
        return "late"
    return "near" if ticket.warn_at is not None and ticket.warn_at <= now else ""
