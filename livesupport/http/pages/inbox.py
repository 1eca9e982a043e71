"""/inbox: the list of tickets, with filters, search and pages that work without JavaScript."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import Meta
from starlette.responses import Response

from livesupport.http.auth import signed_in
from livesupport.http.forms import Form, read_query
from livesupport.http.state import Request
from livesupport.http.wording import status_word
from livesupport.i18n import gettext as _
from livesupport.model import Agent, TicketStatus
from livesupport.tickets.requests import TicketFilter

StatusChoice = Literal["unsolved", "all", "new", "open", "pending", "on_hold", "solved", "closed"]

UNSOLVED: tuple[TicketStatus, ...] = ("new", "open", "pending", "on_hold")
CHOICES: tuple[StatusChoice, ...] = ("unsolved", "new", "open", "pending", "on_hold", "solved", "closed", "all")


class Query(Form, frozen=True, omit_defaults=True):
    """What the address line of the inbox may say. `assignee`: "any", "me", "none" or an agent's id."""

    status: StatusChoice = "unsolved"
    assignee: Annotated[str, Meta(pattern=r"\A(any|me|none|[1-9][0-9]{0,8})\Z")] = "any"
    q: Annotated[str, Meta(max_length=200)] = ""
    cursor: Annotated[str, Meta(max_length=200)] = ""
    lang: str = ""


class Chip(msgspec.Struct, frozen=True):
    """A filter one can click."""

    label: str
    href: str
    active: bool


async def inbox(request: Request) -> Response:
    """One page of the list, newest change first."""
    me = await signed_in(request)
    query = read_query(request, Query)
    page = await request.state["finder"].inbox(_filter(query, me), query.cursor or None, actor=me)
    agents = await request.state["accounts"].agents()
    return request.state["templates"].page(
        "inbox.html",
        me=me,
        query=query,
        tickets=page.items,
        statuses=_status_chips(query),
        assignees=_assignee_chips(query),
        colleagues=_colleague_chips(query, agents, me),
        next=_link(query, cursor=page.next) if page.next else "",
        first=_link(query, cursor="") if query.cursor else "",
        filtered=bool(_filters(query)),
    )


def _filter(query: Query, me: Agent) -> TicketFilter:
    match query.status:
        case "all":
            statuses: tuple[TicketStatus, ...] = ()
        case "unsolved":
            statuses = UNSOLVED
        case status:
            statuses = (status,)
    match query.assignee:
        case "any" | "none" as who:
            assignee: int | Literal["any", "none"] = who
        case "me":
            assignee = me.id
        case number:
            assignee = int(number)
    return TicketFilter(statuses=statuses, assignee=assignee, text=query.q)


def _status_chips(query: Query) -> list[Chip]:
    words = {"unsolved": _("Unsolved"), "all": _("All")}
    return [
        Chip(words.get(choice) or status_word(choice), _link(query, status=choice, cursor=""), query.status == choice)
        for choice in CHOICES
    ]


def _assignee_chips(query: Query) -> list[Chip]:
    words = {"any": _("Everybody's"), "me": _("Mine"), "none": _("Nobody's")}
    return [Chip(word, _link(query, assignee=who, cursor=""), query.assignee == who) for who, word in words.items()]


def _colleague_chips(query: Query, agents: list[Agent], me: Agent) -> list[Chip]:
    return [
        Chip(agent.name, _link(query, assignee=str(agent.id), cursor=""), query.assignee == str(agent.id))
        for agent in agents
        if agent.id != me.id
    ]


def _filters(query: Query) -> dict[str, object]:
    """What differs from the plain inbox."""
    fields = msgspec.to_builtins(query)
    return {name: value for name, value in fields.items() if name not in ("cursor", "lang")}


def _link(query: Query, **changes: object) -> str:
    fields = msgspec.to_builtins(msgspec.structs.replace(query, **changes))
    return "/inbox" + (f"?{urlencode(fields)}" if fields else "")
