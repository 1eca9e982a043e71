"""/admin/persons: what is held about a person who asked; given to them as a file, or erased."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from starlette.endpoints import HTTPEndpoint
from starlette.responses import Response

from livesupport.errors import Invalid, NotFound
from livesupport.http.archive import archive_of
from livesupport.http.forms import Form, read_form
from livesupport.http.pages.admin.common import administrator
from livesupport.http.state import Request
from livesupport.i18n import gettext as _
from livesupport.model import Agent
from livesupport.tickets.persons import LONGEST_KEY, Held

KeyText = Annotated[str, Meta(max_length=LONGEST_KEY)]


class Whom(Form, frozen=True):
    """Who it is about: an address, a phone number, or an id that `site` has given them. Posted, so that it stands in no
    history and no log."""

    key: KeyText
    site: str


class Look(Whom, frozen=True, tag_field="action", tag="look"):
    """Whom to look for."""


class Export(Whom, frozen=True, tag_field="action", tag="export"):
    """Whose data to give."""


class Erase(Whom, frozen=True, tag_field="action", tag="erase"):
    """Whose data to erase. `sure` is the ticked box."""

    sure: Annotated[str, Meta(max_length=2)] = ""


class Persons(HTTPEndpoint):
    """Looks, gives, erases."""

    async def get(self, request: Request) -> Response:
        return await _page(request, await administrator(request))

    async def post(self, request: Request) -> Response:
        me = await administrator(request)
        form: Look | Export | Erase = await read_form(request, Look | Export | Erase)  # type: ignore[arg-type]
        try:
            return await _do(request, me, form)
        except Invalid as invalid:
            return await _page(request, me, form, problems=invalid.problems)
        except NotFound:
            return await _page(request, me, form, Held())


async def _do(request: Request, me: Agent, form: Look | Export | Erase) -> Response:
    persons, site = request.state["persons"], form.site
    match form:
        case Look():
            return await _page(request, me, form, await persons.held(form.key, site=site, actor=me))
        case Export():
            return await archive_of(request, *await persons.export(form.key, site=site, actor=me))
        case Erase(sure=""):
            problems = {"sure": _("Tick the box first: what is erased does not come back.")}
            return await _page(request, me, form, await persons.held(form.key, site=site, actor=me), problems=problems)
        case Erase():
            return await _page(request, me, erased=await persons.erase(form.key, site=site, actor=me))


async def _page(
    request: Request,
    me: Agent,
    whom: Whom | None = None,
    held: Held | None = None,
    *,
    erased: Held | None = None,
    problems: dict[str, str] | None = None,
) -> Response:
    return request.state["templates"].page(
        "admin/persons.html",
        422 if problems else 200,
        me=me,
        whom=whom or Whom(key="", site="default"),
        sites=[(site.id, site.name) for site in await request.state["sites"].all()],
        held=held,
        erased=erased,
        problems=problems or {},
    )
