"""/requests/sign-in and /requests/code: somebody who asks proves an address with a code, and is signed in in this browser.

What these pages answer does not depend on whether the address was known: a code is mailed to each.
"""

from __future__ import annotations

import math

from starlette.endpoints import HTTPEndpoint
from starlette.responses import RedirectResponse, Response

from livesupport import i18n
from livesupport.accounts.requesters import CODE_LASTS, MailedEnough
from livesupport.emails import folded_email
from livesupport.errors import Invalid, NotAllowed, NotFound
from livesupport.http.auth import own_path
from livesupport.http.forms import Form, read_form, read_query
from livesupport.http.public import address, public_page, speaking
from livesupport.http.requester import (
    attempt_secret,
    begin_requester_session,
    end_requester_session,
    forget_attempt,
    keep_attempt,
    requester_of,
    site_of,
)
from livesupport.http.state import Request
from livesupport.i18n import gettext as _
from livesupport.i18n import ngettext
from livesupport.model import Site

HOME = "/requests"


class Where(Form, frozen=True):
    """The query of the page: which site, and where to go afterwards."""

    site: str = ""
    next: str = ""
    lang: str = ""


class Ask(Form, frozen=True):
    """The form that asks for a code."""

    email: str
    next: str = ""


class Code(Form, frozen=True):
    """The form that takes the code."""

    code: str
    next: str = ""


class SignIn(HTTPEndpoint):
    """Asks for the address; has a code mailed to it."""

    async def get(self, request: Request) -> Response:
        query = read_query(request, Where)
        site = await site_of(request, query.site)
        with speaking(request, site):
            if await requester_of(request):
                return RedirectResponse(own_path(query.next, HOME), 303)
            return sign_in_page(request, site, query.next)

    async def post(self, request: Request) -> Response:
        query, form = read_query(request, Where), await read_form(request, Ask)
        site = await site_of(request, query.site)
        with speaking(request, site):
            host = request.client.host if request.client else ""
            if wait := request.state["code_attempts"].begin(folded_email(form.email), host):
                return _come_back_later(request, site, form, wait)
            try:
                secret = await request.state["requesters"].ask_code(site.id, form.email, i18n.current())
            except Invalid as invalid:
                return sign_in_page(request, site, form.next, 422, email=form.email, problems=invalid.problems)
            except MailedEnough as enough:
                return _come_back_later(request, site, form, enough.seconds)
            response = RedirectResponse(address(request, "/requests/code", next=form.next), 303)
            keep_attempt(request, response, secret)
            return response


class EnterCode(HTTPEndpoint):
    """Takes the code, in the browser that has asked for it."""

    async def get(self, request: Request) -> Response:
        query = read_query(request, Where)
        attempt = await request.state["requesters"].attempt(attempt_secret(request))
        if attempt is None:
            return RedirectResponse(address(request, "/requests/sign-in", next=query.next), 303)
        site = await site_of(request, attempt[0])
        with speaking(request, site):
            return _code_page(request, site, attempt[1], query.next)

    async def post(self, request: Request) -> Response:
        form = await read_form(request, Code)
        requesters, secret = request.state["requesters"], attempt_secret(request)
        attempt = await requesters.attempt(secret)
        site = await site_of(request, attempt[0] if attempt else "")
        with speaking(request, site):
            try:
                session = await requesters.enter_code(secret, form.code)
            except NotAllowed:
                return await self._again(request, site, form.next)
            except NotFound:
                return _over(request, site, form.next)
            response = RedirectResponse(own_path(form.next, HOME), 303)
            forget_attempt(request, response)
            await begin_requester_session(request, response, session)
            return response

    async def _again(self, request: Request, site: Site, following: str) -> Response:
        """After a wrong code: once more, if there is a try left."""
        attempt = await request.state["requesters"].attempt(attempt_secret(request))
        if attempt is None:
            return _over(request, site, following)
        problem = _("That is not the code. Compare it with the newest e-mail from us.")
        return _code_page(request, site, attempt[1], following, 401, problem=problem)


class SignOut(HTTPEndpoint):
    """Ends the session on the server; its sockets follow within two seconds."""

    async def post(self, request: Request) -> Response:
        person = await requester_of(request)
        response: Response = RedirectResponse(address(request, HOME, site=person.site if person else ""), 303)
        if request.headers.get("accept") == "application/json":  # the panel's
            response = Response(status_code=204)
        await end_requester_session(request, response)
        return response


def sign_in_page(
    request: Request,
    site: Site,
    following: str,
    status: int = 200,
    *,
    email: str = "",
    problem: str = "",
    problems: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """The form that asks for an address. `following`: where to go once signed in. Call it inside `speaking`."""
    context = {"next": following, "email": email, "problem": problem, "problems": problems or {}}
    response = public_page(request, site, "sign_in.html", status, minutes=_minutes(), **context)
    response.headers.update(headers or {})
    return response


def _code_page(request: Request, site: Site, email: str, following: str, status: int = 200, problem: str = "") -> Response:
    context = {"email": email, "next": following, "problem": problem, "minutes": _minutes()}
    return public_page(request, site, "sign_in_code.html", status, **context)


def _over(request: Request, site: Site, following: str) -> Response:
    return sign_in_page(request, site, following, 401, problem=_("That code is no longer valid. Ask for a new one."))


def _come_back_later(request: Request, site: Site, form: Ask, seconds: float) -> Response:
    minutes = math.ceil(seconds / 60)
    words = ngettext(
        "We have sent several mails to this address, or to your network. Look for the newest, or try again in {count} minute.",
        "We have sent several mails to this address, or to your network. Look for the newest, or try again in {count} minutes.",
        minutes,
    ).format(count=minutes)
    later = {"Retry-After": str(math.ceil(seconds))}
    return sign_in_page(request, site, form.next, 429, email=form.email, problem=words, headers=later)


def _minutes() -> int:
    return int(CODE_LASTS.total_seconds() // 60)
