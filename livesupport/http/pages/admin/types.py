"""/admin/types: the types of requests of a site, each with what is said before its form and what is asked in it."""

from __future__ import annotations

from typing import Annotated, get_args

import msgspec
from msgspec import Meta
from starlette.endpoints import HTTPEndpoint
from starlette.responses import RedirectResponse, Response

from livesupport.errors import Invalid
from livesupport.http.forms import Form, RowId, read_form, read_query, row_id
from livesupport.http.pages.admin.common import administrator, lines
from livesupport.http.state import Request
from livesupport.model import Agent, Field, FieldKind, RequestType

SPARE_ROWS = 2  # empty questions below the others, for those without JavaScript

Choice = Annotated[str, Meta(max_length=20_000)]


class Query(Form, frozen=True):
    """Which site's types."""

    site: str = "default"
    lang: str = ""


class Properties(Form, frozen=True, tag_field="action", tag="properties"):
    """A type. Its questions are rows: the n-th value of each `field_` list belongs to the n-th question."""

    name: str
    topic: RowId
    instructions: str
    retention_days: Annotated[str, Meta(pattern=r"\A[0-9]{0,5}\Z")]
    field_id: tuple[str, ...] = ()
    field_label: tuple[str, ...] = ()
    field_kind: tuple[FieldKind, ...] = ()
    field_required: tuple[str, ...] = ()  # "yes" or "no"
    field_hint: tuple[str, ...] = ()
    field_choices: tuple[Choice, ...] = ()


class Retire(Form, frozen=True, tag_field="action", tag="retire"):
    """The type is no longer offered."""


class Offer(Form, frozen=True, tag_field="action", tag="offer"):
    """The type is offered again."""


class Types(HTTPEndpoint):
    """The types of a site."""

    async def get(self, request: Request) -> Response:
        me = await administrator(request)
        query = read_query(request, Query)
        site = await request.state["sites"].get(query.site)
        return request.state["templates"].page(
            "admin/types.html",
            me=me,
            site=site,
            sites=await request.state["sites"].all(),
            types=await request.state["sites"].types(site.id, retired=True),
            topics={topic.id: topic.name for topic in site.topics},
        )


class NewType(HTTPEndpoint):
    """The form of a type to be added."""

    async def get(self, request: Request) -> Response:
        me = await administrator(request)
        site = await request.state["sites"].get(read_query(request, Query).site)
        return await _page(request, me, RequestType(id=0, site=site.id, name=""))

    async def post(self, request: Request) -> Response:
        me = await administrator(request)
        form = await read_form(request, Properties)
        site = await request.state["sites"].get(read_query(request, Query).site)
        wanted = _wanted(form, RequestType(id=0, site=site.id, name=""))
        try:
            await request.state["sites"].add_type(wanted, actor=me)
        except Invalid as invalid:
            return await _page(request, me, wanted, invalid.problems)
        return RedirectResponse(f"/admin/types?site={site.id}", 303)


class OneType(HTTPEndpoint):
    """One type: changed, retired, offered again."""

    async def get(self, request: Request) -> Response:
        me = await administrator(request)
        return await _page(request, me, await request.state["sites"].type(row_id(request.path_params["id"])))

    async def post(self, request: Request) -> Response:
        me = await administrator(request)
        sites = request.state["sites"]
        former = await sites.type(row_id(request.path_params["id"]))
        form: Properties | Retire | Offer = await read_form(request, Properties | Retire | Offer)  # type: ignore[arg-type]
        if isinstance(form, Properties):
            wanted = _wanted(form, former)
            try:
                await sites.change_type(wanted, actor=me)
            except Invalid as invalid:
                return await _page(request, me, wanted, invalid.problems)
        else:
            await sites.retire_type(former.id, retired=isinstance(form, Retire), actor=me)
        return RedirectResponse(f"/admin/types?site={former.site}", 303)


def _wanted(form: Properties, former: RequestType) -> RequestType:
    """The type as the form wants it; a question without words is none."""
    rows = zip(
        form.field_id, form.field_label, form.field_kind, form.field_required, form.field_hint, form.field_choices, strict=False
    )
    fields = tuple(
        Field(id=id_, label=label, kind=kind, required=required == "yes", hint=hint, choices=lines(choices))
        for id_, label, kind, required, hint, choices in rows
        if label.strip()
    )
    return msgspec.structs.replace(
        former,
        name=form.name,
        topic=int(form.topic) or None,
        instructions=form.instructions,
        retention_days=int(form.retention_days) if form.retention_days else None,
        fields=fields,
    )


async def _page(request: Request, me: Agent, value: RequestType, problems: dict[str, str] | None = None) -> Response:
    spare = tuple(Field(id="", label="", kind="text") for _row in range(SPARE_ROWS))
    return request.state["templates"].page(
        "admin/type.html",
        422 if problems else 200,
        me=me,
        site=await request.state["sites"].get(value.site),
        type=value,
        rows=value.fields + spare,
        kinds=get_args(FieldKind),
        problems=problems or {},
    )
