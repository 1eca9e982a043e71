"""/api/v1/people and /api/v1/audit: who answers, supervises and administers, and what was done to all that."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from msgspec import UNSET, Meta, UnsetType

from livesupport.http.api.call import Call, Shape
from livesupport.http.api.operations import operation
from livesupport.http.api.shapes import AgentShape, of_agent, of_token
from livesupport.http.api.tokens import TokenList
from livesupport.http.forms import RowId
from livesupport.model import Agent, Role

Short = Annotated[str, Meta(max_length=200)]
TopicId = Annotated[int, Meta(ge=1, lt=2**31)]


class PersonShape(Shape, frozen=True):
    """A person with what administrators know of them."""

    id: int
    login: str
    name: str
    role: Role
    capacity: int | None
    languages: list[str]
    topics: list[int]
    disabled_at: datetime | None


class ChangedPerson(PersonShape, frozen=True):
    """A person, and the numbers of the tickets that nobody has now."""

    unassigned: list[str]


class PersonList(Shape, frozen=True):
    """Everybody, by login."""

    items: list[PersonShape]


class AgentList(Shape, frozen=True):
    """Those who may be given a ticket."""

    items: list[AgentShape]


class NewPerson(Shape, frozen=True):
    """A person to be added."""

    login: Short
    name: Short
    password: Annotated[str, Meta(max_length=1000)]
    role: Role = "agent"
    capacity: int | None = None
    languages: list[Short] = []
    topics: list[TopicId] = []


class PersonPatch(Shape, frozen=True):
    """What to change of a person; what is left out stays."""

    name: Short | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    capacity: int | UnsetType | None = UNSET
    languages: list[Short] | UnsetType = UNSET
    topics: list[TopicId] | UnsetType = UNSET


class Password(Shape, frozen=True):
    """A new password."""

    password: Annotated[str, Meta(max_length=1000)]


class Left(Shape, frozen=True):
    """The numbers of the tickets that nobody has now."""

    unassigned: list[str]


class AuditQuery(Shape, frozen=True):
    """The page that begins before this entry."""

    cursor: RowId = "0"


class ActShape(Shape, frozen=True):
    """An act of administration. An empty `actor` is the command line. `details`: what it was about, and of a change each field
    with its former and its new value, as far as these are short."""

    id: int
    at: datetime
    actor: str
    act: str
    subject: str
    details: dict[str, Any]


class ActList(Shape, frozen=True):
    """Acts, the newest first; `next` is the cursor of the page after, null on the last one."""

    items: list[ActShape]
    next: str | None


@operation("GET", "/agents", "tickets:read", "List those who answer")
async def list_agents(call: Call) -> AgentList:
    """Everybody who may sign in, with their names as requesters see them."""
    return AgentList(items=[of_agent(one) for one in await call.state["accounts"].agents()])


@operation("GET", "/people", "admin:read", "List people")
async def list_people(call: Call) -> PersonList:
    """Everybody, those who are disabled too."""
    return PersonList(items=[_person(one) for one in await call.state["accounts"].agents(disabled=True)])


@operation("POST", "/people", "admin:write", "Add a person", 201)
async def add_person(call: Call, body: NewPerson) -> PersonShape:
    """Adds a person; 409 when the login is taken."""
    made = await call.state["accounts"].create_agent(
        login=body.login,
        name=body.name,
        password=body.password,
        role=body.role,
        capacity=body.capacity,
        languages=body.languages,
        topics=frozenset(body.topics),
        actor=call.agent,
    )
    call.made(f"/people/{quote(made.login)}")
    return _person(made)


@operation("GET", "/people/{login}", "admin:read", "Read a person")
async def get_person(call: Call) -> PersonShape:
    """One person, disabled or not."""
    return _person(await call.state["accounts"].agent(call["login"]))


@operation("PATCH", "/people/{login}", "admin:write", "Change a person")
async def change_person(call: Call, body: PersonPatch) -> ChangedPerson:
    """Changes what is named; unfinished tickets that the person may not see any more become nobody's. 409 when no
    administrator would be left."""
    given = {name: value for name in PersonPatch.__struct_fields__ if (value := getattr(body, name)) is not UNSET}
    changed, left = await call.state["accounts"].change_agent(call["login"], actor=call.agent, **given)
    return ChangedPerson(**msgspec.structs.asdict(_person(changed)), unassigned=left)


@operation("POST", "/people/{login}/disable", "admin:write", "Disable a person")
async def disable_person(call: Call) -> Left:
    """Ends the person's sessions, tokens and right to sign in; their unfinished tickets become nobody's. 409 for the last
    administrator."""
    return Left(unassigned=await call.state["accounts"].disable_agent(call["login"], actor=call.agent))


@operation("POST", "/people/{login}/enable", "admin:write", "Enable a person", 204)
async def enable_person(call: Call) -> None:
    """Lets a person sign in again."""
    await call.state["accounts"].enable_agent(call["login"], actor=call.agent)


@operation("PUT", "/people/{login}/password", "admin:write", "Give a new password", 204)
async def set_person_password(call: Call, body: Password) -> None:
    """Replaces a person's password and ends all their sessions and tokens."""
    await call.state["accounts"].set_password(call["login"], body.password, actor=call.agent)


@operation("GET", "/people/{login}/tokens", "admin:read", "List a person's tokens")
async def list_tokens_of_person(call: Call) -> TokenList:
    """The tokens with which programs act for this person; never their secrets."""
    person = await call.state["accounts"].agent(call["login"])
    return TokenList(items=[of_token(one) for one in await call.state["tokens"].of(person, actor=call.agent)])


@operation("DELETE", "/people/{login}/tokens/{id}", "admin:write", "Revoke a person's token", 204)
async def revoke_token_of_person(call: Call) -> None:
    """Makes one of the tokens of this person worthless at once."""
    person = await call.state["accounts"].agent(call["login"])
    await call.state["tokens"].revoke(person, call.row_id, actor=call.agent)


@operation("GET", "/audit", "admin:read", "Read the audit log")
async def list_acts(call: Call, query: AuditQuery) -> ActList:
    """Who has administered what, the newest first."""
    page = await call.state["accounts"].audit_log(before=int(query.cursor) or None, actor=call.agent)
    following = str(page.next) if page.next else None
    call.follows("/audit", query, following)
    items = [msgspec.convert(act, ActShape, from_attributes=True) for act in page.items]
    return ActList(items=items, next=following)


def _person(agent: Agent) -> PersonShape:
    return msgspec.convert(agent, PersonShape, from_attributes=True)
