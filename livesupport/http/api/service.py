"""GET /api/v1/service?site=ID: whether somebody can answer, by the same function as the widget and the hub."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import JSONResponse, Response

from livesupport.errors import NotFound
from livesupport.http.forms import Form, read_query
from livesupport.http.state import Request


class Query(Form, frozen=True):
    """The query of the address."""

    site: str
    lang: str = ""


async def service(request: Request) -> Response:
    """`{state, topics: [{id, name, state}], opens_at}`; `opens_at` is RFC 3339 in UTC while closed, else null."""
    query = read_query(request, Query)
    found = request.state["desk"].service(query.site)
    if found is None:
        raise NotFound("no such site")
    return JSONResponse(
        {
            "state": found.state,
            "topics": [{"id": topic.id, "name": topic.name, "state": topic.state} for topic in found.topics],
            "opens_at": _rfc3339(found.opens_at),
        }
    )


def _rfc3339(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
