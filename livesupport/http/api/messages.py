"""/api/v1/tickets/{number}/messages: what was said in a ticket; replying, noting, taking a reply back."""

from __future__ import annotations

import secrets
from typing import Annotated, Literal

from msgspec import Meta

from livesupport.http.api.call import Call, Shape
from livesupport.http.api.files import FileIds, chosen_of
from livesupport.http.api.operations import operation
from livesupport.http.api.shapes import FileShape, MessageShape, of_file, of_message
from livesupport.tickets.requests import TEXT_LIMIT


class MessageList(Shape, frozen=True):
    """A thread in the order in which it is read."""

    items: list[MessageShape]


class FileList(Shape, frozen=True):
    """The files of a ticket; each is fetched from `/files/{id}/{name}` with the same token."""

    items: list[FileShape]


class NewMessage(Shape, frozen=True):
    """A public reply or an internal note, in Markdown. `status`: what becomes of the ticket after a reply. `seen`: the id of
    the newest message that the writer has read; a newer one of the requester then makes it a 409. `files`: the ids of files
    that were uploaded before."""

    text: Annotated[str, Meta(min_length=1, max_length=TEXT_LIMIT)]
    kind: Literal["reply", "note"] = "reply"
    status: Literal["pending", "open", "solved"] = "pending"
    seen: Annotated[int, Meta(ge=0, lt=2**31)] | None = None
    files: FileIds = []


@operation("GET", "/tickets/{number}/messages", "tickets:read", "Read a thread")
async def list_messages(call: Call) -> MessageList:
    """Everything that was said: lines of the chat, the request, replies and internal notes."""
    thread = await call.state["tickets"].get(call["number"], actor=call.agent)
    return MessageList(items=[of_message(message) for message in thread.messages])


@operation("GET", "/tickets/{number}/files", "tickets:read", "List the files of a ticket")
async def list_files(call: Call) -> FileList:
    """What was sent with the messages of the ticket."""
    thread = await call.state["tickets"].get(call["number"], actor=call.agent)
    return FileList(items=[of_file(one) for one in await call.state["files"].of_ticket(thread.ticket.id)])


@operation("POST", "/tickets/{number}/messages", "tickets:write", "Reply, or add a note", 201, once=True)
async def write_message(call: Call, body: NewMessage) -> MessageShape:
    """Answers the requester, who sees it after ten seconds, or adds a note that only agents see. Once for each
    `Idempotency-Key`: sent again, it gives the first one."""
    tickets, number, me = call.state["tickets"], call["number"], call.agent
    once, files = call.once or secrets.token_urlsafe(16), chosen_of(call, body.files)
    if body.kind == "reply":
        ticket = await tickets.reply(
            number, body.text, actor=me, status=body.status, seen_message=body.seen, files=files, once=once
        )
    else:
        ticket = await tickets.note(number, body.text, actor=me, files=files, once=once)
    call.made(f"/tickets/{ticket.number}/messages")
    return of_message(await tickets.written(number, once, actor=me))


@operation("DELETE", "/tickets/{number}/messages/{id}", "tickets:write", "Take a reply back", 204)
async def take_back(call: Call) -> None:
    """Undoes one's own reply within ten seconds: the requester has seen nothing of it."""
    await call.state["tickets"].take_back(call["number"], call.row_id, actor=call.agent)
