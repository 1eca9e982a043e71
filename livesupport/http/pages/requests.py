"""/requests: everything that a person has asked, what came of it, and the notices that they put off."""

from __future__ import annotations

from datetime import date, tzinfo
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta
from starlette.responses import Response

from livesupport.http.forms import Form, RowId, read_query
from livesupport.http.pages.sign_in import sign_in_page
from livesupport.http.public import address, public_page, speaking
from livesupport.http.requester import requester_of, site_of
from livesupport.http.state import Request
from livesupport.model import Requester, Site
from livesupport.tickets.mine import STEPS, Wanted, step_of


class Query(Form, frozen=True, omit_defaults=True):
    """What the address line of the list may say. `step` "": those that are not over; `day`: an ISO date, in the
    reader's `zone`, which web/pages/requests.js fills in."""

    site: str = ""
    view: Literal["current", "archive"] = "current"
    step: Literal["", "received", "working", "answered", "solved"] = ""
    topic: RowId = "0"
    day: Annotated[str, Meta(max_length=10)] = ""
    zone: Annotated[str, Meta(max_length=64)] = ""
    q: Annotated[str, Meta(max_length=200)] = ""
    cursor: Annotated[str, Meta(max_length=200)] = ""
    lang: str = ""


async def requests(request: Request) -> Response:
    """One page of the list, for a person who is signed in; else the form to sign in with."""
    query = read_query(request, Query)
    person = await requester_of(request)
    site = await site_of(request, person.site if person else query.site)
    with speaking(request, site):
        if person is None:
            return sign_in_page(request, site, _link(request, query))
        return await _list(request, site, person, query)


async def _list(request: Request, site: Site, person: Requester, query: Query) -> Response:
    mine = request.state["mine"]
    day = _date(query.day)
    wanted = Wanted(
        archived=query.view == "archive",
        step=query.step or None,
        topic=int(query.topic) or None,
        day=day,
        zone=_zone(query.zone, site),
        text=query.q,
    )
    page = await mine.page(person, wanted, query.cursor)
    return public_page(
        request,
        site,
        "requests.html",
        data={"requester": True},
        person=person,
        query=query,
        day=day.isoformat() if day else "",
        rows=[(row, step_of(row.status, row.undecided)) for row in page.items],
        topics=await mine.topics(person),
        later=(await request.state["notices"].told(person)).later,
        current=_link(request, Query(site=query.site)),
        archive=_link(request, Query(site=query.site, view="archive")),
        next=_link(request, query, cursor=page.next) if page.next else "",
        first=_link(request, query, cursor="") if query.cursor else "",
        filtered=bool(query.step or query.q or day or query.topic != "0"),
        steps=[step for step in STEPS if step != "closed"],
    )


def _zone(told: str, site: Site) -> tzinfo:
    """The reader's time zone; that of the site's hours, where nobody has told it."""
    for name in (told, site.hours.zone):
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _link(request: Request, query: Query, **changes: object) -> str:
    fields = msgspec.to_builtins(msgspec.structs.replace(query, **changes))
    return address(request, "/requests", **{name: value for name, value in fields.items() if name != "lang"})
