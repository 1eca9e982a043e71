"""What the pages of /admin share."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from livesupport.errors import NotAllowed
from livesupport.http.auth import signed_in
from livesupport.http.state import Request
from livesupport.model import Agent


async def administrator(request: Request) -> Agent:
    """The administrator who asks. Raises `SignedOut`, and `NotAllowed` for everybody else."""
    me = await signed_in(request)
    if me.role != "administrator":
        raise NotAllowed("only an administrator may")
    return me


async def overview(request: Request) -> Response:
    """Leads to the first of the rooms."""
    await administrator(request)
    return RedirectResponse("/admin/sites", 303)


def lines(text: str) -> tuple[str, ...]:
    """The lines of a text that hold something."""
    return tuple(filter(None, map(str.strip, text.splitlines())))
