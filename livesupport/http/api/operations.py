"""One deed of the API: what it takes, what it gives, who may. Routes, OpenAPI and the matrix of rights are all made from this.

A deed is an async function whose signature says everything: `query` and `body` are Structs, the result is a Struct, or None
for 204. It gets a `Call` first. What its signature cannot say are the arguments of `operation`: the headers that it heeds, and
bodies that are not JSON.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Literal, TypeVar, get_args, get_type_hints

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from livesupport.accounts.tokens import may
from livesupport.errors import Invalid, NotAllowed
from livesupport.http.api.call import PREFIX, Call, Shape
from livesupport.http.api.caller import Caller, caller_of
from livesupport.http.errors import SignedOut
from livesupport.http.forms import read_query
from livesupport.http.requester import requester_of
from livesupport.http.state import Request
from livesupport.model import Requester, Scope

Own = Literal["own"]
Method = Literal["GET", "POST", "PATCH", "PUT", "DELETE"]
JSON = "application/json"
BYTES = "application/octet-stream"

Deed = Callable[..., Awaitable[Any]]
D = TypeVar("D", bound=Deed)


class Operation(msgspec.Struct, frozen=True):
    """A deed and its address. `scope` "own": for people who ask, signed in as themselves; None: anybody may.

    `in_person`: not with a token. `once`: it heeds `Idempotency-Key`. `match`: it heeds `If-Match`. `cached`: it answers 304
    to `If-None-Match`. `takes`, `gives`: media types of the body and of the answer.
    """

    method: Method
    path: str  # below /api/v1
    scope: Scope | Own | None
    summary: str
    deed: Deed
    query: type[Shape] | None
    body: type[Shape] | None
    answer: type[msgspec.Struct] | None
    status: int
    in_person: bool
    once: bool
    match: bool
    cached: bool
    takes: str
    gives: str


OPERATIONS: list[Operation] = []


def operation(
    method: Method,
    path: str,
    scope: Scope | Own | None,
    summary: str,
    status: int = 200,
    *,
    in_person: bool = False,
    once: bool = False,
    match: bool = False,
    cached: bool = False,
    takes: str = JSON,
    gives: str = JSON,
) -> Callable[[D], D]:
    """Makes an async function a deed of the API, at /api/v1 + `path`; what the arguments mean is said by `Operation`.

    A deed that `takes` no JSON reads `call.request` itself; one that `gives` none returns a `Response`.
    """

    def register(deed: D) -> D:
        hints = get_type_hints(deed)
        answers = [kind for kind in get_args(hints["return"]) or (hints["return"],) if kind is not type(None)]
        OPERATIONS.append(
            Operation(
                method=method,
                path=path,
                scope=scope,
                summary=summary,
                deed=deed,
                query=hints.get("query"),
                body=hints.get("body"),
                answer=answers[0] if answers and gives == JSON else None,
                status=status,
                in_person=in_person,
                once=once,
                match=match,
                cached=cached,
                takes=takes,
                gives=gives,
            )
        )
        return deed

    return register


def routes(operations: Iterable[Operation]) -> list[Route]:
    """One route per path: two on one path would answer 405 with half an `Allow`."""
    paths: dict[str, dict[str, Operation]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method] = one
    return [Route(PREFIX + path, _endpoint(methods), methods=list(methods)) for path, methods in paths.items()]


def _endpoint(methods: dict[str, Operation]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await _perform(methods["GET" if request.method == "HEAD" else request.method], request)

    return endpoint


async def _perform(one: Operation, request: Request) -> Response:
    """Who, may they, what do they want; then the deed."""
    call = Call(request, await _allowed(one, request))
    call.headers |= request.state["pace"].take(call.who, call.host)
    arguments: dict[str, Any] = {}
    if one.query is not None:
        arguments["query"] = read_query(request, one.query)
    elif request.scope["query_string"]:
        raise HTTPException(400)
    if one.body is not None:
        arguments["body"] = await _read_body(request, one.body)
    elif one.takes != JSON and _media_type(request) != one.takes:
        raise HTTPException(415)
    answer = await one.deed(call, **arguments)
    if isinstance(answer, Response):
        answer.headers.update(call.headers)
        return answer
    if one.status == 200 and answer is None:
        return Response(None, 304 if "ETag" in call.headers else 204, call.headers)
    content = None if answer is None else msgspec.json.encode(answer)
    return Response(content, one.status, call.headers, JSON if content is not None else None)


async def _allowed(one: Operation, request: Request) -> Caller | Requester | None:
    """The caller, if the deed needs one. Raises `SignedOut`, `NotAllowed`."""
    if one.scope is None:
        return None
    if one.scope == "own":
        person = await requester_of(request)
        if person is None:
            raise SignedOut
        return person
    caller = await caller_of(request)
    if caller is None:
        raise SignedOut
    if one.in_person and "authorization" in request.headers:
        raise NotAllowed("only in person")
    if one.scope not in caller.scopes or not may(caller.agent, one.scope):
        raise NotAllowed(f"needs the scope {one.scope}")
    return caller


async def _read_body(request: Request, kind: type[Shape]) -> Shape:
    """The JSON that was sent. Raises `HTTPException` 415 or 400, and `Invalid` when it is JSON of another shape."""
    if _media_type(request) != JSON:
        raise HTTPException(415)
    content = await request.body()
    try:
        body = msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        raise Invalid(_problem(error)) from None
    except (msgspec.DecodeError, UnicodeError):
        raise HTTPException(400) from None
    json.loads(content, object_pairs_hook=_refuse_repeated)
    return body


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _refuse_repeated(pairs: list[tuple[str, Any]]) -> None:
    """A key that is said twice is settled in silence by the decoder, and perhaps otherwise by a proxy before us."""
    if len({key for key, _value in pairs}) != len(pairs):
        raise HTTPException(400)


def _problem(error: msgspec.ValidationError) -> dict[str, str]:
    """msgspec's sentence names types and places, never what was sent: "Expected `int`, got `str` - at `$.topic`"."""
    sentence, _at, place = str(error).partition(" - at `$")
    return {re.sub(r"[.\[]", "/", place.rstrip("`").replace("]", "")).lstrip("/"): sentence}


def parameters(path: str) -> list[str]:
    """The names of the parts of a path that vary."""
    return [part.strip("{}").partition(":")[0] for part in path.split("/") if part.startswith("{")]


def title(deed: Deed) -> str:
    """The deed's first paragraph, for the reader of the API's page."""
    return inspect.cleandoc(deed.__doc__ or "").partition("\n\n")[0]
