"""/api/v1/sites and /topics: the web sites that embed the widget, with their look, hours, promises and topics."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from livesupport.http.api.call import Call, Shape
from livesupport.http.api.files import owner_of_caller
from livesupport.http.api.operations import BYTES, operation
from livesupport.http.api.shapes import TopicShape, of_topic
from livesupport.http.uploads import receive
from livesupport.model import Contact, Hours, Priority, RoutingMode, Site, Sla, Targets
from livesupport.rules import ConvertMode
from livesupport.tickets.files import Chosen

Text = Annotated[str, Meta(max_length=5000)]
Promised = Annotated[float, Meta(ge=0.01, le=1000)]
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


class TargetsShape(Shape, frozen=True):
    """What is promised to requests of one priority: business hours until a reply, business days until they are solved."""

    first_reply_hours: Promised
    next_reply_hours: Promised
    resolution_days: Promised


class SlaShape(Shape, frozen=True):
    """The times that a site promises; a priority that is left out keeps its own. `on_hold_pauses`: waiting for somebody else
    does not count."""

    enabled: bool
    on_hold_pauses: bool = False
    targets: dict[Priority, TargetsShape] = {}


class SiteShape(Shape, frozen=True):
    """A web site that embeds the widget. `logo`: where it is fetched; "": there is none."""

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
    sla: SlaShape
    logo: str
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
    sla: SlaShape | UnsetType = UNSET


class SiteList(Shape, frozen=True):
    """Every site, by id."""

    items: list[SiteShape]


class UserKey(Shape, frozen=True):
    """With what the site signs its people in (docs/embed.md)."""

    key: str


class Renewal(Shape, frozen=True):
    """`renew`: make another one; the former one is worth nothing from then on."""

    renew: bool = False


class Name(Shape, frozen=True):
    """The name of a topic."""

    name: Text


@operation("GET", "/sites", "admin:read", "List sites")
async def list_sites(call: Call) -> SiteList:
    """Every web site with its topics."""
    return SiteList(items=[_site(site) for site in await call.state["sites"].all()])


@operation("POST", "/sites", "admin:write", "Add a site", 201)
async def add_site(call: Call, body: NewSite) -> SiteShape:
    """Adds a web site; 409 when the id is taken."""
    new = Site(id=body.id, name=body.name, origins=tuple(body.origins))
    call.made(f"/sites/{body.id}")
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
    if "sla" in given:
        given["sla"] = _sla(given["sla"], (await call.state["sites"].get(call["site"])).sla)
    return _site(await call.state["sites"].change(call["site"], actor=call.agent, **given))


@operation("PUT", "/sites/{site}/logo", "admin:write", "Give a site a logo", takes=BYTES)
async def set_logo(call: Call) -> SiteShape:
    """Takes in the body as the site's logo: PNG, JPEG, GIF or WebP."""
    site = await call.state["sites"].get(call["site"])
    owner = owner_of_caller(call)
    stored = await receive(call.request, owner, "logo")
    picture = await call.state["files"].give_to_house(Chosen(owner, (stored.id,)), actor=call.agent)
    return _site(await call.state["sites"].change(site.id, logo=picture.id if picture else "", actor=call.agent))


@operation("DELETE", "/sites/{site}/logo", "admin:write", "Take the logo away", 204)
async def remove_logo(call: Call) -> None:
    """The site has no logo any more."""
    await call.state["sites"].change(call["site"], logo="", actor=call.agent)


@operation("POST", "/sites/{site}/user-key", "admin:write", "Tell the key for people of a site")
async def tell_user_key(call: Call, body: Renewal) -> UserKey:
    """What the site signs its people in with; made when it is first asked for."""
    return UserKey(key=await call.state["sites"].user_key(call["site"], renew=body.renew, actor=call.agent))


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


def _site(site: Site) -> SiteShape:
    plain = msgspec.to_builtins(site)
    fields = {name: plain[name] for name in SiteShape.__struct_fields__ if name != "topics"}
    logo = f"/brand/{site.id}/logo" if site.logo else ""
    return msgspec.convert({**fields, "logo": logo, "topics": [of_topic(topic) for topic in site.topics]}, SiteShape)


def _sla(wanted: SlaShape, former: Sla) -> Sla:
    targets = {one: Targets(**msgspec.structs.asdict(target)) for one, target in wanted.targets.items()}
    return Sla(enabled=wanted.enabled, on_hold_pauses=wanted.on_hold_pauses, targets={**former.targets, **targets})
