"""/admin/replies: ready answers, which agents fetch by typing `/` and a shortcut."""

from __future__ import annotations

from starlette.endpoints import HTTPEndpoint
from starlette.responses import RedirectResponse, Response

from livesupport.errors import Conflict, Invalid
from livesupport.http.forms import Form, RowId, read_form
from livesupport.http.pages.admin.common import administrator
from livesupport.http.state import Request
from livesupport.model import Agent


class Save(Form, frozen=True, tag_field="action", tag="save"):
    """A ready answer; `id` 0: a new one."""

    id: RowId
    shortcut: str
    text: str


class Remove(Form, frozen=True, tag_field="action", tag="remove"):
    """A ready answer that goes."""

    id: RowId


class Replies(HTTPEndpoint):
    """All of them on one page, each in its form."""

    async def get(self, request: Request) -> Response:
        return await _page(request, await administrator(request))

    async def post(self, request: Request) -> Response:
        me = await administrator(request)
        form: Save | Remove = await read_form(request, Save | Remove)  # type: ignore[arg-type]
        sites = request.state["sites"]
        try:
            match form:
                case Save(id="0"):
                    await sites.add_canned(form.shortcut, form.text, actor=me)
                case Save():
                    await sites.change_canned(int(form.id), form.shortcut, form.text, actor=me)
                case Remove():
                    await sites.remove_canned(int(form.id), actor=me)
        except (Invalid, Conflict) as refused:
            problems = refused.problems if isinstance(refused, Invalid) else {"shortcut": str(refused)}
            return await _page(request, me, form, problems)
        return RedirectResponse("/admin/replies", 303)


async def _page(
    request: Request, me: Agent, form: Save | Remove | None = None, problems: dict[str, str] | None = None
) -> Response:
    return request.state["templates"].page(
        "admin/replies.html",
        422 if problems else 200,
        me=me,
        replies=await request.state["sites"].canned(),
        form=form if isinstance(form, Save) else Save(id="0", shortcut="", text=""),
        problems=problems or {},
    )
