"""/api/v1/my/notices: what people who asked are told of new answers, and what they do with it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from livesupport.http.api.call import Call, Shape
from livesupport.http.api.operations import operation
from livesupport.model import Notice
from livesupport.tickets.notices import Delay, excerpt

Zone = Annotated[str, Meta(max_length=64)]


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
