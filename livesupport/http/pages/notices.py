"""/requests/notices: what a person is told of new answers, on our pages and in the panel, and what they do with it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from livesupport.http.auth import own_path
from livesupport.http.forms import Form, read_form
from livesupport.http.requester import requester_of
from livesupport.http.state import Request
from livesupport.model import Notice, Requester
from livesupport.tickets.notices import Delay, excerpt


class Shown(msgspec.Struct, frozen=True):
    """A notice as a page draws it. Times are in Unix seconds."""

    id: int
    number: str
    subject: str
    author: str
    excerpt: str
    at: float
    due_at: float


class Told(msgspec.Struct, frozen=True):
    """All of them. `again_in`: seconds after which to ask again, because another one is due then; null: when there is news."""

    now: list[Shown]
    later: list[Shown]
    again_in: float | None
    unread: int


class Deed(Form, frozen=True):
    """What to do with one. `zone`: the reader's, for "tomorrow". `next`: where a form without JavaScript goes on."""

    deed: Literal["later", "dismiss"]
    delay: Delay = "hour"
    zone: Annotated[str, Meta(max_length=64)] = ""
    next: str = ""


async def notices(request: Request) -> Response:
    """GET: what the person is told now and later, as JSON for a module."""
    person = await _person(request)
    told = await request.state["notices"].told(person)
    body = Told(
        now=[_shown(one) for one in told.now],
        later=[_shown(one) for one in told.later],
        again_in=told.again_in,
        unread=await request.state["mine"].unread(person),
    )
    return Response(msgspec.json.encode(body), media_type="application/json")


async def notice(request: Request) -> Response:
    """POST: puts one off, or away."""
    person = await _person(request)
    form = await read_form(request, Deed)
    number = request.path_params["id"]
    if form.deed == "later":
        await request.state["notices"].put_off(person, number, form.delay, form.zone)
    else:
        await request.state["notices"].dismiss(person, number)
    if request.headers.get("accept") == "application/json":
        return Response(status_code=204)
    return RedirectResponse(own_path(form.next, "/requests"), 303)


async def _person(request: Request) -> Requester:
    person = await requester_of(request)
    if person is None:
        raise HTTPException(401)
    return person


def _shown(notice: Notice) -> Shown:
    at, due_at = notice.at.timestamp(), notice.due_at.timestamp()
    return Shown(notice.id, notice.number, notice.subject, notice.author, excerpt(notice), at, due_at)
