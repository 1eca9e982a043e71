"""Turns everything that can go wrong into words for a person, or into RFC 9457 problem JSON for a program.

Never a stack trace, never what was sent: a title, a sentence that says what to do, and the number to quote.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request as AnyRequest
from starlette.responses import RedirectResponse, Response

from livesupport import errors
from livesupport.http.templating import Templates
from livesupport.i18n import gettext as _


class Words(NamedTuple):
    """What a person is told."""

    title: str
    message: str


class SignedOut(HTTPException):
    """Nobody is signed in: a person is shown the sign-in page, a program is told 401."""

    def __init__(self) -> None:
        super().__init__(401)


def words(status: int) -> Words:
    """What an HTTP status means to the person who sees it."""
    match status:
        case 401:
            return Words(_("Please sign in"), _("Your session has ended or you have not signed in yet."))
        case 403:
            return Words(_("This is not allowed"), _("Nothing was changed. Go back, load the page again and repeat the step."))
        case 404:
            return Words(_("There is nothing here"), _("The address may be mistyped, or you may not have access to it."))
        case 405:
            return Words(_("This address works differently"), _("Go back and use the buttons of the page."))
        case 408:
            return Words(_("That took too long"), _("The connection was too slow. Nothing was changed; please try again."))
        case 409 | 412:
            return Words(_("Somebody was faster"), _("This was changed meanwhile. Load the page again and repeat the step."))
        case 413:
            return Words(_("That is too much at once"), _("Nothing was changed. Please send a shorter text, or smaller files."))
        case 421:
            return Words(_("This server has another address"), _("Open it under the address that its operator gave you."))
        case 429:
            return Words(_("Too many attempts"), _("Please wait a moment and try again."))
        case 500:
            return Words(_("Something went wrong here"), _("It is our fault, and it was noted. Please try again in a minute."))
        case 503:
            return Words(_("Not ready at the moment"), _("Nothing was changed. Please try again in a minute."))
        case 507:
            return Words(_("No room for files"), _("The server takes no files at the moment. Text without files can be sent."))
        case _:
            return Words(_("That cannot be read"), _("Nothing was changed. Go back, check what you entered and try again."))


def problem(
    request: AnyRequest[Any],
    status: int,
    *,
    message: str = "",
    problems: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to a request that failed, as a page or, for a program, as `application/problem+json`.

    `message` replaces the sentence that goes with the status; `problems` maps fields to what is wrong with them.
    """
    said = words(status)
    message = message or said.message
    if is_program(request):
        return _problem_json(request, status, message, problems or {}, headers)
    templates: Templates = request.state["templates"]
    return templates.page(
        "error.html",
        status,
        headers=headers,
        title=said.title,
        message=message,
        problems=list((problems or {}).values()),
        reference=request.scope.get("livesupport.request_id", ""),
    )


def is_program(request: AnyRequest[Any]) -> bool:
    """Whether a program asks, or a page's module that says so, or that shows a token: it is answered in JSON."""
    headers = request.headers
    return request.url.path.startswith("/api/") or headers.get("accept", "") == "application/json" or shows_token(request)


def shows_token(request: AnyRequest[Any]) -> bool:
    """Whether a bearer token is shown. Other schemes are a proxy's affair: browsers send them with everything."""
    return request.headers.get("authorization", "").lower().startswith("bearer ")


def _problem_json(
    request: AnyRequest[Any], status: int, detail: str, problems: Mapping[str, str], headers: Mapping[str, str] | None
) -> Response:
    kind = f"{request.state['config'].server.public_url}/api#error-{status}"
    body: dict[str, Any] = {"type": kind, "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if problems:
        body["errors"] = [{"pointer": f"#/{field}", "detail": text} for field, text in problems.items()]
    return Response(msgspec.json.encode(body), status, headers, "application/problem+json")


STATUS_OF: tuple[tuple[type[errors.ServiceError], int], ...] = (
    (errors.NotFound, 404),
    (errors.NotAllowed, 403),
    (errors.OutOfDate, 412),
    (errors.Conflict, 409),
    (errors.TooMuch, 413),
    (errors.Invalid, 422),
    (errors.NoRoom, 507),
    (errors.Unavailable, 503),
)


def status_of(error: Exception) -> int:
    """The HTTP status of what a service refused."""
    if isinstance(error, errors.Invalid) and error.seconds:
        return 429
    return next((status for kind, status in STATUS_OF if isinstance(error, kind)), 500)


def come_back(error: Exception) -> dict[str, str]:
    """The header that says when to try again, if that would help."""
    if isinstance(error, errors.Unavailable) and not isinstance(error, errors.NoRoom):
        return {"Retry-After": "10"}
    seconds = error.seconds if isinstance(error, errors.Invalid) else 0.0
    return {"Retry-After": str(math.ceil(seconds))} if seconds else {}


async def on_service_error(request: AnyRequest[Any], error: Exception) -> Response:
    """A service refused."""
    problems = error.problems if isinstance(error, errors.Invalid) else {}
    return problem(request, status_of(error), problems=problems, headers=come_back(error))


async def on_http_error(request: AnyRequest[Any], error: Exception) -> Response:
    """Starlette or a page refused; only our own sentences are shown, and those are given to `problem` directly."""
    assert isinstance(error, HTTPException)
    return problem(request, error.status_code, headers=error.headers)


async def on_signed_out(request: AnyRequest[Any], error: Exception) -> Response:
    """Asks for the password of a locked session; else shows the sign-in page in place of the one that was asked for, which
    follows after signing in."""
    if is_program(request):
        return problem(request, 401)
    if await _is_locked(request):
        return RedirectResponse("/unlock?" + urlencode({"next": _path(request) or request.url.path}), 303)
    templates: Templates = request.state["templates"]
    return templates.page("login.html", 401, next=_path(request), login="", problem=_("Please sign in to go on."))


async def _is_locked(request: AnyRequest[Any]) -> bool:
    secret = request.cookies.get(request.state["config"].session_cookie)
    return bool(secret) and await request.state["accounts"].locked(secret) is not None


def _path(request: AnyRequest[Any]) -> str:
    """Where to go after signing in: only to what could be asked for by following a link."""
    if request.method not in ("GET", "HEAD"):
        return ""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


EXCEPTION_HANDLERS = {
    errors.ServiceError: on_service_error,
    SignedOut: on_signed_out,
    HTTPException: on_http_error,
}
