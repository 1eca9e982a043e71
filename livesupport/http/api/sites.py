"""/api/v1/sites, /topics, /types and /replies: what administrators set up for those who ask and those who answer."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from livesupport.http.api.operations import PREFIX, Call, Shape, operation
from livesupport.http.api.shapes import TopicShape, of_topic
from livesupport.model import CannedReply, Contact, Field, FieldKind, Hours, RequestType, RoutingMode, Site
from livesupport.rules import ConvertMode

Text = Annotated[str, Meta(max_length=5000)]
Id = Annotated[int, Meta(ge=1, lt=2**31)]
SiteId = Annotated[str, Meta(min_length=1, max_length=64)]


class ContactShape(Shape, frozen=True):
    """Another way to reach the organisation."""

    label: Text
    value: Text
    hours: Text = ""


class HoursShape(Shape, frozen=True):
    """`weekly`: weekday (0: Monday), minute of opening, minute of closing. `exceptions`: a date's intervals; none: closed."""

    zone: Annotated[str, Meta(max_length=60)] = "UTC"
    weekly: list[tuple[int, int, int]] = []
    exceptions: dict[str, list[tuple[int, int]]] = {}


class SiteShape(Shape, frozen=True):
    """A web site that embeds the widget."""

    id: SiteId
    name: Text
    origins: list[Text]
    mode: RoutingMode
    convert: ConvertMode | None
    region: Text
    language: Text
    accent: Text
    greeting: Text
    rules: Text
    hours: HoursShape
    contacts: list[ContactShape]
    topics: list[TopicShape]


class NewSite(Shape, frozen=True):
    """A site to be added."""

    id: SiteId
    name: Text
    origins: list[Text] = []


class SitePatch(Shape, frozen=True):
    """What to change of a site; what is left out stays."""

    name: Text | UnsetType = UNSET
    origins: list[Text] | UnsetType = UNSET
    mode: RoutingMode | UnsetType = UNSET
    convert: ConvertMode | UnsetType | None = UNSET
    region: Text | UnsetType = UNSET
    language: Text | UnsetType = UNSET
    accent: Text | UnsetType = UNSET
    greeting: Text | UnsetType = UNSET
    rules: Text | UnsetType = UNSET
    hours: HoursShape | UnsetType = UNSET
    contacts: list[ContactShape] | UnsetType = UNSET


class SiteList(Shape, frozen=True):
    """Every site, by id."""

    items: list[SiteShape]


class Name(Shape, frozen=True):
    """The name of a topic."""

    name: Text


class FieldShape(Shape, frozen=True):
    """A question of a type. An empty `id` is filled in."""

    label: Text
    kind: FieldKind
    id: Annotated[str, Meta(max_length=40)] = ""
    required: bool = False
    choices: list[Text] = []
    hint: Text = ""


class TypeBody(Shape, frozen=True):
    """A type of requests as it is to be."""

    name: Text
    topic: Id | None = None
    instructions: Text = ""
    fields: list[FieldShape] = []
    retention_days: int | None = None


class TypeShape(Shape, frozen=True):
    """A type of requests. `retired`: no longer offered."""

    id: int
    site: str
    name: str
    topic: int | None
    instructions: str
    fields: list[FieldShape]
    retention_days: int | None
    retired: bool


class TypeList(Shape, frozen=True):
    """Types in the order in which they are offered, then those that no longer are."""

    items: list[TypeShape]


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


# ── Sites and topics ─────────────────────────────────────────────────────────────────────────────────────────────────────


@operation("GET", "/sites", "admin:read", "List sites")
async def list_sites(call: Call) -> SiteList:
    """Every web site with its topics."""
    return SiteList(items=[_site(site) for site in await call.state["sites"].all()])


@operation("POST", "/sites", "admin:write", "Add a site", 201)
async def add_site(call: Call, body: NewSite) -> SiteShape:
    """Adds a web site; 409 when the id is taken."""
    new = Site(id=body.id, name=body.name, origins=tuple(body.origins))
    call.headers["Location"] = f"{PREFIX}/sites/{body.id}"
    return _site(await call.state["sites"].add(new, actor=call.agent))


@operation("GET", "/sites/{site}", "admin:read", "Read a site")
async def get_site(call: Call) -> SiteShape:
    """One web site with its topics."""
    return _site(await call.state["sites"].get(call["site"]))


@operation("PATCH", "/sites/{site}", "admin:write", "Change a site")
async def change_site(call: Call, body: SitePatch) -> SiteShape:
    """Changes what is named; open pages follow within two seconds."""
    given = {name: value for name in body.__struct_fields__ if (value := getattr(body, name)) is not UNSET}
    if "origins" in given:
        given["origins"] = tuple(given["origins"])
    if "hours" in given:
        given["hours"] = msgspec.convert(msgspec.to_builtins(given["hours"]), Hours)
    if "contacts" in given:
        given["contacts"] = tuple(Contact(one.label, one.value, one.hours) for one in given["contacts"])
    return _site(await call.state["sites"].change(call["site"], actor=call.agent, **given))


@operation("POST", "/sites/{site}/topics", "admin:write", "Add a topic", 201)
async def add_topic(call: Call, body: Name) -> TopicShape:
    """Adds a topic to a site; 409 when the site has one of that name."""
    return of_topic(await call.state["sites"].add_topic(call["site"], body.name, actor=call.agent))


@operation("PATCH", "/topics/{id}", "admin:write", "Rename a topic", 204)
async def rename_topic(call: Call, body: Name) -> None:
    """Gives a topic another name."""
    await call.state["sites"].rename_topic(call.row_id, body.name, actor=call.agent)


@operation("DELETE", "/topics/{id}", "admin:write", "Remove a topic", 204)
async def remove_topic(call: Call) -> None:
    """Removes a topic; 409 while tickets or types of requests have it, or while it is the only one of a person."""
    await call.state["sites"].remove_topic(call.row_id, actor=call.agent)


# ── Types of requests ────────────────────────────────────────────────────────────────────────────────────────────────────


@operation("GET", "/sites/{site}/types", "admin:read", "List the types of requests of a site")
async def list_types(call: Call) -> TypeList:
    """Also those that are no longer offered."""
    site = await call.state["sites"].get(call["site"])
    found = await call.state["sites"].types(site.id, retired=True)
    return TypeList(items=[_type(one) for one in sorted(found, key=lambda one: one.retired_at is not None)])


@operation("POST", "/sites/{site}/types", "admin:write", "Add a type of requests", 201)
async def add_type(call: Call, body: TypeBody) -> TypeShape:
    """Adds a type at the end."""
    new = _wanted(body, RequestType(id=0, site=call["site"], name=""))
    return _type(await call.state["sites"].add_type(new, actor=call.agent))


@operation("PUT", "/types/{id}", "admin:write", "Change a type of requests")
async def change_type(call: Call, body: TypeBody) -> TypeShape:
    """Replaces a type. A question keeps its answers in tickets as long as it keeps its id."""
    sites = call.state["sites"]
    changed = _wanted(body, await sites.type(call.row_id))
    return _type(await sites.change_type(changed, actor=call.agent))


@operation("DELETE", "/types/{id}", "admin:write", "Retire a type of requests", 204)
async def retire_type(call: Call) -> None:
    """Offers it no longer; its tickets keep it."""
    await call.state["sites"].retire_type(call.row_id, actor=call.agent)


# ── Ready answers ────────────────────────────────────────────────────────────────────────────────────────────────────────


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


def _site(site: Site) -> SiteShape:
    return msgspec.convert({**_known(site), "topics": [of_topic(topic) for topic in site.topics]}, SiteShape)


def _known(site: Site) -> dict[str, object]:
    plain = msgspec.to_builtins(site)
    return {name: plain[name] for name in SiteShape.__struct_fields__ if name != "topics"}


def _type(value: RequestType) -> TypeShape:
    plain = msgspec.to_builtins(value)
    plain["retired"] = value.retired_at is not None
    return msgspec.convert({name: plain[name] for name in TypeShape.__struct_fields__}, TypeShape)


def _wanted(body: TypeBody, former: RequestType) -> RequestType:
    fields = tuple(
        Field(id=one.id, label=one.label, kind=one.kind, required=one.required, choices=tuple(one.choices), hint=one.hint)
        for one in body.fields
    )
    return msgspec.structs.replace(
        former,
        name=body.name,
        topic=body.topic,
        instructions=body.instructions,
        fields=fields,
        retention_days=body.retention_days,
    )


def _reply(reply: CannedReply) -> ReplyShape:
    return msgspec.convert(reply, ReplyShape, from_attributes=True)
