"""/requests/session, /requests/enter, /requests/claim: a site vouches for a person in the panel, who goes on from there.

The panel stands in another site's frame and gets no cookie there; it holds the secret in memory (http/requester.py).
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from livesupport.errors import Conflict, NotFound
from livesupport.http.auth import own_path
from livesupport.http.forms import Form, read_form
from livesupport.http.proofs import Proof, origin_of
from livesupport.http.requester import begin_requester_session, requester_of
from livesupport.http.state import Request


class Word(Form, frozen=True):
    """What the site says and signs (`accounts/vouching.py`), and which site it is."""

    site: str
    id: str
    exp: str
    sig: str
    name: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    email_verified: str | UnsetType = UNSET


class Began(msgspec.Struct, frozen=True):
    """A session, and what is now known of the person."""

    session: str
    name: str
    phone: str
    email: str


class Shown(Form, frozen=True):
    """A session's secret, from the panel, and where to go with it."""

    session: str
    next: str = ""


class Session(HTTPEndpoint):
    """POST, from the panel: signs a person in by the word of their site."""

    async def post(self, request: Request) -> Response:
        word = await read_form(request, Word)
        said: dict[str, Any] = msgspec.to_builtins(word)
        site, sig = said.pop("site"), said.pop("sig")
        secret, vouched = await request.state["requesters"].vouched(site, said, sig)
        began = Began(secret, vouched.name, vouched.phone, vouched.email)
        return Response(msgspec.json.encode(began), 201, media_type="application/json")


class Enter(HTTPEndpoint):
    """POST, from the panel into a tab of its own: gives this browser a session for the same person, in a cookie."""

    async def post(self, request: Request) -> Response:
        shown = await read_form(request, Shown)
        secret = await request.state["requesters"].second_session(shown.session)
        response = RedirectResponse(own_path(shown.next, "/requests"), 303)
        await begin_requester_session(request, response, secret)
        return response


class Claim(HTTPEndpoint):
    """POST: what was asked in the panel belongs to the person who is signed in there. 204 also where it cannot: what proves
    that one has asked tells nothing about requests."""

    async def post(self, request: Request) -> Response:
        person = await requester_of(request)
        if person is None:
            raise HTTPException(401)
        origin = origin_of(request, await read_form(request, Proof))
        if origin is not None:
            with suppress(NotFound, Conflict):
                await request.state["mine"].claim(origin, person)
        return Response(status_code=204)
