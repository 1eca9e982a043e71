"""/requests/channel: whose chat was saved as a request says in the panel where to send the answer."""

from __future__ import annotations

import msgspec
from starlette.endpoints import HTTPEndpoint
from starlette.responses import Response

from livesupport import i18n
from livesupport.errors import NotFound
from livesupport.http.forms import Form, read_form
from livesupport.http.public import address
from livesupport.http.state import Request
from livesupport.signing import origin_of_chat


class Choice(Form, frozen=True):
    """`token`: the visitor's, which opens their chat and nothing else."""

    token: str
    email: str


class Channel(HTTPEndpoint):
    """POST: a link is sent to the address; nothing of the request goes there before it is used."""

    async def post(self, request: Request) -> Response:
        choice = await read_form(request, Choice)
        token = request.state["visitor_tokens"].read(choice.token)
        if token is None:
            raise NotFound("no token of ours")
        waiting = await request.state["asking"].choose_email(origin_of_chat(token.chat), choice.email, i18n.current())
        place = address(request, f"/requests/waiting/{request.state['waiting'].sign(waiting.id)}")
        return Response(msgspec.json.encode({"next": place}), 201, media_type="application/json")
