"""What is done from the inbox: one thing to many tickets, and taking it back; views and columns that people keep."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from livesupport.errors import Invalid
from livesupport.http.auth import own_path, signed_in
from livesupport.http.forms import Form, RowId, read_form
from livesupport.http.inbox_query import READY, Query, fields
from livesupport.http.state import Request
from livesupport.i18n import ngettext
from livesupport.model import Agent
from livesupport.tickets.requests import TicketChange

Number = Annotated[str, Meta(pattern=r"\A[1-9][0-9]{0,14}-[0-9]\Z")]
Address = Annotated[str, Meta(max_length=2000)]


# ── Many at once ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Many(Form, frozen=True):
    """What to do with the chosen tickets. `do` names the field and its new value, as the button says it."""

    do: Annotated[
        str,
        Meta(
            pattern=r"\A(assign:(me|0|[1-9][0-9]{0,8})|status:(open|pending|on_hold|solved|spam)"
            r"|priority:(low|normal|high|urgent)|topic:(0|[1-9][0-9]{0,8})|tag)\Z"
        ),
    ]
    tickets: tuple[Number, ...] = ()
    tag: Annotated[str, Meta(max_length=200)] = ""
    back: Address = "/inbox"


class Undo(Form, frozen=True):
    """Takes the last bulk action back."""

    undo: Annotated[str, Meta(max_length=100)]


class BulkActions(HTTPEndpoint):
    """POST: does one thing to many tickets. A script is told what was done and how to undo it; a form leads to the list."""

    async def post(self, request: Request) -> Response:
        me = await signed_in(request)
        form = await read_form(request, Many)
        try:
            done = await request.state["bulk"].change(
                form.tickets, _change(form.do, me), actor=me, tag=(form.tag or "#") if form.do == "tag" else ""
            )
        except Invalid as invalid:
            return _json({"problem": next(iter(invalid.problems.values()))}, 422)
        if "application/json" not in request.headers.get("accept", ""):
            return RedirectResponse(own_path(form.back, "/inbox"), 303)
        return _json({"undo": done.undo, "words": _told(len(done.changed), len(done.refused)), "changed": done.changed})


def _change(do: str, me: Agent) -> TicketChange:
    what, _colon, value = do.partition(":")
    match what:
        case "assign":
            return TicketChange(assignee=me.id if value == "me" else int(value) or None)
        case "topic":
            return TicketChange(topic=int(value) or None)
        case "status" | "priority":
            return msgspec.convert({what: value}, TicketChange)
        case _:
            return TicketChange()


def _told(changed: int, refused: int) -> str:
    words = ngettext("{count} ticket changed.", "{count} tickets changed.", changed).format(count=changed)
    if refused:
        more = ngettext("{count} could not be changed so.", "{count} could not be changed so.", refused)
        words = f"{words} {more.format(count=refused)}" if changed else more.format(count=refused)
    return words


class UndoBulk(HTTPEndpoint):
    """POST: takes a bulk action back, as far as nobody has changed the tickets since."""

    async def post(self, request: Request) -> Response:
        me = await signed_in(request)
        form = await read_form(request, Undo)
        undone = await request.state["bulk"].undo(form.undo, actor=me)
        count = len(undone.restored)
        words = ngettext("{count} ticket is as it was.", "{count} tickets are as they were.", count).format(count=count)
        if undone.kept:
            more = ngettext("{count} was changed since and stays.", "{count} were changed since and stay.", len(undone.kept))
            words += " " + more.format(count=len(undone.kept))
        return _json({"words": words})


def _json(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


# ── Views and columns ────────────────────────────────────────────────────────────────────────────────────────────────


class Save(Form, frozen=True, tag_field="action", tag="save"):
    """Keeps the list as it is shown under a name; `query` is the rest of its address."""

    name: str
    back: Address
    shared: Literal["", "on"] = ""


class Rename(Form, frozen=True, tag_field="action", tag="rename"):
    """Gives a view another name."""

    view: RowId
    name: str
    back: Address


class Replace(Form, frozen=True, tag_field="action", tag="replace"):
    """Lets a view show what is shown now."""

    view: RowId
    back: Address


class Delete(Form, frozen=True, tag_field="action", tag="delete"):
    """Removes a view. `back` comes from the form that it shares with `Replace`."""

    view: RowId
    back: Address = ""


ViewForm = Save | Rename | Replace | Delete


class SavedViews(HTTPEndpoint):
    """POST: saves, renames, changes and deletes views, and goes on to the view."""

    async def post(self, request: Request) -> Response:
        me = await signed_in(request)
        form: ViewForm = await read_form(request, ViewForm)  # type: ignore[arg-type]
        views = request.state["views"]
        match form:
            case Save():
                view = await views.save(form.name, _shown(form.back), shared=bool(form.shared), actor=me)
                return RedirectResponse(f"/inbox?view={view}", 303)
            case Rename():
                await views.rename(int(form.view), form.name, actor=me)
                return RedirectResponse(own_path(form.back, "/inbox"), 303)
            case Replace():
                await views.replace(int(form.view), _shown(form.back), actor=me)
                return RedirectResponse(f"/inbox?view={form.view}", 303)
            case Delete():
                await views.delete(int(form.view), actor=me)
                return RedirectResponse("/inbox", 303)


def _shown(address: str) -> dict[str, str]:
    """What an address of the inbox says of the tickets; a view that stands ready is spelt out. Raises `HTTPException` 422."""
    try:
        query = msgspec.convert(dict(parse_qsl(address.partition("?")[2], strict_parsing=False)), Query)
    except msgspec.ValidationError:
        raise HTTPException(422) from None
    return fields(query) or READY.get(query.view, {})


class Columns(Form, frozen=True):
    """Which columns the agent likes to see."""

    columns: tuple[str, ...] = ()
    back: Address = "/inbox"


class ColumnsChosen(HTTPEndpoint):
    """POST: remembers the columns, and goes back to the list."""

    async def post(self, request: Request) -> Response:
        me = await signed_in(request)
        form = await read_form(request, Columns)
        await request.state["views"].set_columns(form.columns, actor=me)
        return RedirectResponse(own_path(form.back, "/inbox"), 303)
