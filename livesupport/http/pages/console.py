"""/ and /console: where agents talk to visitors."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from livesupport.http.auth import session_of, signed_in
from livesupport.http.pages.inbox import my_turn
from livesupport.http.state import Request


async def home(request: Request) -> Response:
    """To the console, or to the sign-in page."""
    return RedirectResponse("/console" if await session_of(request) else "/login", 303)


async def console(request: Request) -> Response:
    """The page of templates/console.html; everything after that goes over the socket."""
    agent = await signed_in(request)
    canned = await request.state["sites"].canned()
    return request.state["templates"].page(
        "console.html",
        me=agent,
        my_turn=await my_turn(request, agent),
        folders=("web/shared", "web/console"),
        data={
            "me": {"id": agent.id, "name": agent.name, "role": agent.role},
            "canned": [{"shortcut": reply.shortcut, "text": reply.text} for reply in canned],
            "socket": "/ws/agent",
            "idle_away": request.state["config"].desk.idle_away,
        },
    )
