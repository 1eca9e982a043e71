"""/requests/waiting/<token>, for the browser that asked, and /requests/confirm/<key>, for whoever reads the mail.

Following a link changes nothing, for mail scanners follow links too: it shows a page, and a button there confirms (T23).
Neither page shows what was written: the mail went to an address that anybody may have named.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from starlette.endpoints import HTTPEndpoint
from starlette.responses import RedirectResponse, Response

from livesupport.errors import Invalid, NotFound
from livesupport.http.errors import problem
from livesupport.http.forms import Form, read_form
from livesupport.http.public import address, public_page, speaking
from livesupport.http.state import Request
from livesupport.i18n import gettext as _
from livesupport.model import PendingRequest, Site, Ticket
from livesupport.tickets.asking import CONFIRM_WITHIN, MOST_MAILS, LinkUsed
from livesupport.tickets.new_request import Content


class Again(Form, frozen=True):
    """Send the link again, to this address."""

    email: str


class Decision(Form, frozen=True):
    """Whether whoever has the address did ask."""

    action: Literal["confirm", "discard"]


class Waiting(HTTPEndpoint):
    """What has become of a request that was sent without an account; the link can be sent again, and the address corrected."""

    async def get(self, request: Request) -> Response:
        found = await self._found(request)
        if isinstance(found, Ticket):
            return await _done(request, found.number, found.site)
        return await self._page(request, found)

    async def post(self, request: Request) -> Response:
        found = await self._found(request)
        if isinstance(found, Ticket):
            return await _done(request, found.number, found.site)
        again = await read_form(request, Again)
        with speaking(request, await request.state["sites"].get(found.site)):
            try:
                await request.state["asking"].resend(found.id, again.email)
            except Invalid as invalid:
                return await self._page(request, found, invalid.problems, again.email)
        return RedirectResponse(address(request, request.url.path, again="yes"), 303)

    async def _found(self, request: Request) -> PendingRequest | Ticket:
        """Raises `NotFound` for a token that is not ours, and when nobody confirmed in time."""
        read = request.state["waiting"].read(request.path_params["token"], str)
        found = await request.state["asking"].waiting(read[0]) if read else None
        if found is None:
            raise NotFound("nothing waits")
        return found

    async def _page(
        self, request: Request, found: PendingRequest, problems: dict[str, str] | None = None, email: str = ""
    ) -> Response:
        site = await request.state["sites"].get(found.site)
        with speaking(request, site):
            return public_page(
                request,
                site,
                "request_waiting.html",
                422 if problems else 200,
                waiting=found,
                path=request.url.path,
                until=found.created_at + CONFIRM_WITHIN,
                left=MOST_MAILS - found.mails,
                email=email or found.email,
                problems=problems or {},
                again=request.query_params.get("again") == "yes",
            )


class Confirm(HTTPEndpoint):
    """GET: what a click would confirm. POST: confirms it, or throws it away."""

    async def get(self, request: Request) -> Response:
        try:
            waiting = await request.state["asking"].linked(request.path_params["key"])
        except LinkUsed as used:
            return await _used(request, used)
        except NotFound:
            return _over(request)
        site = await request.state["sites"].get(waiting.site)
        with speaking(request, site):
            about = await _about(request, site, waiting)
            return public_page(request, site, "request_confirm.html", waiting=waiting, about=about)

    async def post(self, request: Request) -> Response:
        decision = await read_form(request, Decision)
        key, asking = request.path_params["key"], request.state["asking"]
        try:
            if decision.action == "discard":
                site = await request.state["sites"].get((await asking.linked(key)).site)
                await asking.discard(key)
                with speaking(request, site):
                    return public_page(request, site, "request_discarded.html")
            ticket = await asking.confirm(key)
        except LinkUsed as used:
            return await _used(request, used)
        except NotFound:
            return _over(request)
        return await _done(request, ticket.number, ticket.site, ticket.email)


async def _about(request: Request, site: Site, waiting: PendingRequest) -> str:
    """What it is about, in the site's own words: the type and the topic that were chosen."""
    content = msgspec.convert(waiting.content, Content)
    kinds = {kind.id: kind.name for kind in await request.state["sites"].types(site.id, retired=True)}
    topics = {topic.id: topic.name for topic in site.topics}
    return " · ".join(filter(None, (kinds.get(content.type or 0), topics.get(content.topic or 0))))


async def _done(request: Request, number: str, site_id: str, email: str = "", status: int = 200) -> Response:
    """The request has its number. Its text and its history open elsewhere, for whoever is signed in there."""
    site: Site = await request.state["sites"].get(site_id)
    with speaking(request, site):
        return public_page(request, site, "request_done.html", status, number=number, email=email)


async def _used(request: Request, used: LinkUsed) -> Response:
    return await _done(request, used.number, used.site, status=410)


def _over(request: Request) -> Response:
    return problem(request, 404, message=_("This link holds for 24 hours and works once. Please send your request again."))
