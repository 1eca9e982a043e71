"""/account: one's own sessions and password. /unlock: back into a session that was locked after a while of silence."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from msgspec import Meta
from starlette.endpoints import HTTPEndpoint
from starlette.responses import RedirectResponse, Response

from livesupport.errors import Invalid, NotAllowed, TooOften
from livesupport.http.auth import counted, own_path, secret_of, session_of
from livesupport.http.errors import SignedOut, come_back, status_of
from livesupport.http.forms import Form, read_form, read_query
from livesupport.http.state import Request
from livesupport.i18n import gettext as _
from livesupport.model import Session


class EndSession(Form, frozen=True, tag_field="action", tag="end_session"):
    """A session to be ended, by its id."""

    id: Annotated[str, Meta(max_length=128)]


class ChangePassword(Form, frozen=True, tag_field="action", tag="password"):
    """The former password, and the new one."""

    former: str
    password: str


class Lock(Form, frozen=True, tag_field="action", tag="lock"):
    """This session waits for its password from now on. `next`: the page to come back to."""

    next: str = ""


class Unlocking(Form, frozen=True):
    """The password of a locked session."""

    password: str
    next: str = ""


class Next(Form, frozen=True):
    """The page to go on with."""

    next: str = ""
    lang: str = ""


class Account(HTTPEndpoint):
    """Shows and changes what is one's own."""

    async def get(self, request: Request) -> Response:
        return await _page(request, await _session(request))

    async def post(self, request: Request) -> Response:
        session = await _session(request)
        form: EndSession | ChangePassword | Lock = await read_form(request, EndSession | ChangePassword | Lock)  # type: ignore[arg-type]
        accounts = request.state["accounts"]
        match form:
            case EndSession():
                await accounts.end_session(session.agent, form.id)
                return RedirectResponse("/account", 303)
            case Lock():
                await accounts.lock(session)
                return RedirectResponse("/unlock?" + urlencode({"next": own_path(form.next)}), 303)
            case ChangePassword():
                return await _change_password(request, session, form)


class Unlock(HTTPEndpoint):
    """Asks for the password of a locked session; nothing else of it can be used until then."""

    async def get(self, request: Request) -> Response:
        path = own_path(read_query(request, Next).next)
        session = await _locked(request)
        return _unlock_page(request, session, path) if session else RedirectResponse(path, 303)

    async def post(self, request: Request) -> Response:
        form = await read_form(request, Unlocking)
        path = own_path(form.next)
        session = await _locked(request)
        if session is None:
            return RedirectResponse(path, 303)
        try:
            async with counted(request, session):
                await request.state["accounts"].unlock(session, form.password)
        except TooOften as refused:
            return _unlock_page(request, session, path, refused.problems["former"], 429, come_back(refused))
        except NotAllowed:
            return _unlock_page(request, session, path, _("That is not your password."), 401)
        return RedirectResponse(path, 303)


async def _session(request: Request) -> Session:
    session = await session_of(request)
    if session is None:
        raise SignedOut
    return session


async def _locked(request: Request) -> Session | None:
    secret = secret_of(request)
    return await request.state["accounts"].locked(secret) if secret else None


async def _change_password(request: Request, session: Session, form: ChangePassword) -> Response:
    try:
        async with counted(request, session):
            await request.state["accounts"].change_password(session.agent, form.former, form.password)
    except NotAllowed:
        return await _page(request, session, Invalid({"former": _("That is not your password.")}))
    except Invalid as invalid:
        return await _page(request, session, invalid)
    return RedirectResponse("/login", 303)


async def _page(request: Request, session: Session, refused: Invalid | None = None) -> Response:
    return request.state["templates"].page(
        "account.html",
        status_of(refused) if refused else 200,
        headers=come_back(refused) if refused else None,
        me=session.agent,
        session=session,
        sessions=await request.state["accounts"].sessions_of(session.agent),
        problems=refused.problems if refused else {},
    )


def _unlock_page(
    request: Request, session: Session, path: str, problem: str = "", status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    templates = request.state["templates"]
    return templates.page("unlock.html", status, headers=headers, person=session.agent, next=path, problem=problem)
