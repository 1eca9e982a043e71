"""Who asks: the session of a person, in a cookie of its own or shown by the panel, and the keys to single requests.

The panel stands in another site's frame, where browsers keep our cookies from it: it holds the secret of its session in
memory and shows it as `Authorization: Bearer`. A key from a mail is exchanged into a cookie for that one request, so that it
stays in no address.
"""

from __future__ import annotations

from starlette.responses import Response

from livesupport.accounts.requesters import CODE_LASTS, PROVED_LASTS
from livesupport.http.state import Request
from livesupport.model import Requester, RequesterSession, Site
from livesupport.signing import RequestLinks
from livesupport.tickets.mine import Asker

MOST_KEYS = 10  # requests that one browser holds keys to; the one opened first goes first

_BEARER = "bearer "


def requester_secret(request: Request) -> str:
    """The secret of a session that the request shows, whether it is still worth something or not; empty: none."""
    shown = request.headers.get("authorization", "")
    if shown[: len(_BEARER)].lower() == _BEARER:
        return shown[len(_BEARER) :].strip()
    return request.cookies.get(request.state["config"].requester_cookie, "")


async def requester_session(request: Request) -> RequesterSession | None:
    """The session of the person who asks, if they are signed in."""
    secret = requester_secret(request)
    return await request.state["requesters"].session(secret) if secret else None


async def requester_of(request: Request) -> Requester | None:
    """The person who asks, if they are signed in."""
    session = await requester_session(request)
    return session.requester if session else None


async def site_of(request: Request, site_id: str) -> Site:
    """The site of a page for people who ask; where none is named, the one called `default`, or else the first.

    Raises `NotFound`.
    """
    sites = request.state["sites"]
    if site_id:
        return await sites.get(site_id)
    by_id = {site.id: site for site in await sites.all()}
    return by_id.get("default") or next(iter(by_id.values()))


async def asker_of(request: Request, number: str) -> Asker:
    """By what right somebody may see the request of this number: as whom they are signed in, and by which key."""
    key = request.cookies.get(_key_cookie(request, number), "")
    return Asker(await requester_of(request), (request.state["links"].read(key) or "") if key else "")


def numbers_of_links(request: Request) -> list[str]:
    """The numbers of the requests to which this browser holds keys."""
    read = request.state["links"].read
    return [number for name in _keys(request) if (number := read(request.cookies[name]))]


async def begin_requester_session(request: Request, response: Response, secret: str) -> None:
    """Gives the browser its new session; the one that it may have had before ends, so none can be planted beforehand."""
    if former := request.cookies.get(request.state["config"].requester_cookie):
        await request.state["requesters"].sign_out(former)
    _set_cookie(request, response, request.state["config"].requester_cookie, secret, int(PROVED_LASTS.total_seconds()))


async def end_requester_session(request: Request, response: Response) -> None:
    """Ends the session on the server, and takes cookies and keys away: whoever signs out leaves nothing open."""
    if secret := requester_secret(request):
        await request.state["requesters"].sign_out(secret)
    for name in (request.state["config"].requester_cookie, *_keys(request)):
        _delete_cookie(request, response, name)


def attempt_secret(request: Request) -> str:
    """What binds an attempt to sign in to this browser; empty: none was begun here."""
    return request.cookies.get(_attempt_cookie(request), "")


def keep_attempt(request: Request, response: Response, secret: str) -> None:
    """Keeps it until the attempt is over."""
    _set_cookie(request, response, _attempt_cookie(request), secret, int(CODE_LASTS.total_seconds()))


def forget_attempt(request: Request, response: Response) -> None:
    """Takes it away."""
    _delete_cookie(request, response, _attempt_cookie(request))


def keep_key(request: Request, response: Response, number: str, key: str) -> None:
    """Keeps the key to one request in a cookie."""
    name = _key_cookie(request, number)
    _set_cookie(request, response, name, key, int(RequestLinks.MAX_AGE))
    others = [one for one in _keys(request) if one != name]
    for old in others[: max(0, len(others) - MOST_KEYS + 1)]:
        _delete_cookie(request, response, old)


def _attempt_cookie(request: Request) -> str:
    return f"{request.state['config'].requester_cookie}-attempt"


def _key_cookie(request: Request, number: str) -> str:
    """1042 and 1042-1 are one request; what is no number gets a name that no cookie has."""
    plain = number.partition("-")[0]
    return f"{request.state['config'].requester_cookie}-{plain if plain.isascii() and plain.isdecimal() else 'none'}"


def _keys(request: Request) -> list[str]:
    prefix = request.state["config"].requester_cookie + "-"
    return [name for name in request.cookies if name.startswith(prefix) and name.removeprefix(prefix).isdecimal()]


def _set_cookie(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    secure = request.state["config"].secure
    response.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def _delete_cookie(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=request.state["config"].secure, httponly=True, samesite="lax")
