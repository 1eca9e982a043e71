"""/api/v1/my: what people who asked do with their own requests and with the notices of answers. They are signed in as
themselves: by the cookie of our pages, or with the secret of their session as a bearer token."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlencode

from msgspec import Meta

from livesupport.http.api.operations import PREFIX, Call, Shape, operation
from livesupport.http.api.shapes import FileShape, TopicShape, of_file, of_topic
from livesupport.model import Notice, TicketMessage
from livesupport.tickets.mine import Asker, MyRequest, Step, Wanted, step_of
from livesupport.tickets.notices import Delay, excerpt
from livesupport.tickets.requests import TEXT_LIMIT

Zone = Annotated[str, Meta(max_length=64)]


class MyQuery(Shape, frozen=True):
    """Which requests: the current ones, or those that are over."""

    archived: Literal["yes", "no"] = "no"
    step: Step | None = None
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
    """What is written into a request."""

    text: Annotated[str, Meta(min_length=1, max_length=TEXT_LIMIT)]


class Number(Shape, frozen=True):
    """The request that holds what was written: to a closed one, a new one that goes on from it."""

    number: str


class NoticeShape(Shape, frozen=True):
    """That there is an answer. `later`: it was put off until `due_at`."""

    id: int
    number: str
    subject: str
    author: str
    excerpt: str
    at: datetime
    due_at: datetime
    later: bool


class NoticeList(Shape, frozen=True):
    """What is told now and what was put off, and how many requests are unread."""

    items: list[NoticeShape]
    unread: int


class PutOff(Shape, frozen=True):
    """For how long. `zone`: the reader's time zone by its IANA name, for "tomorrow" (at 09:00)."""

    delay: Delay
    zone: Zone = "UTC"


@operation("GET", "/my/requests", "own", "List my requests")
async def list_my_requests(call: Call, query: MyQuery) -> MyList:
    """One's own requests, with the step that each has reached."""
    wanted = Wanted(archived=query.archived == "yes", step=query.step, text=query.q)
    page = await call.state["mine"].page(call.requester, wanted, query.cursor)
    if page.next:
        given = {"archived": query.archived, "step": query.step, "q": query.q, "cursor": page.next}
        fields = {name: value for name, value in given.items() if value}
        call.headers["Link"] = f'<{PREFIX}/my/requests?{urlencode(fields)}>; rel="next"'
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


@operation("POST", "/my/requests/{number}/messages", "own", "Write into one of my requests", 201)
async def reply_to_my_request(call: Call, body: MyReply) -> Number:
    """Writes into a request, which is open again then; to a closed one, opens another that goes on from it. Once for each
    `Idempotency-Key`."""
    once = call.once or secrets.token_urlsafe(16)
    ticket = await call.state["mine"].reply(call["number"], Asker(call.requester), body.text, once=once)
    call.headers["Location"] = f"{PREFIX}/my/requests/{ticket.number}"
    return Number(number=ticket.number)


@operation("POST", "/my/requests/{number}/thanks", "own", "Thanks, solved", 204)
async def thank_for_my_request(call: Call) -> None:
    """Tells those who answered that the request is solved; its state stays as it is."""
    await call.state["mine"].thank(call["number"], Asker(call.requester))


@operation("GET", "/my/notices", "own", "List notices of answers")
async def list_my_notices(call: Call) -> NoticeList:
    """The notices that are told now, and those that were put off."""
    told = await call.state["notices"].told(call.requester)
    items = [_notice(one, later=False) for one in told.now] + [_notice(one, later=True) for one in told.later]
    return NoticeList(items=items, unread=await call.state["mine"].unread(call.requester))


@operation("POST", "/my/notices/{id}/later", "own", "Put a notice off", 204)
async def put_notice_off(call: Call, body: PutOff) -> None:
    """Tells of the answer again after this time."""
    await call.state["notices"].put_off(call.requester, call.row_id, body.delay, body.zone)


@operation("DELETE", "/my/notices/{id}", "own", "Dismiss a notice", 204)
async def dismiss_notice(call: Call) -> None:
    """Puts a notice away for good; its request stays unread."""
    await call.state["notices"].dismiss(call.requester, call.row_id)


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


def _notice(notice: Notice, *, later: bool) -> NoticeShape:
    return NoticeShape(
        id=notice.id,
        number=notice.number,
        subject=notice.subject,
        author=notice.author,
        excerpt=excerpt(notice),
        at=notice.at,
        due_at=notice.due_at,
        later=later,
    )
