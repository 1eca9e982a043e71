"""/api/v1/persons: what is held about a person who asked; given to them as a file, or erased. Whom it is about stands in the
body, so that no address or phone number is in an address or a log."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta
from starlette.responses import Response

from livesupport.http.api.call import Call, Shape
from livesupport.http.api.operations import operation
from livesupport.http.archive import archive_of
from livesupport.tickets.persons import LONGEST_KEY, Held

Key = Annotated[str, Meta(min_length=1, max_length=LONGEST_KEY)]


class Whom(Shape, frozen=True):
    """A person, by an e-mail address, a phone number, or the id that `site` has given them."""

    key: Key
    site: Annotated[str, Meta(max_length=64)] = ""


class Erasure(Whom, frozen=True, kw_only=True):
    """Whose data to erase; what is erased does not come back."""

    sure: Literal[True]


class HeldPerson(Shape, frozen=True):
    """Somebody who proved an address, or for whom a site vouched."""

    id: int
    site: str
    name: str
    email: str | None
    phone: str
    account: str | None


class HeldShape(Shape, frozen=True):
    """What is held: people, the numbers of their tickets, and how many requests wait for a confirmation."""

    people: list[HeldPerson]
    tickets: list[str]
    unconfirmed: int


@operation("POST", "/persons/look", "admin:read", "See what is held about a person")
async def look_for_person(call: Call, body: Whom) -> HeldShape:
    """Whose e-mail address, phone number or account it is, and what there is of them."""
    return _held(await call.state["persons"].held(body.key, site=body.site, actor=call.agent))


@operation("POST", "/persons/export", "admin:write", "Export what is held about a person", gives="application/zip")
async def export_person(call: Call, body: Whom) -> Response:
    """A ZIP with everything as JSON and the files; noted in the audit log. 404 when nothing is held."""
    return await archive_of(call.request, *await call.state["persons"].export(body.key, site=body.site, actor=call.agent))


@operation("POST", "/persons/erase", "admin:write", "Erase what is held about a person")
async def erase_person(call: Call, body: Erasure) -> HeldShape:
    """Erases all of it for good, files included, and tells what it was; noted in the audit log. 404 when nothing is held."""
    return _held(await call.state["persons"].erase(body.key, site=body.site, actor=call.agent))


def _held(held: Held) -> HeldShape:
    people = [
        HeldPerson(id=one.id, site=one.site, name=one.name, email=one.email, phone=one.phone, account=one.account)
        for one in held.requesters
    ]
    return HeldShape(people=people, tickets=[number for _id, number in held.tickets], unconfirmed=len(held.pending))
