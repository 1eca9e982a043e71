"""/admin/sites/<site>/promises: the times in which a site promises to answer and to solve (product.md 3.12)."""

from __future__ import annotations

from typing import Annotated, get_args

import msgspec
from msgspec import Meta
from starlette.endpoints import HTTPEndpoint
from starlette.responses import RedirectResponse, Response

from livesupport.errors import Invalid
from livesupport.http.forms import Form, read_form
from livesupport.http.pages.admin.common import administrator
from livesupport.http.state import Request
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Priority, Sla, Targets

PRIORITIES: tuple[Priority, ...] = ("urgent", "high", "normal", "low")
MOST = 1000.0  # hours or days

Numbers = tuple[Annotated[str, Meta(max_length=10)], ...]


class Promises(Form, frozen=True):
    """One number for each priority, the most urgent first."""

    first_reply_hours: Numbers
    next_reply_hours: Numbers
    resolution_days: Numbers
    enabled: Annotated[str, Meta(max_length=2)] = ""
    on_hold_pauses: Annotated[str, Meta(max_length=2)] = ""


class SitePromises(HTTPEndpoint):
    """Shows and changes them."""

    async def get(self, request: Request) -> Response:
        return await _page(request, await administrator(request))

    async def post(self, request: Request) -> Response:
        me = await administrator(request)
        form = await read_form(request, Promises)
        sites = request.state["sites"]
        try:
            site = await sites.change(request.path_params["site"], sla=_sla(form), actor=me)
        except Invalid as invalid:
            return await _page(request, me, form, invalid.problems)
        return RedirectResponse(f"/admin/sites/{site.id}/promises?saved=1", 303)


def _sla(form: Promises) -> Sla:
    columns = [form.first_reply_hours, form.next_reply_hours, form.resolution_days]
    if any(len(column) != len(PRIORITIES) for column in columns):
        raise Invalid({"targets": _("Fill in every time.")})
    rows = [[_number(text) for text in row] for row in zip(*columns, strict=True)]
    targets = dict(zip(PRIORITIES, (Targets(*row) for row in rows), strict=True))
    return Sla(enabled=bool(form.enabled), on_hold_pauses=bool(form.on_hold_pauses), targets=targets)


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = 0.0
    if not 0.01 <= number <= MOST:
        raise Invalid({"targets": _("Write hours and days as numbers from 0.01 to {most}.").format(most=int(MOST))})
    return number


async def _page(request: Request, me: Agent, form: Promises | None = None, problems: dict[str, str] | None = None) -> Response:
    site = await request.state["sites"].get(request.path_params["site"])
    assert set(PRIORITIES) == set(get_args(Priority))
    return request.state["templates"].page(
        "admin/promises.html",
        422 if problems else 200,
        me=me,
        site=site,
        rows=_typed(form) if form else _rows(site.sla),
        enabled=bool(form.enabled) if form else site.sla.enabled,
        on_hold_pauses=bool(form.on_hold_pauses) if form else site.sla.on_hold_pauses,
        saved="saved" in request.query_params and not problems,
        problems=problems or {},
    )


def _rows(sla: Sla) -> list[tuple[Priority, tuple[str, ...]]]:
    return [(one, tuple(f"{value:g}" for value in msgspec.structs.astuple(sla.targets[one]))) for one in PRIORITIES]


def _typed(form: Promises) -> list[tuple[Priority, tuple[str, ...]]]:
    columns = zip(form.first_reply_hours, form.next_reply_hours, form.resolution_days, strict=False)
    return list(zip(PRIORITIES, columns, strict=False))
