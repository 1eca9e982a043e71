"""/requests/<number>: one request as its requester knows it: the exchange in order, files, what happened, and a reply."""

from __future__ import annotations

import secrets
from typing import Annotated, Literal

from msgspec import Meta
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from livesupport.errors import Conflict, Invalid, NotFound
from livesupport.http.forms import Form, read_query
from livesupport.http.pages.sign_in import sign_in_page
from livesupport.http.public import address, public_page, speaking
from livesupport.http.requester import asker_of, keep_key, site_of
from livesupport.http.state import Request
from livesupport.http.timeline import timeline
from livesupport.http.uploads import read_form_with_files
from livesupport.i18n import gettext as _
from livesupport.model import Site, StoredFile, Ticket
from livesupport.tickets.files import read_chosen
from livesupport.tickets.mine import Asker, MyRequest
from livesupport.tickets.service import Thread


class Query(Form, frozen=True):
    """The address. `key`: from a mail; it is exchanged into a cookie, and the address then goes on without it."""

    key: Annotated[str, Meta(max_length=1024)] = ""
    site: str = ""
    lang: str = ""


class Deed(Form, frozen=True):
    """The form under the exchange. `once` tells one showing of the form from another."""

    action: Literal["reply", "thank"]
    once: Annotated[str, Meta(min_length=16, max_length=64)] = ""
    text: str = ""
    files: str = ""


class RequestPage(HTTPEndpoint):
    """GET: the request. POST: a reply, thanks, or both; then the request again, or the new one that goes on from it."""

    async def get(self, request: Request) -> Response:
        query = read_query(request, Query)
        number = request.path_params["number"]
        if query.key:
            return await self._exchange(request, number, query)
        asker = await asker_of(request, number)
        try:
            found = await request.state["mine"].get(number, asker)
        except NotFound:
            if asker.requester or asker.link:
                raise
            # A stranger is asked to sign in under every number, so that none tells whether it exists.
            site = await site_of(request, query.site)
            with speaking(request, site):
                return sign_in_page(request, site, request.url.path, 401)
        if asker.requester and found.ticket.requester == asker.requester.id:
            await request.state["mine"].opened(found)
        return await self._page(request, found, asker)

    async def post(self, request: Request) -> Response:
        number = request.path_params["number"]
        asker = await asker_of(request, number)
        mine = request.state["mine"]
        found: MyRequest = await mine.get(number, asker)
        site = await site_of(request, found.ticket.site)
        with speaking(request, site):
            form, problems = await read_form_with_files(request, Deed)
            try:
                if problems:
                    raise Invalid(problems)
                ticket = await self._do(request, found.ticket.number, asker, form)
            except Invalid as invalid:
                return await self._page(request, found, asker, form, 422, problems=invalid.problems)
            except Conflict:
                notice = _("This request was changed meanwhile. Your text is kept; read on and try again.")
                return await self._page(request, await mine.get(number, asker), asker, form, 409, notice=notice)
            response = RedirectResponse(address(request, f"/requests/{ticket.number}") + "#end", 303)
            if asker.link and ticket.number != asker.link:  # whoever may read the old one has just written the new one
                keep_key(request, response, ticket.number, request.state["links"].sign(ticket.number))
            return response

    async def _do(self, request: Request, number: str, asker: Asker, form: Deed) -> Ticket:
        """Thanks with a text are both: the answer, and that it is solved. What is sent once more is there once."""
        mine = request.state["mine"]
        if form.action == "thank" and not (form.text.strip() or form.files):
            return await mine.thank(number, asker)
        if not form.once:
            raise HTTPException(422)
        ticket = await mine.reply(number, asker, form.text, once=form.once, chosen=read_chosen(form.files))
        if form.action == "thank" and ticket.number == number:  # what is closed goes on in another one
            await mine.thank(number, asker)
        return ticket

    async def _exchange(self, request: Request, number: str, query: Query) -> Response:
        """The key leaves the address; what it opens is found out by the next request."""
        if request.state["links"].read(query.key) is None:
            site = await site_of(request, query.site)
            with speaking(request, site):
                problem = _("This link is no longer valid. Sign in with the address that we have written to.")
                return sign_in_page(request, site, request.url.path, 410, problem=problem)
        response = RedirectResponse(address(request, f"/requests/{number}"), 303)
        keep_key(request, response, number, query.key)
        return response

    async def _page(
        self,
        request: Request,
        found: MyRequest,
        asker: Asker,
        form: Deed | None = None,
        status: int = 200,
        *,
        problems: dict[str, str] | None = None,
        notice: str = "",
    ) -> Response:
        site: Site = await site_of(request, found.ticket.site)
        chosen = read_chosen(form.files) if form and not (problems or {}).get("files") else None
        with speaking(request, site):
            return public_page(
                request,
                site,
                "request.html",
                status,
                data={"requester": asker.requester is not None},
                mine=found,
                ticket=found.ticket,
                entries=timeline(Thread(found.ticket, found.messages, found.events, found.at)),
                files=_by_message(found),
                is_mine=asker.requester is not None,
                can_write=found.ticket.status not in ("merged", "spam"),
                once=form.once if form and form.once else secrets.token_urlsafe(16),
                text=form.text if form else "",
                staged=await request.state["files"].staged(chosen) if chosen else [],
                chosen=form.files if form and chosen else "",
                problems=problems or {},
                notice=notice,
            )


def _by_message(found: MyRequest) -> dict[int | None, list[StoredFile]]:
    files: dict[int | None, list[StoredFile]] = {}
    for file in found.files:
        files.setdefault(file.message_id, []).append(file)
    return files
