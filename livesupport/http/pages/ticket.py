"""/tickets/<number>: one ticket, read like an exchange of letters; reply, note and change from the same page."""

from __future__ import annotations

from typing import Literal, get_args

from starlette.endpoints import HTTPEndpoint
from starlette.responses import RedirectResponse, Response

from livesupport.errors import Conflict, Invalid, NewerMessage
from livesupport.http.auth import signed_in
from livesupport.http.forms import Form, RowId, read_form
from livesupport.http.state import Request
from livesupport.http.timeline import timeline
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Priority, TicketMessage, TicketStatus
from livesupport.tickets.requests import TicketChange
from livesupport.tickets.service import Thread
from livesupport.tickets.status import AFTER_REPLY, FINISHED, MOVES


class Reply(Form, frozen=True, tag_field="action", tag="reply"):
    """A public answer. `seen` is the newest message of the requester that the page showed; 0: none."""

    text: str
    status: Literal["pending", "open", "solved"]
    seen: RowId


class Note(Form, frozen=True, tag_field="action", tag="note"):
    """A note that only agents see."""

    text: str


class Change(Form, frozen=True, tag_field="action", tag="change"):
    """The controls beside the thread; all of them are sent."""

    status: Literal["new", "open", "pending", "on_hold", "solved", "closed", "merged", "spam"]
    priority: Priority
    assignee: RowId
    topic: RowId


class Ticket(HTTPEndpoint):
    """Shows the ticket; does what one of its three forms asks, then shows it again under the same address."""

    async def get(self, request: Request) -> Response:
        me = await signed_in(request)
        return await _page(request, me)

    async def post(self, request: Request) -> Response:
        me = await signed_in(request)
        form: Reply | Note | Change = await read_form(request, Reply | Note | Change)  # type: ignore[arg-type]
        try:
            await _do(request, me, form)
        except NewerMessage:
            notice = _("A new message came while you were writing. Read it, then send.")
            return await _page(request, me, form, 409, notice=notice)
        except Conflict:
            notice = _("The ticket was changed meanwhile. Check it and try again.")
            return await _page(request, me, form, 409, notice=notice)
        except Invalid as invalid:
            return await _page(request, me, form, 422, problems=invalid.problems)
        return RedirectResponse(request.url.path + ("#end" if not isinstance(form, Change) else ""), 303)


async def _do(request: Request, me: Agent, form: Reply | Note | Change) -> None:
    tickets, number = request.state["tickets"], request.path_params["number"]
    match form:
        case Reply():
            await tickets.reply(number, form.text, actor=me, status=form.status, seen_message=int(form.seen))
        case Note():
            await tickets.note(number, form.text, actor=me)
        case Change():
            change = TicketChange(
                status=form.status,
                priority=form.priority,
                assignee=int(form.assignee) or None,
                topic=int(form.topic) or None,
            )
            await tickets.change(number, change, actor=me)


async def _page(
    request: Request,
    me: Agent,
    form: Reply | Note | Change | None = None,
    status: int = 200,
    *,
    notice: str = "",
    problems: dict[str, str] | None = None,
) -> Response:
    """The ticket; after a refusal with what was typed, so that nothing is lost."""
    thread: Thread = await request.state["tickets"].get(request.path_params["number"], actor=me)
    ticket = thread.ticket
    site = await request.state["sites"].get(ticket.site)
    return request.state["templates"].page(
        "ticket.html",
        status,
        me=me,
        ticket=ticket,
        site=site,
        entries=timeline(thread.messages, thread.events),
        agents=await request.state["accounts"].agents(),
        moves=[
            status for status in get_args(TicketStatus) if status == ticket.status or status in MOVES.get(ticket.status, ())
        ],
        after_reply=AFTER_REPLY,
        answerable=ticket.status not in FINISHED,
        seen=_newest_of_requester(thread.messages),
        reply=form if isinstance(form, Reply) else None,
        note=form if isinstance(form, Note) else None,
        notice=notice,
        problems=problems or {},
    )


def _newest_of_requester(messages: list[TicketMessage]) -> int:
    """What an answer has to have taken into account."""
    return max((message.id for message in messages if message.author == "requester"), default=0)
