"""/api/v1/files and /api/v1/my/files: files are uploaded first, and named by their ids in the message that they go with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from livesupport.http.api.call import Call, Shape
from livesupport.http.api.operations import BYTES, operation
from livesupport.http.uploads import receive
from livesupport.tickets.files import NO_FILES, Chosen

FileIds = Annotated[list[Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z")]], Meta(max_length=100)]


class UploadQuery(Shape, frozen=True):
    """What the file is called; it gets the ending that belongs to what its bytes are."""

    name: Annotated[str, Meta(min_length=1, max_length=300)]


class Uploaded(Shape, frozen=True):
    """A file that waits, for a day at most, until a message names it."""

    id: str
    name: str
    media_type: str
    size: int


@operation("POST", "/files", "tickets:write", "Upload a file", 201, takes=BYTES)
async def upload_file(call: Call, query: UploadQuery) -> Uploaded:
    """Takes in the body as a file of the agent's, for a reply or a note of theirs."""
    return await _upload(call, query)


@operation("DELETE", "/files/{id}", "tickets:write", "Remove an uploaded file", 204)
async def discard_file(call: Call) -> None:
    """Removes a file that the agent has uploaded and not yet sent."""
    await call.state["files"].discard(owner_of_caller(call), call["id"])


@operation("POST", "/my/files", "own", "Upload a file", 201, takes=BYTES)
async def upload_my_file(call: Call, query: UploadQuery) -> Uploaded:
    """Takes in the body as a file of one's own, for a request or for what is written into one."""
    return await _upload(call, query)


@operation("DELETE", "/my/files/{id}", "own", "Remove an uploaded file", 204)
async def discard_my_file(call: Call) -> None:
    """Removes a file that was uploaded and not yet sent."""
    await call.state["files"].discard(owner_of_caller(call), call["id"])


async def _upload(call: Call, query: UploadQuery) -> Uploaded:
    stored = await receive(call.request, owner_of_caller(call), query.name)
    return Uploaded(id=stored.id, name=stored.name, media_type=stored.media_type, size=stored.size)


def owner_of_caller(call: Call) -> str:
    """Whoever asks, as the owner of files that wait; no upload key of a page makes the same."""
    return hashlib.sha256(f"livesupport/api/v1 files of {call.who}".encode()).hexdigest()


def chosen_of(call: Call, ids: Sequence[str]) -> Chosen:
    """Files that the caller has uploaded."""
    return Chosen(owner_of_caller(call), tuple(dict.fromkeys(ids))) if ids else NO_FILES
