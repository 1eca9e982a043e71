"""/api/v1/replies: ready answers, which agents fetch by their shortcuts."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from livesupport.http.api.call import Call, Shape
from livesupport.http.api.operations import operation
from livesupport.model import CannedReply


class ReplyBody(Shape, frozen=True):
    """A ready answer as it is to be."""

    shortcut: Annotated[str, Meta(min_length=1, max_length=40)]
    text: Annotated[str, Meta(min_length=1, max_length=2000)]


class ReplyShape(Shape, frozen=True):
    """A ready answer."""

    id: int
    shortcut: str
    text: str


class ReplyList(Shape, frozen=True):
    """Ready answers by shortcut."""

    items: list[ReplyShape]


@operation("GET", "/replies", "tickets:read", "List the ready answers")
async def list_replies(call: Call) -> ReplyList:
    """By shortcut."""
    return ReplyList(items=[_reply(one) for one in await call.state["sites"].canned()])


@operation("POST", "/replies", "admin:write", "Add a ready answer", 201)
async def add_reply(call: Call, body: ReplyBody) -> ReplyShape:
    """Adds a ready answer; 409 when the shortcut is taken."""
    return _reply(await call.state["sites"].add_canned(body.shortcut, body.text, actor=call.agent))


@operation("PUT", "/replies/{id}", "admin:write", "Change a ready answer", 204)
async def change_reply(call: Call, body: ReplyBody) -> None:
    """Replaces shortcut and text."""
    await call.state["sites"].change_canned(call.row_id, body.shortcut, body.text, actor=call.agent)


@operation("DELETE", "/replies/{id}", "admin:write", "Remove a ready answer", 204)
async def remove_reply(call: Call) -> None:
    """Removes a ready answer."""
    await call.state["sites"].remove_canned(call.row_id, actor=call.agent)


def _reply(reply: CannedReply) -> ReplyShape:
    return msgspec.convert(reply, ReplyShape, from_attributes=True)
