"""/login and /logout: in with a name and a password, out with one click."""

from __future__ import annotations

import math
from typing import Annotated

from msgspec import Meta
from starlette.endpoints import HTTPEndpoint
from starlette.responses import RedirectResponse, Response

from livesupport.errors import NotAllowed
from livesupport.http.attempts import too_many_words
from livesupport.http.auth import begin_session, end_session, own_path, session_of
from livesupport.http.devices import device_words
from livesupport.http.forms import Form, read_form
from livesupport.http.known_devices import device_of
from livesupport.http.state import Request
from livesupport.i18n import gettext as _
from livesupport.live import Parting, Serving


class SignIn(Form, frozen=True):
    """The fields of the sign-in form."""

    login: str
    password: str
    next: str = ""


class Login(HTTPEndpoint):
    """Shows the form; looks at the password. Unknown name and wrong password look the same and take as long."""

    async def get(self, request: Request) -> Response:
        if await session_of(request):
            return RedirectResponse("/console", 303)
        if not await request.state["accounts"].agents():
            return _form(request, 200, problem=_("Nobody has an account yet. Open the one-time link that the server printed."))
        return _form(request, 200)

    async def post(self, request: Request) -> Response:
        form = await read_form(request, SignIn)
        address = request.client.host if request.client else ""
        attempts, device = request.state["attempts"], device_of(request, form.login)
        if wait := attempts.begin(form.login, address, device):
            return _come_back_later(request, form, math.ceil(wait))
        try:
            secret, _session = await request.state["accounts"].sign_in(form.login, form.password, _device(request))
        except NotAllowed:
            return _form(request, 401, form, problem=_("That name and password do not belong together."))
        attempts.succeeded(form.login, address, device)
        response = RedirectResponse(own_path(form.next), 303)
        await begin_session(request, response, secret, form.login)
        return response


class SignOut(Form, frozen=True):
    """What becomes of open chats: `requeue`, `end`, or the id of a colleague. Empty: not said yet."""

    chats: Annotated[str, Meta(max_length=20)] = ""


class Logout(HTTPEndpoint):
    """Ends the session on the server, and with it its sockets. Nobody leaves a visitor alone: with open chats it
    asks first what becomes of them."""

    async def post(self, request: Request) -> Response:
        session, desk = await session_of(request), request.state["desk"]
        if session and (serving := desk.parting(session.agent.id, session.id)).chats:
            parting = _parting((await read_form(request, SignOut)).chats, serving)
            if parting is None:
                return request.state["templates"].page("sign_out.html", 409, me=session.agent, serving=serving)
            desk.leave(session.agent.id, parting)
        response = RedirectResponse("/login", 303)
        await end_session(request, response)
        if session:
            desk.close_sessions((session.id,))
        return response


def _parting(wish: str, serving: Serving) -> Parting | None:
    """What the agent has chosen; None: nothing, or a colleague who cannot take a chat now."""
    choices: dict[str, Parting] = {"requeue": "requeue", "end": "end"}
    choices |= {str(colleague.id): colleague.id for colleague in serving.colleagues}
    return choices.get(wish)


def _device(request: Request) -> str:
    return device_words(request.headers.get("user-agent", ""))


def _form(request: Request, status: int, form: SignIn | None = None, problem: str = "", **headers: str) -> Response:
    typed = form or SignIn(login="", password="")
    return request.state["templates"].page(
        "login.html", status, headers=headers, login=typed.login, next=typed.next, problem=problem
    )


def _come_back_later(request: Request, form: SignIn, seconds: int) -> Response:
    return _form(request, 429, form, too_many_words(seconds), **{"Retry-After": str(seconds)})
