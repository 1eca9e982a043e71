"""/api/v1/service: whether somebody can answer, by the same function as the widget and the hub."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from livesupport.errors import NotFound
from livesupport.http.api.call import Call, Shape
from livesupport.http.api.operations import operation

ServiceState = Literal["open", "busy_full", "no_agents", "closed_hours"]


class Query(Shape, frozen=True):
    """Which site. `lang` is heeded by every page and harmless here."""

    site: str
    lang: str = ""


class TopicService(Shape, frozen=True):
    """Whether a topic is served."""

    id: int
    name: str
    state: ServiceState


class Service(Shape, frozen=True):
    """Whether a site is served; `opens_at` is null unless it is closed and its next opening is known."""

    state: ServiceState
    topics: list[TopicService]
    opens_at: datetime | None


@operation("GET", "/service", None, "Whether somebody can answer")
async def get_service(call: Call, query: Query) -> Service:
    """What a visitor of the site would be told now: a chat, or the form of a request."""
    found = call.state["desk"].service(query.site)
    if found is None:
        raise NotFound("no such site")
    return Service(
        state=found.state,
        topics=[TopicService(id=topic.id, name=topic.name, state=topic.state) for topic in found.topics],
        opens_at=None if found.opens_at is None else datetime.fromtimestamp(int(found.opens_at), UTC),
    )
