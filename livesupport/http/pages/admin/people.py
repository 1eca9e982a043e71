"""/admin/people: who answers, supervises and administers."""

from __future__ import annotations

import secrets
from typing import Annotated, Any
from urllib.parse import quote

from msgspec import Meta
from starlette.endpoints import HTTPEndpoint
from starlette.responses import RedirectResponse, Response

from livesupport.accounts.requests import MOST_CAPACITY
from livesupport.errors import Conflict, Invalid
from livesupport.http.forms import Form, RowId, read_form
from livesupport.http.pages.admin.common import administrator
from livesupport.http.pages.tokens import scope_words
from livesupport.http.state import Request
from livesupport.model import Agent, Role

PASSWORD_BYTES = 12  # of a password that we make up: 96 bits


def new_password() -> str:
    """A password that we make up, for somebody to hand over."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


Capacity = Annotated[str, Meta(pattern=r"\A[0-9]{0,3}\Z")]


class NewPerson(Form, frozen=True):
    """A person to be added; the password is made up and shown once."""

    login: str
    name: str
    role: Role
    capacity: Capacity = ""
    languages: str = ""
    topics: tuple[RowId, ...] = ()


class Properties(Form, frozen=True, tag_field="action", tag="properties"):
    """What a person is."""

    name: str
    role: Role
    capacity: Capacity = ""
    languages: str = ""
    topics: tuple[RowId, ...] = ()


class Disable(Form, frozen=True, tag_field="action", tag="disable"):
    """The person may not sign in any more."""


class Enable(Form, frozen=True, tag_field="action", tag="enable"):
    """The person may sign in again."""


class RevokeToken(Form, frozen=True, tag_field="action", tag="revoke"):
    """One of the person's tokens is worth nothing any more."""

    id: RowId


class NewPassword(Form, frozen=True, tag_field="action", tag="password"):
    """The person gets a new password, made up and shown once."""


Deed = Properties | Disable | Enable | RevokeToken | NewPassword


class People(HTTPEndpoint):
    """Everybody, and the form for one more."""

    async def get(self, request: Request) -> Response:
        return await _list(request, await administrator(request))

    async def post(self, request: Request) -> Response:
        me = await administrator(request)
        form = await read_form(request, NewPerson)
        password = new_password()
        try:
            made = await request.state["accounts"].create_agent(login=form.login, password=password, actor=me, **_wanted(form))
        except (Invalid, Conflict) as refused:
            return await _list(request, me, form, refused.problems if isinstance(refused, Invalid) else {"login": str(refused)})
        return await _list(request, me, made=made, password=password)


class Person(HTTPEndpoint):
    """One person."""

    async def get(self, request: Request) -> Response:
        return await _page(request, await administrator(request))

    async def post(self, request: Request) -> Response:
        me = await administrator(request)
        form: Deed = await read_form(request, Deed)  # type: ignore[arg-type]
        accounts, login = request.state["accounts"], request.path_params["login"]
        try:
            match form:
                case Properties():
                    _changed, left = await accounts.change_agent(login, actor=me, **_wanted(form))
                    if left:
                        return await _page(request, me, left=left)
                case Disable():
                    return await _page(request, me, left=await accounts.disable_agent(login, actor=me))
                case Enable():
                    await accounts.enable_agent(login, actor=me)
                case RevokeToken():
                    await request.state["tokens"].revoke(await accounts.agent(login), int(form.id), actor=me)
                    return RedirectResponse(f"/admin/people/{quote(login)}#tokens", 303)
                case NewPassword():
                    password = new_password()
                    await accounts.set_password(login, password, actor=me)
                    return await _page(request, me, password=password)
        except Invalid as invalid:
            return await _page(request, me, form, invalid.problems)
        except Conflict as conflict:
            return await _page(request, me, form, {"role": str(conflict)})
        return RedirectResponse("/admin/people", 303)


def _wanted(form: NewPerson | Properties) -> dict[str, Any]:
    """The fields of a person as the form wants them."""
    return {
        "name": form.name,
        "role": form.role,
        "capacity": int(form.capacity) if form.capacity else None,
        "languages": form.languages.replace(",", " ").split(),
        "topics": frozenset(map(int, form.topics)),
    }


async def _list(
    request: Request,
    me: Agent,
    form: NewPerson | None = None,
    problems: dict[str, str] | None = None,
    *,
    made: Agent | None = None,
    password: str = "",
) -> Response:
    sites = await request.state["sites"].all()
    return request.state["templates"].page(
        "admin/people.html",
        422 if problems else 200,
        me=me,
        people=await request.state["accounts"].agents(disabled=True),
        topics={topic.id: topic.name for site in sites for topic in site.topics},
        sites=sites,
        form=form or NewPerson(login="", name="", role="agent"),
        most_capacity=MOST_CAPACITY,
        made=made,
        password=password,
        problems=problems or {},
    )


async def _page(
    request: Request,
    me: Agent,
    form: Deed | None = None,
    problems: dict[str, str] | None = None,
    *,
    left: list[str] | None = None,
    password: str = "",
) -> Response:
    person = await request.state["accounts"].agent(request.path_params["login"])
    return request.state["templates"].page(
        "admin/person.html",
        422 if problems else 200,
        me=me,
        person=person,
        sites=await request.state["sites"].all(),
        form=form if isinstance(form, Properties) else _fields(person),
        most_capacity=MOST_CAPACITY,
        tokens=await request.state["tokens"].of(person, actor=me),
        scopes=scope_words(),
        freed=left,
        password=password,
        problems=problems or {},
    )


def _fields(person: Agent) -> Properties:
    return Properties(
        name=person.name,
        role=person.role,
        capacity="" if person.capacity is None else str(person.capacity),
        languages=", ".join(person.languages),
        topics=tuple(map(str, person.topics)),
    )
