"""/files: takes in a file before its form is sent, removes it again, and gives files to those who may read them.

Whatever its kind, a file leaves this server only to be saved: no browser draws it as a page of ours (T50).
"""

from __future__ import annotations

from urllib.parse import quote, unquote

import msgspec
from starlette.endpoints import HTTPEndpoint
from starlette.responses import Response, StreamingResponse

from livesupport.errors import NotAllowed
from livesupport.http.api.caller import caller_of
from livesupport.http.auth import session_of
from livesupport.http.errors import SignedOut, shows_token
from livesupport.http.requester import numbers_of_links, requester_of
from livesupport.http.state import Request
from livesupport.http.uploads import key_of, receive
from livesupport.model import Agent, StoredFile
from livesupport.tickets.files import owner_of


class Staged(msgspec.Struct, frozen=True):
    """What an upload is answered with; `id` goes into the form's field `files`."""

    id: str
    name: str
    media_type: str
    size: int


class Upload(HTTPEndpoint):
    """POST: the body is a file. It waits, for a day at most, until a form is sent that names it."""

    async def post(self, request: Request) -> Response:
        stored = await receive(request, owner_of(key_of(request)), unquote(request.headers.get("upload-name", "")))
        told = Staged(stored.id, stored.name, stored.media_type, stored.size)
        return Response(msgspec.json.encode(told), 201, media_type="application/json")


class StagedFile(HTTPEndpoint):
    """DELETE: a file that waits is not wanted any more. Only the page that uploaded it knows the key."""

    async def delete(self, request: Request) -> Response:
        await request.state["files"].discard(owner_of(key_of(request)), request.path_params["id"])
        return Response(status_code=204)


async def download(request: Request) -> Response:
    """A file, for whoever may read its message. The name in the address is for people; nothing is looked up by it.

    A `Range` is not honoured (RFC 9110 allows that): nobody can ask for ten thousand pieces.
    """
    agent, person, links, key = await _agent(request), await requester_of(request), numbers_of_links(request), key_of(request)
    if agent is None and person is None and not links and not key:
        raise SignedOut
    file, chunks = await request.state["files"].open(
        request.path_params["id"],
        agent=agent,
        requester=person,
        links=links,
        owner=owner_of(key) if key else "",
    )
    return StreamingResponse(chunks, headers=file_headers(file))


async def _agent(request: Request) -> Agent | None:
    """The agent who asks, by their session or by a token alone. Raises `NotAllowed` for one that may not read tickets."""
    if not shows_token(request):
        session = await session_of(request)
        return session.agent if session else None
    caller = await caller_of(request)
    if caller and "tickets:read" not in caller.scopes:
        raise NotAllowed("needs the scope tickets:read")
    return caller.agent if caller else None


def file_headers(file: StoredFile) -> dict[str, str]:
    """What goes out with the bytes of a file, so that they stay what they are: to be saved, by exactly this name."""
    plain = "".join(character if character.isascii() and character not in '"\\%' else "_" for character in file.name)
    return {
        "Content-Type": file.media_type,
        "Content-Length": str(file.size),
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Accept-Ranges": "none",
    }
