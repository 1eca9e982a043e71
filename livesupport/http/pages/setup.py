"""/setup: the first person, with the one-time link that the server printed, makes the administrator's account; then, step by
step, the site and its colour, the line to embed, the first colleague.

Without that link the page is closed, and says no more than that.
"""

from __future__ import annotations

from starlette.endpoints import HTTPEndpoint
from starlette.responses import RedirectResponse, Response

from livesupport.accounts.requests import SHORTEST_PASSWORD
from livesupport.errors import Conflict, Invalid, NotFound
from livesupport.http.auth import begin_session, session_of
from livesupport.http.errors import problem
from livesupport.http.forms import Form, read_form, read_query
from livesupport.http.pages.admin.common import administrator, lines
from livesupport.http.pages.admin.people import new_password
from livesupport.http.state import Request
from livesupport.i18n import gettext as _
from livesupport.model import Agent


class Link(Form, frozen=True):
    """The query of the printed link."""

    token: str = ""
    lang: str = ""


class NewAdministrator(Form, frozen=True):
    """The fields of the form."""

    token: str
    name: str
    login: str
    password: str


class NewSite(Form, frozen=True):
    """The first site: what visitors see, and where it is shown (one origin on each line)."""

    name: str
    accent: str
    greeting: str
    origins: str


class Colleague(Form, frozen=True):
    """The first colleague: an agent, by the name that visitors see."""

    login: str
    colleague: str


class Setup(HTTPEndpoint):
    """Before: the form. After: the steps, for an administrator."""

    async def get(self, request: Request) -> Response:
        link = read_query(request, Link)
        if link.token and await request.state["accounts"].setup_open(link.token):
            return _form(request, NewAdministrator(token=link.token, name="", login="", password=""))
        session = await session_of(request)
        if session is None or session.agent.role != "administrator":
            return _closed(request)
        return await _steps(request, session.agent)

    async def post(self, request: Request) -> Response:
        form = await read_form(request, NewAdministrator)
        accounts = request.state["accounts"]
        if not await accounts.setup_open(form.token):
            return _closed(request)
        try:
            await accounts.finish_setup(form.token, login=form.login, name=form.name, password=form.password)
        except NotFound:
            return _closed(request)
        except Invalid as invalid:
            return _form(request, form, invalid.problems, 422)
        except Conflict as conflict:  # somebody who was added on the command line has this login
            return _form(request, form, {"login": str(conflict)}, 422)
        secret, _session = await accounts.sign_in(form.login, form.password)
        response = RedirectResponse("/setup", 303)
        await begin_session(request, response, secret, form.login)
        return response


class SetupSite(HTTPEndpoint):
    """The first step after the account: the site."""

    async def post(self, request: Request) -> Response:
        me = await administrator(request)
        form = await read_form(request, NewSite)
        wanted = {"name": form.name, "accent": form.accent, "greeting": form.greeting, "origins": lines(form.origins)}
        try:
            await request.state["sites"].change("default", actor=me, **wanted)
        except Invalid as invalid:
            return await _steps(request, me, site_form=form, problems=invalid.problems)
        return RedirectResponse("/setup#embed-step", 303)


class SetupPerson(HTTPEndpoint):
    """The step after the site: the first colleague, whose password is made up and shown once."""

    async def post(self, request: Request) -> Response:
        me = await administrator(request)
        form = await read_form(request, Colleague)
        password = new_password()
        try:
            made = await request.state["accounts"].create_agent(
                login=form.login, name=form.colleague, password=password, actor=me
            )
        except Invalid as invalid:
            problems = {"colleague" if field == "name" else field: words for field, words in invalid.problems.items()}
            return await _steps(request, me, person_form=form, problems=problems)
        except Conflict as conflict:
            return await _steps(request, me, person_form=form, problems={"login": str(conflict)})
        return await _steps(request, me, made=made, password=password)


async def _steps(
    request: Request,
    me: Agent,
    *,
    site_form: NewSite | None = None,
    person_form: Colleague | None = None,
    made: Agent | None = None,
    password: str = "",
    problems: dict[str, str] | None = None,
) -> Response:
    site = await request.state["sites"].get("default")
    shown = NewSite(name=site.name, accent=site.accent, greeting=site.greeting, origins="\n".join(site.origins))
    return request.state["templates"].page(
        "setup_done.html",
        422 if problems else 200,
        me=me,
        embed=request.state["config"].embed_line("default"),
        form=site_form or shown,
        person=person_form or Colleague(login="", colleague=""),
        people=len(await request.state["accounts"].agents()) - 1,
        made=made,
        password=password,
        problems=problems or {},
    )


def _form(request: Request, form: NewAdministrator, problems: dict[str, str] | None = None, status: int = 200) -> Response:
    return request.state["templates"].page(
        "setup.html", status, form=form, problems=problems or {}, shortest_password=SHORTEST_PASSWORD
    )


def _closed(request: Request) -> Response:
    message = _("This page opens only with the one-time link that the server prints when it starts, and only until it is used.")
    return problem(request, 404, message=message)
