"""/api/v1/types: the types of requests that a site offers, each with what is said before its form and asked in it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from livesupport.http.api.call import Call, Shape
from livesupport.http.api.operations import operation
from livesupport.http.api.sites import Text
from livesupport.http.api.tickets import Id
from livesupport.model import Field, FieldKind, RequestType


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


@operation("GET", "/sites/{site}/types", "admin:read", "List the types of requests of a site")
async def list_types(call: Call) -> TypeList:
    """Also those that are no longer offered."""
    site = await call.state["sites"].get(call["site"])
    found = await call.state["sites"].types(site.id, retired=True)
    return TypeList(items=[of_type(one) for one in sorted(found, key=lambda one: one.retired_at is not None)])


@operation("POST", "/sites/{site}/types", "admin:write", "Add a type of requests", 201)
async def add_type(call: Call, body: TypeBody) -> TypeShape:
    """Adds a type at the end."""
    new = _wanted(body, RequestType(id=0, site=call["site"], name=""))
    return of_type(await call.state["sites"].add_type(new, actor=call.agent))


@operation("PUT", "/types/{id}", "admin:write", "Change a type of requests")
async def change_type(call: Call, body: TypeBody) -> TypeShape:
    """Replaces a type. A question keeps its answers in tickets as long as it keeps its id."""
    sites = call.state["sites"]
    changed = _wanted(body, await sites.type(call.row_id))
    return of_type(await sites.change_type(changed, actor=call.agent))


@operation("DELETE", "/types/{id}", "admin:write", "Retire a type of requests", 204)
async def retire_type(call: Call) -> None:
    """Offers it no longer; its tickets keep it."""
    await call.state["sites"].retire_type(call.row_id, actor=call.agent)


@operation("POST", "/types/{id}/offer", "admin:write", "Offer a type of requests again", 204)
async def offer_type(call: Call) -> None:
    """Offers a retired type again."""
    await call.state["sites"].retire_type(call.row_id, retired=False, actor=call.agent)


def of_type(value: RequestType) -> TypeShape:
    """A type of requests as programs see it."""
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
