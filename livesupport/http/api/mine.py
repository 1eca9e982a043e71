"""/api/v1/my/requests: what people who asked do with their own requests. They are signed in as themselves: by the cookie of
our pages, or with the secret of their session as a bearer token."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Meta

from livesupport.errors import Invalid
from livesupport.http.api.call import Call, Shape
from livesupport.http.api.files import FileIds, chosen_of
from livesupport.http.api.operations import operation
from livesupport.http.api.shapes import FileShape, TopicShape, of_file, of_topic
from livesupport.http.forms import RowId
from livesupport.i18n import gettext as _
from livesupport.model import TicketMessage
from livesupport.tickets.mine import Asker, MyRequest, Step, Wanted, step_of
from livesupport.tickets.requests import TEXT_LIMIT


class MyQuery(Shape, frozen=True):
    """Which requests: the current ones, or those that are over; of a topic ("0": any); written on a `day`, where the clocks
    of `zone` (its IANA name) show it."""

    archived: Literal["yes", "no"] = "no"
    step: Step | None = None
    topic: RowId = "0"
    day: date | None = None
    zone: Annotated[str, Meta(max_length=64)] = "UTC"
    q: Annotated[str, Meta(max_length=200)] = ""
    cursor: Annotated[str, Meta(max_length=200)] = ""


class MyRow(Shape, frozen=True):
    """A request in the list. `unread`: there is an answer that was not opened."""

    number: str
    subject: str
    step: Step
    unread: bool
    at: datetime


class MyList(Shape, frozen=True):
    """Requests, the last touched one first; `next` is the cursor of the page after, null on the last one."""

    items: list[MyRow]
    next: str | None


class MyMessage(Shape, frozen=True):
    """One entry of the thread, as far as it concerns the one who asked."""

    id: int
    author: Literal["requester", "agent", "system"]
    name: str
    text: str
    at: datetime


class MyRequestShape(Shape, frozen=True):
    """A request with its thread. `follows` and `goes_on` are the numbers of requests before and after it."""

    number: str
    subject: str
    step: Step
    topic: TopicShape | None
    messages: list[MyMessage]
    files: list[FileShape]
    follows: str
    goes_on: list[str]
    thanked: bool


class MyReply(Shape, frozen=True):
    """What is written into a request. `files`: the ids of files that were uploaded before."""

    text: Annotated[str, Meta(min_length=1, max_length=TEXT_LIMIT)]
    files: FileIds = []


class Number(Shape, frozen=True):
    """The request that holds what was written: to a closed one, a new one that goes on from it."""

    number: str


@operation("GET", "/my/requests", "own", "List my requests")
async def list_my_requests(call: Call, query: MyQuery) -> MyList:
    """One's own requests, with the step that each has reached."""
    if query.zone not in available_timezones():
        raise Invalid({"zone": _("Write a time zone by its IANA name, such as Asia/Tbilisi.")})
    wanted = Wanted(
        archived=query.archived == "yes",
        step=query.step,
        topic=int(query.topic) or None,
        day=query.day,
        zone=ZoneInfo(query.zone),
        text=query.q,
    )
    page = await call.state["mine"].page(call.requester, wanted, query.cursor)
    call.follows("/my/requests", query, page.next)
    items = [
        MyRow(
            number=row.number,
            subject=row.subject,
            step=step_of(row.status, row.undecided),
            unread=row.unread,
            at=row.at,
        )
        for row in page.items
    ]
    return MyList(items=items, next=page.next)


@operation("GET", "/my/requests/{number}", "own", "Read one of my requests")
async def get_my_request(call: Call) -> MyRequestShape:
    """One of one's own requests; the newest answer is not unread any more."""
    mine = call.state["mine"]
    found = await mine.get(call["number"], Asker(call.requester))
    await mine.opened(found)
    return _shape(found)


@operation("POST", "/my/requests/{number}/messages", "own", "Write into one of my requests", 201, once=True)
async def reply_to_my_request(call: Call, body: MyReply) -> Number:
    """Writes into a request, which is open again then; to a closed one, opens another that goes on from it. Once for each
    `Idempotency-Key`."""
    once = call.once or secrets.token_urlsafe(16)
    asker, chosen = Asker(call.requester), chosen_of(call, body.files)
    ticket = await call.state["mine"].reply(call["number"], asker, body.text, once=once, chosen=chosen)
    call.made(f"/my/requests/{ticket.number}")
    return Number(number=ticket.number)


@operation("POST", "/my/requests/{number}/thanks", "own", "Thanks, solved", 204)
async def thank_for_my_request(call: Call) -> None:
    """Tells those who answered that the request is solved; its state stays as it is."""
    await call.state["mine"].thank(call["number"], Asker(call.requester))


def _shape(found: MyRequest) -> MyRequestShape:
    ticket = found.ticket
    return MyRequestShape(
        number=ticket.number,
        subject=ticket.subject,
        step=found.step,
        topic=of_topic(ticket.topic) if ticket.topic else None,
        messages=[_message(one) for one in found.messages],
        files=[of_file(one) for one in found.files],
        follows=found.follows,
        goes_on=found.goes_on,
        thanked=found.thanked,
    )


def _message(message: TicketMessage) -> MyMessage:
    return MyMessage(id=message.id, author=message.author, name=message.name, text=message.text, at=message.at)
