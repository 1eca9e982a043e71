"""/tickets/<number>: one ticket, read like an exchange of letters; whatever agents do with it is a form of the same page."""

from __future__ import annotations

import secrets
from typing import get_args

from starlette.endpoints import HTTPEndpoint
from starlette.responses import HTMLResponse, RedirectResponse, Response

from livesupport import markdown
from livesupport.errors import Conflict, Invalid, NewerMessage
from livesupport.http.auth import signed_in
from livesupport.http.forms import Form, read_form
from livesupport.http.state import Request
from livesupport.http.ticket_forms import (
    Change,
    DraftForm,
    FollowUp,
    Link,
    Merge,
    Note,
    Reply,
    Tag,
    TakeBack,
    TicketForm,
    Unlink,
    Untag,
    Watch,
)
from livesupport.http.timeline import timeline
from livesupport.http.uploads import read_form_with_files
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Draft, DraftKind, StoredFile, TicketMessage, TicketStatus
from livesupport.tickets.files import NO_FILES, read_chosen
from livesupport.tickets.reading import clocks
from livesupport.tickets.relating import OtherRequester
from livesupport.tickets.requests import TEXT_LIMIT, message_text
from livesupport.tickets.service import Thread
from livesupport.tickets.status import AFTER_REPLY, FINISHED, MOVES


class Ticket(HTTPEndpoint):
    """Shows the ticket; does what one of its forms asks, then shows it again under the same address."""

    async def get(self, request: Request) -> Response:
        return await _page(request, await signed_in(request))

    async def post(self, request: Request) -> Response:
        me = await signed_in(request)
        form, problems = await read_form_with_files(request, TicketForm)  # type: ignore[var-annotated, arg-type]
        if problems:
            return await _page(request, me, form, 422, problems=problems)
        try:
            place = await _do(request, me, form)
        except Invalid as invalid:
            return await _page(request, me, form, 422, problems=invalid.problems)
        except Conflict as conflict:
            return await _page(request, me, form, 409, notice=_conflict_words(conflict))
        return RedirectResponse(place, 303)


async def _do(request: Request, me: Agent, form: TicketForm) -> str:
    """Does it, and returns where to look afterwards."""
    tickets, number = request.state["tickets"], request.path_params["number"]
    here = request.url.path
    match form:
        case Reply():
            seen, files = int(form.seen), read_chosen(form.files)
            await tickets.reply(number, form.text, actor=me, status=form.status, seen_message=seen, files=files)
            return here + "#end"
        case Note():
            await tickets.note(number, form.text, actor=me, files=read_chosen(form.files))
            return here + "#end"
        case TakeBack():
            await tickets.take_back(number, int(form.message), actor=me)
            return here + "#end"
        case Change():
            await tickets.change(number, form.wish, actor=me, version=int(form.version))
            return here if await request.state["finder"].may_see(me, number) else "/inbox"
        case Tag():
            await tickets.tag(number, form.tag, actor=me)
        case Untag():
            await tickets.untag(number, form.tag, actor=me)
        case Watch():
            await (tickets.watch if form.on == "yes" else tickets.unwatch)(number, actor=me)
        case Merge():
            target = await tickets.merge(number, form.into, actor=me, other_requester=form.sure == "yes")
            return f"/tickets/{target.number}"
        case Link():
            await tickets.link(number, form.other, actor=me)
        case Unlink():
            await tickets.unlink(number, form.other, actor=me)
        case FollowUp():
            return f"/tickets/{(await tickets.follow_up(number, form.key, actor=me)).number}"
    return here


def _conflict_words(conflict: Conflict) -> str:
    match conflict:
        case NewerMessage():
            return _("A new message came while you were writing. Read it, then send.")
        case OtherRequester():
            return _("These two tickets come from different people. Merge them only if you mean it.")
        case _:
            return _("The ticket was changed meanwhile. Check it and try again.")


class TicketDraft(HTTPEndpoint):
    """Keeps what is being written on a ticket."""

    async def post(self, request: Request) -> Response:
        me = await signed_in(request)
        form = await read_form(request, DraftForm)
        kept = Draft(kind=form.kind, text=form.text, files=form.files)
        await request.state["tickets"].keep_draft(request.path_params["number"], kept, actor=me)
        return Response(status_code=204)


class PreviewForm(Form, frozen=True):
    """A text as somebody is writing it."""

    text: str


class Preview(HTTPEndpoint):
    """A text in Markdown as it will be shown."""

    async def post(self, request: Request) -> Response:
        await signed_in(request)
        form = await read_form(request, PreviewForm)
        return HTMLResponse(markdown.render(message_text(form.text)))


async def _page(
    request: Request,
    me: Agent,
    form: TicketForm | None = None,
    status: int = 200,
    *,
    notice: str = "",
    problems: dict[str, str] | None = None,
) -> Response:
    """The ticket; after a refusal with what was typed, so that nothing is lost."""
    state = request.state
    thread: Thread = await state["tickets"].get(request.path_params["number"], actor=me)
    ticket = thread.ticket
    around = await state["tickets"].around(ticket, actor=me)
    if around.unseen:
        await state["tickets"].see(ticket, actor=me)
    site = await state["sites"].get(ticket.site)
    drafts = {kind: _draft(kind, form, around.drafts.get(kind)) for kind in get_args(DraftKind)}
    return state["templates"].page(
        "ticket.html",
        status,
        me=me,
        ticket=ticket,
        site=site,
        around=around,
        entries=timeline(thread),
        files=await _files(request, thread),
        now=thread.at,
        clocks=clocks(thread, site),
        agents=await state["accounts"].agents(),
        moves=[one for one in get_args(TicketStatus) if one == ticket.status or one in MOVES.get(ticket.status, ())],
        after_reply=AFTER_REPLY,
        answerable=ticket.status not in FINISHED,
        changeable=ticket.status in MOVES,
        seen=_newest_of_requester(thread.messages),
        form=form,
        action=form.__struct_config__.tag if form else "",
        drafts=drafts,
        staged={kind: await _staged(request, one.files) for kind, one in drafts.items()},
        follow_key=secrets.token_hex(16),
        text_limit=TEXT_LIMIT,
        running=state["desk"].running(ticket.phone, ticket.number),
        notice=notice,
        problems=problems or {},
        data={
            "number": ticket.number,
            "me": me.id,
            "canned": [{"shortcut": one.shortcut, "text": one.text} for one in await state["sites"].canned()],
            "variables": {"name": ticket.name, "number": f"#{ticket.number}", "agent": me.name, "site": site.name},
        },
    )


def _draft(kind: DraftKind, form: TicketForm | None, kept: Draft | None) -> Draft:
    """What stands in the box: what was refused just now, else what was kept."""
    if isinstance(form, Reply | Note) and form.__struct_config__.tag == kind:
        return Draft(kind=kind, text=form.text, files=form.files)
    return kept or Draft(kind=kind, text="")


async def _staged(request: Request, files: str) -> list[StoredFile]:
    try:
        chosen = read_chosen(files)
    except Invalid:
        chosen = NO_FILES
    return await request.state["files"].staged(chosen) if chosen.ids else []


async def _files(request: Request, thread: Thread) -> dict[int, list[StoredFile]]:
    """The files of the thread, by message."""
    found: dict[int, list[StoredFile]] = {}
    for part in (thread, *thread.merged):
        for file in await request.state["files"].of_ticket(part.ticket.id):
            if file.message_id is not None:
                found.setdefault(file.message_id, []).append(file)
    return found


def _newest_of_requester(messages: list[TicketMessage]) -> int:
    """What an answer has to have taken into account."""
    return max((message.id for message in messages if message.author == "requester"), default=0)
