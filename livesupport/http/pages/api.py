"""/openapi.json describes the API to programs, /api to people, who can try it there with their own rights."""

from __future__ import annotations

import msgspec
from starlette.responses import JSONResponse, Response

from livesupport.http.api import OPERATIONS
from livesupport.http.api.openapi import document
from livesupport.http.api.operations import BYTES, JSON
from livesupport.http.auth import session_of
from livesupport.http.errors import words
from livesupport.http.state import Request

ERRORS = (400, 401, 403, 404, 405, 408, 409, 412, 413, 415, 421, 422, 429, 500, 503, 507)
"""What an error of the API can be; its `type` leads to its words on the page."""


async def openapi(request: Request) -> Response:
    """The API as OpenAPI 3.1."""
    return JSONResponse(document(OPERATIONS, request.state["config"].server.public_url))


async def api(request: Request) -> Response:
    """Every deed with its parameters, a line to copy, and a form to try it."""
    described = document(OPERATIONS, request.state["config"].server.public_url)
    session = await session_of(request)
    return request.state["templates"].page(
        "api.html",
        me=session.agent if session else None,
        server=described["servers"][0]["url"],
        groups=_groups(described),
        errors={status: words(status) for status in ERRORS},
        schemas={name: _pretty(schema) for name, schema in sorted(described["components"]["schemas"].items())},
    )


def _groups(described: dict[str, object]) -> dict[str, list[dict[str, object]]]:
    groups: dict[str, list[dict[str, object]]] = {}
    for path, methods in described["paths"].items():  # type: ignore[attr-defined]
        for method, one in methods.items():
            content = one.get("requestBody", {}).get("content", {})
            body = content.get(JSON, {}).get("schema", {})
            groups.setdefault(one["tags"][0], []).append(
                {
                    **one,
                    "method": method.upper(),
                    "path": path,
                    "body": body.get("$ref", "").rpartition("/")[2],
                    "is_file": BYTES in content,
                }
            )
    return groups


def _pretty(schema: object) -> str:
    return msgspec.json.format(msgspec.json.encode(schema), indent=2).decode()
