"""/inbox: the list of tickets with views, filters, search and pages, which works without JavaScript."""

from __future__ import annotations

import re
from typing import get_args

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from livesupport.http.auth import signed_in
from livesupport.http.forms import read_query
from livesupport.http.inbox_query import (
    ORDERS,
    STATUSES,
    Query,
    fields,
    kept,
    lateness,
    link,
    resolved,
    view_names,
    wanted,
)
from livesupport.http.state import Request
from livesupport.http.wording import priority_word, status_word
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Priority, SavedView, Topic
from livesupport.permits import may_see
from livesupport.tickets.finding import MOST_COUNTED
from livesupport.tickets.requests import TicketFilter
from livesupport.tickets.views import COLUMNS

MOST_ROWS = 50  # asked for by their numbers
NUMBERS = re.compile(r"[1-9][0-9]{0,14}-[0-9]( [1-9][0-9]{0,14}-[0-9])*")


class Chip(msgspec.Struct, frozen=True):
    """Something one can click: a filter, an order, a view."""

    label: str
    href: str
    active: bool = False
    count: str = ""
    key: str = ""


class Menu(msgspec.Struct, frozen=True):
    """A filter and what it can be set to. `chosen`: what it says now; empty: everything."""

    label: str
    chosen: str
    options: list[Chip]
    off: str = ""  # where it leads without this filter


async def inbox(request: Request) -> Response:
    """One page of the list; with `numbers` only the rows of these tickets, for a page that was told of a change."""
    me = await signed_in(request)
    asked = read_query(request, Query)
    if asked.numbers and not NUMBERS.fullmatch(asked.numbers):
        raise HTTPException(400)
    finder, saved = request.state["finder"], await request.state["views"].all(me)
    views = kept(saved)
    query = resolved(asked, views)
    numbers = asked.numbers.split(" ")[:MOST_ROWS] if asked.numbers else None
    page = await finder.inbox(
        wanted(query, me), query.cursor or None, actor=me, order=query.sort, backwards=bool(query.reverse), numbers=numbers
    )
    agents = await request.state["accounts"].agents()
    topics = await _topics(request, me)
    own = next((view for view in saved if str(view.id) == query.view), None)
    return request.state["templates"].page(
        "inbox.html",
        me=me,
        now=page.at,
        query=query,
        here=link(query, views, cursor=query.cursor),
        title=_title(query, own),
        tickets=page.items,
        unseen=await finder.unseen(page.items, actor=me) if query.only == "watched" else (),
        columns=await request.state["views"].columns(me),
        all_columns=COLUMNS,
        lateness=lateness,
        views=await _views(request, me, query, views, saved),
        own_view=own if own and (not own.shared or me.role != "agent") else None,
        is_edited=bool(fields(query)) and fields(query) != views[query.view],
        saved_as=fields(query),
        menus=_menus(query, views, agents, topics, me),
        removable=_removable(query, views),
        orders=_orders(query, views),
        agents=[agent for agent in agents if agent.id != me.id],
        topics=topics,
        statuses=("open", "pending", "on_hold", "solved"),
        priorities=get_args(Priority)[::-1],
        next=link(query, views, cursor=page.next) if page.next else "",
        first=link(query, views) if query.cursor else "",
        filtered=bool(fields(query)),
    )


async def waiting(request: Request) -> Response:
    """How many tickets wait for the agent, for the console's head: JSON, as it is shown there."""
    me = await signed_in(request)
    return Response(msgspec.json.encode({"count": await my_turn(request, me)}), media_type="application/json")


async def my_turn(request: Request, me: Agent) -> str:
    """How many tickets the agent has to do something about; empty for none."""
    turn = TicketFilter(statuses=("new", "open"), assignee=me.id)
    return _count((await request.state["finder"].counts([turn], actor=me))[0])


async def _topics(request: Request, me: Agent) -> list[Topic]:
    return [topic for site in await request.state["sites"].all() for topic in site.topics if may_see(me, topic.id)]


async def _views(
    request: Request, me: Agent, query: Query, views: dict[str, dict[str, str]], saved: list[SavedView]
) -> list[Chip]:
    """The views with the number of tickets in each. What a search finds is not counted: it costs more than it tells."""
    names = {name: word for name, word in view_names().items() if name != "topics" or me.topics}
    names |= {str(view.id): view.name for view in saved if str(view.id) in views}
    queries = {name: msgspec.convert(views[name], Query) for name in names}
    counted = [name for name in names if not queries[name].q and name != "spam"]
    found = await request.state["finder"].counts([wanted(queries[name], me) for name in counted], actor=me)
    counts = {name: _count(count) for name, count in zip(counted, found, strict=True)}
    here = None if not query.view and fields(query) else query.view
    links = {name: link(msgspec.structs.replace(queries[name], view=name), views) for name in names}
    return [Chip(word, links[name], name == here, counts.get(name, ""), name) for name, word in names.items()]


def _count(count: int) -> str:
    return f"{MOST_COUNTED - 1}+" if count >= MOST_COUNTED else str(count or "")


def _title(query: Query, own: SavedView | None) -> str:
    if own:
        return own.name
    if not query.view and fields(query):
        return _("Search") if query.q else _("Tickets")
    return view_names().get(query.view, _("Inbox"))


def _menus(query: Query, views: dict[str, dict[str, str]], agents: list[Agent], topics: list[Topic], me: Agent) -> list[Menu]:
    def menu(label: str, field: str, words: dict[str, str], usual: str) -> Menu:
        now = str(getattr(query, field))
        options = [Chip(word, link(query, views, **{field: value}), value == now) for value, word in words.items()]
        if now == usual:
            return Menu(label, "", options)
        return Menu(label, words.get(now, now), options, link(query, views, **{field: usual}))

    shared = {"unsolved": _("Unsolved"), "all": _("All")}
    statuses: dict[str, str] = {choice: shared.get(choice) or status_word(choice) for choice in STATUSES}
    people = {"any": _("Everybody"), "me": _("Me"), "none": _("Nobody")}
    people |= {str(agent.id): agent.name for agent in agents if agent.id != me.id}
    subjects = {"any": _("All topics"), **({"mine": _("My topics")} if me.topics else {}), "none": _("Without a topic")}
    subjects |= {str(topic.id): topic.name for topic in topics}
    priorities = {"": _("Any priority"), **{one: priority_word(one) for one in get_args(Priority)[::-1]}}
    return [
        menu(_("Status"), "status", statuses, "unsolved"),
        menu(_("Assignee"), "assignee", people, "any"),
        *([menu(_("Topic"), "topic", subjects, "any")] if topics else []),
        menu(_("Priority"), "priority", priorities, ""),
    ]


def _removable(query: Query, views: dict[str, dict[str, str]]) -> list[Chip]:
    """The filters that are on and have no menu, each with the way to take it off."""
    chips = []
    if query.only:
        word = {"overdue": _("Overdue"), "answered": _("Answered back"), "watched": _("Watched")}[query.only]
        chips.append(Chip(word, link(query, views, only="")))
    if query.tag:
        chips.append(Chip(f"#{query.tag}", link(query, views, tag="")))
    if query.q:
        chips.append(Chip(f"“{query.q}”", link(query, views, q="")))
    return chips


def _orders(query: Query, views: dict[str, dict[str, str]]) -> dict[str, Chip]:
    """The ways to sort; the one that is on turns the order round."""
    words = {"updated": _("Last change"), "created": _("Newest"), "due": _("Due"), "priority": _("Priority")}
    return {
        order: Chip(
            words[order],
            link(query, views, sort=order, reverse="1" if query.sort == order and not query.reverse else ""),
            query.sort == order,
        )
        for order in ORDERS
    }
