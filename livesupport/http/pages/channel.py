"""/requests/channel: who has asked in the panel says there where to send the answer."""

from __future__ import annotations

import msgspec
from starlette.endpoints import HTTPEndpoint
from starlette.responses import Response

from livesupport import i18n
from livesupport.errors import NotFound
from livesupport.http.forms import read_form
from livesupport.http.proofs import Proof, origin_of
from livesupport.http.public import address
from livesupport.http.state import Request


class Choice(Proof, frozen=True, kw_only=True):
    """Which request it is, and the address."""

    email: str


class Channel(HTTPEndpoint):
    """POST: a link is sent to the address; nothing of the request goes there before it is used."""

    async def post(self, request: Request) -> Response:
        choice = await read_form(request, Choice)
        origin = origin_of(request, choice)
        if origin is None:
            raise NotFound("no token of ours")
        waiting = await request.state["asking"].choose_email(origin, choice.email, i18n.current())
        place = address(request, f"/requests/waiting/{request.state['waiting'].sign(waiting.id)}")
        return Response(msgspec.json.encode({"next": place}), 201, media_type="application/json")
