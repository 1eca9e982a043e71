"""/privacy: what happens with what people say in a chat, in plain words that the operator may replace."""

from __future__ import annotations

import asyncio
import math

from starlette.responses import Response

from livesupport import lastcheck
from livesupport.http.state import Request


async def privacy(request: Request) -> Response:
    """The page of templates/privacy.html, or the operator's own. Shown to anybody, with the result of the last self-check."""
    config = request.state["config"]
    rules = config.chat
    longest = max(rules.visitor_grace, rules.visitor_grace_hidden, rules.visitor_grace_leaving)
    return request.state["templates"].page(
        "privacy.html",
        minutes_after_leaving=math.ceil(longest / 60),
        seconds_after_end=math.ceil(rules.ended_keep),
        check=await asyncio.to_thread(lastcheck.read, config.data),
    )
