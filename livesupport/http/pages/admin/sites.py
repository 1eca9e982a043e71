"""/admin/sites: the web sites that embed the widget; each with its look, its hours, its topics and the line to embed."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.endpoints import HTTPEndpoint
from starlette.responses import RedirectResponse, Response

from livesupport.errors import Conflict, Invalid
from livesupport.http.colours import contrast, ink_on
from livesupport.http.forms import Form, RowId, read_form
from livesupport.http.pages.admin.common import administrator, lines
from livesupport.http.state import Request
from livesupport.http.uploads import read_form_with_files
from livesupport.model import Agent, Contact, Site
from livesupport.sites.hours import parse_hours, written_hours
from livesupport.tickets.files import read_chosen

PLAIN = ("name", "accent", "greeting", "rules", "mode", "region", "language")  # fields that a form shows as they are


class NewSite(Form, frozen=True):
    """A site to be added."""

    id: str
    name: str
    origins: str


class Properties(Form, frozen=True, tag_field="action", tag="properties"):
    """Everything of a site that its page edits. `origins` and `hours` are lines; a contact is a row of three fields."""

    name: str
    origins: str
    accent: str
    greeting: str
    rules: str
    mode: str
    convert: str
    region: str
    language: str
    hours: str
    zone: str
    contact_label: tuple[str, ...] = ()
    contact_value: tuple[str, ...] = ()
    contact_hours: tuple[str, ...] = ()


class AddTopic(Form, frozen=True, tag_field="action", tag="add_topic"):
    """A topic to be added."""

    topic: str


class RenameTopic(Form, frozen=True, tag_field="action", tag="rename_topic"):
    """A topic's new name."""

    id: RowId
    topic: str


class RemoveTopic(Form, frozen=True, tag_field="action", tag="remove_topic"):
    """A topic that goes."""

    id: RowId


Deed = Properties | AddTopic | RenameTopic | RemoveTopic


class Sites(HTTPEndpoint):
    """The list of sites, and the form for another one."""

    async def get(self, request: Request) -> Response:
        return await _list(request, await administrator(request))

    async def post(self, request: Request) -> Response:
        me = await administrator(request)
        form = await read_form(request, NewSite)
        try:
            site = await request.state["sites"].add(Site(id=form.id, name=form.name, origins=lines(form.origins)), actor=me)
        except (Invalid, Conflict) as refused:
            return await _list(request, me, form, _problems(refused, "id"))
        return RedirectResponse(f"/admin/sites/{site.id}", 303)


class OneSite(HTTPEndpoint):
    """One site."""

    async def get(self, request: Request) -> Response:
        return await _page(request, await administrator(request))

    async def post(self, request: Request) -> Response:
        me = await administrator(request)
        form: Deed = await read_form(request, Deed)  # type: ignore[arg-type]
        try:
            await _do(request, me, form)
        except (Invalid, Conflict) as refused:
            return await _page(request, me, form, _problems(refused, "topic"))
        return RedirectResponse(request.url.path + ("#topics" if not isinstance(form, Properties) else "?saved=1"), 303)


class LogoForm(Form, frozen=True):
    """A picture that was uploaded; none: the logo goes."""

    files: str = ""


class SiteLogo(HTTPEndpoint):
    """The site's logo: replaced, or taken away."""

    async def post(self, request: Request) -> Response:
        me = await administrator(request)
        form, problems = await read_form_with_files(request, LogoForm)
        site = await request.state["sites"].get(request.path_params["site"])
        try:
            if problems:
                raise Invalid(problems)
            picture = await request.state["files"].give_to_house(read_chosen(form.files), actor=me)
        except Invalid as invalid:
            return await _page(request, me, None, invalid.problems)
        await request.state["sites"].change(site.id, logo=picture.id if picture else "", actor=me)
        return RedirectResponse(f"/admin/sites/{site.id}?saved=1", 303)


async def _do(request: Request, me: Agent, form: Deed) -> None:
    sites, site_id = request.state["sites"], request.path_params["site"]
    match form:
        case Properties():
            await sites.change(site_id, actor=me, **_wanted(form))
        case AddTopic():
            await sites.add_topic(site_id, form.topic, actor=me)
        case RenameTopic():
            await sites.rename_topic(int(form.id), form.topic, actor=me)
        case RemoveTopic():
            await sites.remove_topic(int(form.id), actor=me)


def _wanted(form: Properties) -> dict[str, Any]:
    """The fields of a site as the form wants them. Raises `Invalid` for hours that cannot be read."""
    rows = zip(form.contact_label, form.contact_value, form.contact_hours, strict=False)
    return {
        **{name: getattr(form, name) for name in PLAIN},
        "origins": lines(form.origins),
        "convert": form.convert or None,
        "hours": parse_hours(form.hours.replace("\n", ";"), form.zone),
        "contacts": tuple(Contact(label=label, value=value, hours=hours) for label, value, hours in rows if label or value),
    }


def _problems(refused: Invalid | Conflict, field: str) -> dict[str, str]:
    """What is wrong, by field; a name that is taken belongs to `field`."""
    return refused.problems if isinstance(refused, Invalid) else {field: str(refused)}


async def _list(request: Request, me: Agent, form: NewSite | None = None, problems: dict[str, str] | None = None) -> Response:
    return request.state["templates"].page(
        "admin/sites.html",
        422 if problems else 200,
        me=me,
        sites=await request.state["sites"].all(),
        form=form or NewSite(id="", name="", origins=""),
        problems=problems or {},
    )


async def _page(request: Request, me: Agent, form: Deed | None = None, problems: dict[str, str] | None = None) -> Response:
    site = await request.state["sites"].get(request.path_params["site"])
    return request.state["templates"].page(
        "admin/site.html",
        422 if problems else 200,
        me=me,
        site=site,
        fields=_typed(form) if isinstance(form, Properties) else _fields(site),
        new_topic=form.topic if isinstance(form, AddTopic) else "",
        ink=ink_on(site.accent),
        contrast=round(contrast(site.accent, ink_on(site.accent)), 1),
        embed=request.state["config"].embed_line(site.id),
        saved="saved" in request.query_params and not problems,
        problems=problems or {},
    )


def _fields(site: Site) -> dict[str, Any]:
    """What the form shows of a site."""
    return {
        **{name: getattr(site, name) for name in PLAIN},
        "origins": "\n".join(site.origins),
        "convert": site.convert or "",
        "hours": written_hours(site.hours).replace(";\n", "\n"),
        "zone": site.hours.zone,
        "contacts": [(one.label, one.value, one.hours) for one in site.contacts],
    }


def _typed(form: Properties) -> dict[str, Any]:
    """What was typed, after a refusal: nothing of it is lost."""
    fields: dict[str, Any] = msgspec.to_builtins(form)
    fields["contacts"] = list(zip(form.contact_label, form.contact_value, form.contact_hours, strict=False))
    return fields
