"""/account/tokens: an agent's tokens for programs; made here, shown once, revoked here."""

from __future__ import annotations

from typing import Annotated, get_args

from msgspec import Meta
from starlette.endpoints import HTTPEndpoint
from starlette.responses import RedirectResponse, Response

from livesupport.accounts.tokens import may
from livesupport.errors import Invalid
from livesupport.http.auth import signed_in
from livesupport.http.forms import Form, RowId, read_form
from livesupport.http.state import Request
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Scope

Ticked = Annotated[str, Meta(max_length=2)]  # what a ticked box sends


class Create(Form, frozen=True, tag_field="action", tag="create"):
    """A token to be made; `days` 0: good until it is revoked."""

    name: str
    days: RowId
    tickets_read: Ticked = ""
    tickets_write: Ticked = ""
    admin_read: Ticked = ""
    admin_write: Ticked = ""

    @property
    def scopes(self) -> list[Scope]:
        """The scopes whose boxes are ticked."""
        return [scope for scope in get_args(Scope) if getattr(self, scope.replace(":", "_"))]


class Revoke(Form, frozen=True, tag_field="action", tag="revoke"):
    """A token to be ended."""

    id: RowId


class Tokens(HTTPEndpoint):
    """Shows the tokens of whoever is signed in; makes and revokes them."""

    async def get(self, request: Request) -> Response:
        return await _page(request, await signed_in(request))

    async def post(self, request: Request) -> Response:
        me = await signed_in(request)
        form: Create | Revoke = await read_form(request, Create | Revoke)  # type: ignore[arg-type]
        if isinstance(form, Revoke):
            await request.state["tokens"].revoke(me, int(form.id))
            return RedirectResponse("/account/tokens", 303)
        try:
            secret, _token = await request.state["tokens"].create(me, form.name, form.scopes, int(form.days) or None)
        except Invalid as invalid:
            return await _page(request, me, form, 422, problems=invalid.problems)
        return await _page(request, me, secret=secret)


async def _page(
    request: Request,
    me: Agent,
    form: Create | None = None,
    status: int = 200,
    *,
    secret: str = "",
    problems: dict[str, str] | None = None,
) -> Response:
    return request.state["templates"].page(
        "tokens.html",
        status,
        me=me,
        tokens=await request.state["tokens"].of(me),
        scopes={scope: words for scope, words in scope_words().items() if may(me, scope)},
        chosen=form.scopes if form else ["tickets:read"],
        days=form.days if form else "90",
        purpose=form.name if form else "",
        secret=secret,
        problems=problems or {},
    )


def scope_words() -> dict[Scope, str]:
    """What each scope allows, in words."""
    return {
        "tickets:read": _("Read tickets"),
        "tickets:write": _("Answer and change tickets"),
        "admin:read": _("Read the settings of sites and people"),
        "admin:write": _("Change sites and people"),
    }
